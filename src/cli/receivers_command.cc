#include "cli/receivers_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/delivery_config.h"
#include "base/clock.h"
#include "base/printable.h"
#include "cli/api_client.h"
#include "config/config.h"
#include "deliver/machine_transport.h"
#include "receivers/list.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds kMostWait{120};  // behind the time-outs of the integrations

model::Message test_message(const std::string& receiver, Time now) {
  model::Change change;
  auto& alert = change.alert;
  alert.id = "test" + std::to_string(now.time_since_epoch().count());
  alert.rule = "AlarumTest";
  alert.labels = {{"alertname", "AlarumTest"}, {"severity", "info"}, {"test", "true"}};
  alert.annotations = {{"summary", "This is a test of the receiver \"" + receiver +
                                       "\": nothing is wrong, and nothing is to be done"}};
  alert.severity = model::Severity::info;
  alert.starts_at = change.at = now;
  return {receiver, "test/" + alert.id, {{"alertname", "AlarumTest"}}, {change}};
}

std::optional<config::Config> config_of(const ReceiversOptions& options, std::ostream& err) {
  auto path = options.config;
  if (path.empty()) {
    ApiClient client(options.url, err);
    const auto status = client.get("/api/v1/status");
    if (!status) {
      err << "--config names the config file that has the receiver\n";
      return std::nullopt;
    }
    path = status->at("config").value("file", "");
  }
  if (path.empty()) {
    err << "error: the daemon runs without a config file: it has no receivers but the console\n";
    return std::nullopt;
  }
  Diagnostics faults;
  auto config = config::read_file(path, receivers::kinds(), faults);
  err << faults.text();
  return config;
}

// How the attempt ended; nullopt: it did not.
std::optional<deliver::Verdict> attempt(const deliver::Target& target,
                                        const model::Content& content,
                                        const model::Message& message, Clock& clock) {
  deliver::MachineTransport transport({}, clock);
  model::Notification notification;
  notification.id = "ntf-" + message.changes.front().alert.id;
  notification.target = target.name;
  notification.group_key = message.group_key;
  notification.body = content.body;
  notification.headers = content.headers;
  notification.created = clock.wall();
  notification.sequence = 1;
  transport.start(target, notification, clock.wall());
  const auto until = clock.monotonic() + kMostWait;
  while (clock.monotonic() < until) {
    for (auto& ended : transport.wait(std::chrono::milliseconds(200)))
      if (ended.sequence == notification.sequence) return transport.stop(), ended.verdict;
  }
  transport.stop();
  return std::nullopt;
}

Json outcome_of(const std::string& target, const std::optional<deliver::Verdict>& verdict) {
  const bool taken = verdict && verdict->kind == deliver::Verdict::Kind::delivered;
  Json out{{"target", target},
           {"delivered", taken},
           {"detail", verdict ? verdict->detail : "there was no answer in time"}};
  if (verdict && !verdict->answer.empty()) out["answer"] = verdict->answer;
  return out;
}

}  // namespace

int receivers_test_command(const ReceiversOptions& options, std::ostream& out, std::ostream& err) {
  const auto config = config_of(options, err);
  if (!config) return 1;
  const auto notifying = app::notification_config_of(*config, false);
  SystemClock clock;
  const auto message = test_message(options.name, clock.wall());
  auto outcomes = Json::array();
  for (const auto& target : notifying.targets) {
    if (!target.name.starts_with(options.name + '/')) continue;
    const auto content = notifying.outlets.compose(target.name, message);
    const auto verdict = content ? attempt(target, *content, message, clock) : std::nullopt;
    outcomes.push_back(outcome_of(target.name, verdict));
  }
  if (outcomes.empty()) {
    std::vector<std::string> names;
    for (const auto& one : config->receivers) names.push_back(one.name);
    err << fmt::format("error: there is no receiver \"{}\" with a way to notify it, only {}\n",
                       options.name, fmt::join(names, ", "));
    return 1;
  }
  bool all = true;
  for (const auto& one : outcomes) {
    all = all && one.value("delivered", false);
    if (options.json) continue;
    const auto answer = one.value("answer", "");
    out << printable_line(fmt::format("{}: {} ({}){}", one.value("target", ""),
                                      one.value("delivered", false) ? "delivered" : "NOT delivered",
                                      one.value("detail", ""),
                                      answer.empty() ? "" : " \"" + answer + "\""))
        << "\n";
  }
  if (options.json) out << outcomes.dump(2) << "\n";
  return all ? 0 : 1;
}

}  // namespace alarum::cli
