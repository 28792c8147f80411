// Alertmanager's webhook, version "4" of the body ("webhook_config"), or a body of the receiver's own. How an alert ended stands in the
// annotation `resolved_reason`.
#include <algorithm>

#include "base/hash.h"
#include "base/template.h"
#include "config/payload.h"
#include "deliver/json_out.h"
#include "deliver/names.h"
#include "deliver/notifier.h"

namespace alarum::deliver {
namespace {

Json to_json(const model::Change& change, const Setting& setting) {
  const auto& alert = change.alert;
  return {{"status", model::to_text(alert.state)},
          {"labels", alert.labels},
          {"annotations", told_annotations(change)},
          {"startsAt", format_rfc3339(alert.starts_at)},
          {"endsAt", alert.ends_at ? format_rfc3339(*alert.ends_at) : "0001-01-01T00:00:00Z"},
          {"generatorURL", generator_url(alert, setting.external_url)},
          {"fingerprint", hex64(model::fingerprint(alert.labels))}};
}

Json version4(const model::Message& message, std::uint64_t max_alerts, const Setting& setting) {
  const auto& changes = message.changes;
  const auto shown = max_alerts == 0 ? changes.size() : std::min<std::size_t>(changes.size(), max_alerts);
  auto alerts = Json::array();
  for (std::size_t i = 0; i < shown; ++i) alerts.push_back(to_json(changes[i], setting));
  return {{"version", "4"},
          {"groupKey", message.group_key},
          {"truncatedAlerts", changes.size() - shown},
          {"status", status_of(message)},
          {"receiver", message.receiver},
          {"groupLabels", message.group_labels},
          {"commonLabels", common_labels(message)},
          {"commonAnnotations", common_annotations(message)},
          {"externalURL", setting.external_url},
          {"alerts", std::move(alerts)}};
}

// A tree of the config in the values of a message: strings are templates, all else stands as it is.
class Tree {
 public:
  Tree(const model::Message& message, const CardStyle& style, std::uint64_t max_alerts) : message_(message), style_(style), max_alerts_(max_alerts) {}

  Json build(const Node& node, const Template::Lookup& lookup) const {
    if (node.is(Node::Kind::sequence)) {
      auto list = Json::array();
      for (const auto& item : node.items) list.push_back(build(item, lookup));
      return list;
    }
    if (node.is(Node::Kind::mapping)) return mapping(node, lookup);
    if (node.is(Node::Kind::string)) return render(node.text, lookup, escape_plain);
    auto scalar = Json::parse(node.text, nullptr, false);
    return scalar.is_discarded() ? Json(node.text) : scalar;
  }

 private:
  Json mapping(const Node& node, const Template::Lookup& lookup) const {
    if (node.members.size() == 1 && node.members.front().first.text == config::kEach) return each(node.members.front().second);
    auto object = Json::object();
    for (const auto& [key, value] : node.members) object[key.text] = build(value, lookup);
    return object;
  }

  Json each(const Node& node) const {
    auto list = Json::array();
    for (const auto& change : message_.changes) {
      if (max_alerts_ > 0 && list.size() == max_alerts_) break;
      list.push_back(build(node, alert_names(message_, change, style_)));
    }
    return list;
  }

  const model::Message& message_;
  const CardStyle& style_;
  const std::uint64_t max_alerts_;
};

}  // namespace

model::Content webhook_content(const model::Message& message, const config::Webhook& webhook, const Setting& setting) {
  if (!webhook.payload) return {dump(version4(message, webhook.max_alerts, setting)), {}};
  const CardStyle style{setting.how.words.language, setting.external_url};
  return {dump(Tree(message, style, webhook.max_alerts).build(*webhook.payload, message_names(message, style))), {}};
}

}  // namespace alarum::deliver
