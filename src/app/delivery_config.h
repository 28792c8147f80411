#pragma once
#include <set>
#include <string>
#include <vector>

#include "app/target_names.h"
#include "config/config.h"
#include "deliver/stage.h"
#include "engine/processor.h"

namespace alarum::app {

/// Who is notified, and how, as the config says. It has two views: the engine's (names and bodies)
/// and delivery's (addresses and secrets). A value; a start or a reload makes it on the main
/// thread.
struct NotificationConfig {
  engine::DeliveryConfig outlets;            ///< the engine's view
  std::vector<deliver::Target> targets;      ///< delivery's view
  std::optional<deliver::Target> heartbeat;  ///< nullopt: the config has none
  Duration heartbeat_every{};
  Destinations destinations;  ///< what each target's name stands for, to be stored in the book
  std::string routing;        ///< routing_text() of the same config

  /// What deliver::Stage::configure() takes.
  deliver::Stage::Config stage_config() const {
    return {targets, outlets.compose, heartbeat, heartbeat_every};
  }
};

/// A config with one receiver and no routes. `alarum test` and `backtest` count its messages if no
/// config is named.
constexpr const char* kOnePerson =
    "external_url: http://alarum.example\nreceivers: [{name: person, console_configs: [{}]}]\n";

/// Writes a change of an alert to the log; for alerts whose route has no receiver.
void log_alert(const model::Change& change);

/// Makes both views. `colour`: of console receivers. `known`: the names that targets had before;
/// see target_names().
NotificationConfig notification_config_of(const config::Config& config, bool colour,
                                          const Destinations& known = {});

/// The engine's view as a text, which reload records and checkpoints store. delivery_config_of()
/// makes the same view from it in a replay, on any machine. It contains no secret. Its first line
/// is JSON (`external_url`, `colour`, `names` of the targets by receiver); the rest is
/// Config::notifying.
std::string routing_text(const config::Config& config, bool colour, const Destinations& known);
/// The view that such a text describes. Error `bad_routing` if it is none, or if this version
/// cannot read it as a config any more.
Result<engine::DeliveryConfig> delivery_config_of(const std::string& routing_text);

/// Chooses the receivers of built-in alerts, depending on which targets fail. Immutable.
class OwnRoute {
 public:
  /// `known`: as for notification_config_of().
  explicit OwnRoute(const config::Config& config, const Destinations& known = {});
  /// The names of the receivers to notify. The first is the one that the config names
  /// (`self_monitoring`, otherwise the root route's). If all its targets are in `failing`, the
  /// receivers that are its targets' `fallback` follow, as far as one of their targets works. If
  /// there is none either, the first receiver with a working target follows.
  std::vector<std::string> receivers(const std::set<std::string>& failing) const;

 private:
  struct Receiver {
    std::string name;
    std::vector<std::string> targets, fallbacks;  // names of targets; of receivers
    bool takes(const std::set<std::string>& failing) const;
  };
  std::string first_;  // the receiver that the config names
  std::vector<Receiver> all_;
};

}  // namespace alarum::app
