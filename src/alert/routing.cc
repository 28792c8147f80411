#include "alert/routing.h"

#include "base/hash.h"

namespace alarum::alert {
namespace {

using model::Change;

bool is_told(const Change& change) {
  return !change.alert.late && change.kind != Change::Kind::repeated && change.alert.inhibited_by.empty();
}

// The labels of an instance without its severity: they stay the same when it escalates, and so does the order.
model::Labels group_labels(const model::Alert& alert) {
  auto labels = alert.labels;
  labels.erase("severity");
  return labels;
}

std::string group_key(const model::Alert& alert) { return alert.rule + '{' + alert.key + '}'; }

bool joins(const model::Message& message, const Change& change) {
  const auto& last = message.changes.back();
  return last.alert.reason == model::EndReason::escalated && change.kind == Change::Kind::fired &&
         message.group_key == group_key(change.alert);
}

void add(std::vector<model::Message>& messages, const Change& change, const std::string& receiver) {
  if (!messages.empty() && joins(messages.back(), change)) {
    messages.back().changes.push_back(change);
    messages.back().group_labels = group_labels(change.alert);
    return;
  }
  messages.push_back({receiver, group_key(change.alert), group_labels(change.alert), {change}});
}

}  // namespace

std::vector<Routed> route(const std::vector<Change>& changes, const std::vector<Target>& targets) {
  std::vector<Routed> out;
  for (const auto& target : targets) {
    std::vector<model::Message> messages;
    for (const auto& change : changes) {
      const bool wanted = target.send_resolved || change.kind != Change::Kind::resolved;
      if (is_told(change) && wanted) add(messages, change, target.receiver);
    }
    for (auto& message : messages) out.push_back({target.name, std::move(message)});
  }
  return out;
}

std::string notification_id(const Routed& routed) {
  auto sum = fnv1a(routed.target);
  for (const auto& change : routed.message.changes) {
    const auto part = '\n' + change.alert.id + ' ' + std::string(to_text(change.kind)) + ' ' + std::to_string(change.offset);
    sum = fnv1a(part, sum);
  }
  return "ntf-" + hex64(sum);
}

}  // namespace alarum::alert
