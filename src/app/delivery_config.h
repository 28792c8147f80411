#pragma once
#include <set>
#include <string>
#include <vector>

#include "app/target_names.h"
#include "config/config.h"
#include "deliver/stage.h"
#include "engine/processor.h"

namespace alarum::app {

/// Who is told, and how, as the config says: the engine's view (names and bodies) and delivery's
/// (addresses and secrets).
struct NotificationConfig {
  engine::DeliveryConfig outlets;
  std::vector<deliver::Target> targets;
  std::optional<deliver::Target> heartbeat;
  Duration heartbeat_every{};
  Destinations destinations;
  std::string routing;  ///< routing_text() of it

  deliver::Stage::Config stage_config() const {
    return {targets, outlets.compose, heartbeat, heartbeat_every};
  }
};

/// The config of one person who is notified, without a route: whose messages `alarum test` and
/// `backtest` count where no config is named.
constexpr const char* kOnePerson =
    "external_url: http://alarum.example\nreceivers: [{name: person, console_configs: [{}]}]\n";

/// Writes the line of an alert whose route notifies nobody.
void log_alert(const model::Change& change);

/// `known`: the names that were given before.
NotificationConfig notification_config_of(const config::Config& config, bool colour,
                                          const Destinations& known = {});

/// The engine's view as a text, which a Reload and checkpoints hold: delivery_config_of() makes the
/// same of it wherever it is read. It holds no secret. A line of JSON (`external_url`, `colour`,
/// `names` of the targets by receiver), then Config::notifying.
std::string routing_text(const config::Config& config, bool colour, const Destinations& known);
/// Error `bad_routing`: routing_text() has not written it, or it is no config any more.
Result<engine::DeliveryConfig> delivery_config_of(const std::string& routing_text);

/// Who is notified of built-in alerts, by whose targets take what they are sent.
class OwnRoute {
 public:
  /// `known`: as in notification_config_of().
  explicit OwnRoute(const config::Config& config, const Destinations& known = {});
  /// The receiver that the config names (`self_monitoring`, else the root's); where all its targets
  /// are in `failing`, behind it the receivers that are its targets' `fallback` and have one that
  /// takes something; where there is none, the first receiver that has one.
  std::vector<std::string> receivers(const std::set<std::string>& failing) const;

 private:
  struct Receiver {
    std::string name;
    std::vector<std::string> targets, fallbacks;
    bool takes(const std::set<std::string>& failing) const;
  };
  std::string first_;
  std::vector<Receiver> all_;
};

}  // namespace alarum::app
