// Alertmanager's webhook, version "4" of the body ("webhook_config"), or a body of the receiver's own. How an alert ended stands in the
// annotation `resolved_reason`.
#include <algorithm>

#include "alert/json_writer.h"
#include "base/hash.h"
#include "base/template.h"
#include "config/payload.h"
#include "deliver/json_out.h"
#include "deliver/names.h"
#include "deliver/notifier.h"

namespace alarum::deliver {
namespace {

void write(alert::JsonWriter& out, const model::Change& change, const Setting& setting) {
  const auto& alert = change.alert;
  out.raw(R"({"status":)"), out.text(model::to_text(alert.state));
  out.raw(R"(,"labels":)"), out.labels(alert.labels);
  out.raw(R"(,"annotations":)"), out.labels(told_annotations(change));
  out.raw(R"(,"startsAt":)"), out.text(format_rfc3339(alert.starts_at));
  out.raw(R"(,"endsAt":)");
  out.text(alert.ends_at ? format_rfc3339(*alert.ends_at) : "0001-01-01T00:00:00Z");
  out.raw(R"(,"generatorURL":)"), out.text(generator_url(alert, setting.external_url));
  out.raw(R"(,"fingerprint":)"), out.text(hex64(model::fingerprint(alert.labels)));
  out.raw("}");
}

std::string version4(const model::Message& message, std::uint64_t max_alerts,
                     const Setting& setting) {
  const auto& changes = message.changes;
  const auto shown = max_alerts == 0 ? changes.size() : std::min<std::size_t>(changes.size(), max_alerts);
  alert::JsonWriter out;
  out.raw(R"({"version":"4","groupKey":)"), out.text(message.group_key);
  out.raw(R"(,"truncatedAlerts":)"), out.number(changes.size() - shown);
  out.raw(R"(,"status":)"), out.text(status_of(message));
  out.raw(R"(,"receiver":)"), out.text(message.receiver);
  out.raw(R"(,"groupLabels":)"), out.labels(message.group_labels);
  out.raw(R"(,"commonLabels":)"), out.labels(common_labels(message));
  out.raw(R"(,"commonAnnotations":)"), out.labels(common_annotations(message));
  out.raw(R"(,"externalURL":)"), out.text(setting.external_url);
  out.raw(R"(,"alerts":[)");
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) out.raw(",");
    write(out, changes[i], setting);
  }
  out.raw("]}");
  return out.take();
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
  if (!webhook.payload) return {version4(message, webhook.max_alerts, setting), {}};
  const CardStyle style{setting.how.words.language, setting.external_url};
  return {dump(Tree(message, style, webhook.max_alerts).build(*webhook.payload, message_names(message, style))), {}};
}

}  // namespace alarum::deliver
