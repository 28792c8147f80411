#include "cli/template_command.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "alert/route_tree.h"
#include "app/delivery_config.h"
#include "cli/api_client.h"
#include "config/config.h"
#include "model/notification.h"
#include "receivers/list.h"

namespace alarum::cli {
namespace {

model::Message sample() {
  model::Change change;
  auto& alert = change.alert;
  alert.id = "0123456789abcdef";
  alert.rule = "NpuLost";
  alert.key = "subject=bms-1,npu=3";
  alert.labels = {
      {"alertname", "NpuLost"}, {"severity", "critical"}, {"subject", "bms-1"}, {"npu", "3"}};
  alert.annotations = {{"summary", "bms-1: NPU 3 lost"},
                       {"description", "The card is gone from the bus."},
                       {"runbook", "https://wiki.example.org/npu-lost"}};
  alert.severity = model::Severity::critical;
  alert.starts_at = change.at = *parse_rfc3339("2026-11-24T09:00:00Z");
  return {"",
          "NpuLost{subject=bms-1,npu=3}",
          {{"alertname", "NpuLost"}, {"npu", "3"}, {"subject", "bms-1"}},
          {change}};
}

// The labels by which the route of the receiver groups the alert: of the routes that take it, else
// of any that names the receiver.
model::Labels group_labels(const config::Routing& routing, const std::string& receiver,
                           const model::Labels& labels) {
  const alert::RouteTree tree(routing.root);
  auto candidates = tree.match(labels);
  for (std::size_t i = 0; i < tree.size(); ++i) candidates.push_back(i);
  const auto found = std::ranges::find_if(
      candidates, [&](std::size_t index) { return tree.node(index).receiver == receiver; });
  const auto& node = tree.node(found == candidates.end() ? 0 : *found);
  if (node.each_alone) return labels;
  model::Labels out;
  for (const auto& name : node.group_by)
    if (const auto label = labels.find(name); label != labels.end()) out.insert(*label);
  return out;
}

model::Message ended(model::Message message) {
  auto& change = message.changes.front();
  change.kind = model::Change::Kind::resolved;
  change.alert.state = model::AlertState::resolved;
  change.alert.reason = model::EndReason::recovered;
  change.alert.ends_at = change.at = change.alert.starts_at + std::chrono::minutes(25);
  return message;
}

model::Alert read_alert(const nlohmann::json& shown) {
  model::Alert alert;
  alert.id = shown.value("id", ""), alert.rule = shown.value("rule", ""),
  alert.count = shown.value("count", std::uint64_t{1});
  alert.labels = shown.at("labels").get<model::Labels>();
  alert.annotations = shown.at("annotations").get<model::Labels>();
  alert.generator_url = shown.value("generatorURL", "");
  if (const auto label = alert.labels.find("severity"); label != alert.labels.end())
    alert.severity = model::parse_severity(label->second).value_or(alert.severity);
  if (const auto began = parse_rfc3339(shown.value("startsAt", ""))) alert.starts_at = *began;
  return alert;
}

// One alert of a running bridge, in the first group of this receiver, or of any, that it is in.
Result<model::Message> fetched(const TemplateOptions& options, const std::string& receiver) {
  HttpClient client(options.url);
  const auto answer = client.get("/api/v2/alerts/groups");
  if (!answer) return std::unexpected(answer.error());
  if (const auto fault = fault_text(*answer, client.settings()); !fault.empty())
    return fail("refused", fault);
  const auto groups = nlohmann::json::parse(answer->body, nullptr, false);
  std::optional<model::Message> found;
  for (const auto& group : groups.is_array() ? groups : nlohmann::json::array()) {
    const bool of_receiver = group.at("receiver").at("name") == receiver;
    for (const auto& shown : group.at("alerts")) {
      const bool wanted =
          shown.value("id", "") == options.alert || shown.value("fingerprint", "") == options.alert;
      if (!wanted || (found && !of_receiver)) continue;
      found =
          model::Message{"", group.value("key", ""), group.at("labels").get<model::Labels>(), {{}}};
      auto& change = found->changes.front();
      change.alert = read_alert(shown);
      change.at = change.alert.starts_at;
      if (of_receiver) return *found;
    }
  }
  if (!found)
    return fail("no_such_alert",
                "no alert with the id or fingerprint " + options.alert + " fires at the bridge");
  return *found;
}

void print(const std::string& target, const char* what,
           const std::optional<model::Content>& content, std::ostream& out) {
  out << "# " << target << ", " << what << "\n";
  if (!content) {
    out << "(nothing is sent: resolve_on or send_resolved leaves it out)\n\n";
    return;
  }
  const auto json = nlohmann::ordered_json::parse(content->body, nullptr, false);
  out << content->headers << (json.is_discarded() ? content->body : json.dump(2)) << "\n\n";
}

}  // namespace

int template_render(const TemplateOptions& options, std::ostream& out, std::ostream& err) {
  Diagnostics faults;
  const auto config = config::read_file(options.config, receivers::kinds(), faults);
  err << faults.text();
  if (!config) return 1;
  const auto receiver = options.receiver.empty() ? config->receiver().name : options.receiver;
  auto message =
      options.alert.empty() ? Result<model::Message>(sample()) : fetched(options, receiver);
  if (!message) {
    err << "error: " << message.error().message << "\n";
    return 1;
  }
  message->receiver = receiver;
  if (options.alert.empty())
    message->group_labels =
        group_labels(config->routing, receiver, message->changes.front().alert.labels);
  const auto wires = app::notification_config_of(*config, false);
  bool found = false;
  for (const auto& target : wires.targets) {
    if (!target.name.starts_with(receiver + '/')) continue;
    found = true;
    print(target.name, "firing", wires.outlets.compose(target.name, *message), out);
    print(target.name, "resolved", wires.outlets.compose(target.name, ended(*message)), out);
  }
  if (!found)
    err << "error: there is no receiver \"" << receiver << "\" with a way to tell it in "
        << options.config << "\n";
  return found ? 0 : 1;
}

}  // namespace alarum::cli
