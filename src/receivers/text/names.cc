#include "receivers/text/names.h"

#include <algorithm>
#include <memory>

#include "base/hash.h"

namespace alarum::receivers {
namespace {

using model::AlertState;
using Value = std::optional<std::string>;

Value find_in(const model::Labels& labels, std::string_view name) {
  const auto found = labels.find(std::string(name));
  return found == labels.end() ? std::nullopt : Value(found->second);
}

template <class Of>
model::Labels common(const model::Message& message, const Of& of) {
  auto shared = of(message.changes.front());
  for (const auto& change : message.changes) {
    const model::Labels labels = of(change);
    std::erase_if(shared, [&](const auto& entry) {
      const auto found = labels.find(entry.first);
      return found == labels.end() || found->second != entry.second;
    });
  }
  return shared;
}

std::size_t count_of(const model::Message& message, AlertState state) {
  return static_cast<std::size_t>(std::ranges::count_if(
      message.changes, [&](const auto& c) { return c.alert.state == state; }));
}

// Values for sections: `{{#is_firing}}…{{/is_firing}}`.
Value is_state(std::string_view name, std::string_view status) {
  if (name != "is_firing" && name != "is_resolved") return std::nullopt;
  return name.substr(3) == status ? "true" : "false";
}

// Values of a single alert.
Value of_alert(const model::Alert& alert, std::string_view name, Language language) {
  if (name == "status") return std::string(model::to_text(alert.state));
  if (auto state = is_state(name, model::to_text(alert.state))) return state;
  if (name == "alertname") return find_in(alert.labels, name);
  if (name == "severity") return std::string(model::to_text(alert.severity));
  if (name == "summary" || name == "description" || name == "runbook" || name == "stage")
    return find_in(alert.annotations, name);
  if (name == "where") return where_of(alert);
  if (name == "server" || name == "rack" || name == "owner" || name == "job")
    return said_of(alert, std::string(name));
  if (name == "last_reported") return format_rfc3339(alert.last_seen);
  if (name == "count") return std::to_string(alert.count);
  if (name == "starts_at") return format_rfc3339(alert.starts_at);
  if (name == "ends_at")
    return alert.ends_at ? Value(format_rfc3339(*alert.ends_at)) : std::nullopt;
  if (name == "duration") return alert.ends_at ? Value(lasted(alert)) : std::nullopt;
  if (name == "end_reason")
    return alert.state == AlertState::resolved ? Value(told_reason(alert.reason, language))
                                               : std::nullopt;
  if (name == "fingerprint") return hex64(model::fingerprint(alert.labels));
  if (name == "id") return alert.id;
  if (alert.acknowledged && name == "acknowledged_by") return alert.acknowledged->by;
  if (alert.acknowledged && name == "acknowledgement") return alert.acknowledged->comment;
  if (alert.acknowledged && name == "acknowledged_at")
    return format_rfc3339(alert.acknowledged->at);
  return std::nullopt;
}

Value of_message(const model::Message& message, std::string_view name, const CardStyle& style) {
  if (name == "receiver") return message.receiver;
  if (name == "group_key") return message.group_key;
  if (name == "external_url") return style.external_url;
  if (name == "firing") return std::to_string(count_of(message, AlertState::firing));
  if (name == "resolved") return std::to_string(count_of(message, AlertState::resolved));
  if (name.starts_with("group.")) return find_in(message.group_labels, name.substr(6));
  if (name == "title") return card_of(message, style).title;
  if (name != "text") return std::nullopt;
  const auto same = [](const std::string& text) { return text; };
  return body_text(card_of(message, style), {escape_plain, same, same, "\n"}, 64 * 1024);
}

}  // namespace

model::Labels told_annotations(const model::Change& change) {
  const auto& alert = change.alert;
  auto annotations = alert.annotations;
  if (alert.state == AlertState::resolved)
    annotations.emplace("resolved_reason", told_reason(alert.reason));
  if (change.kind == model::Change::Kind::reminded)
    annotations.emplace("last_reported", format_rfc3339(alert.last_seen));
  if (change.kind == model::Change::Kind::unconfirmed)
    annotations.emplace("not_confirmed_since", format_rfc3339(alert.last_seen));
  if (alert.count > 1) annotations.emplace("count", std::to_string(alert.count));
  if (const auto& ack = alert.acknowledged) {
    annotations.emplace("acknowledged_by", ack->by);
    annotations.emplace("acknowledged_at", format_rfc3339(ack->at));
    if (ack->until) annotations.emplace("acknowledged_until", format_rfc3339(*ack->until));
    if (!ack->comment.empty()) annotations.emplace("acknowledgement", ack->comment);
  }
  return annotations;
}

std::uint64_t message_hash(const model::Message& message) {
  auto sum = fnv1a(message.receiver + '\n' + message.group_key);
  for (const auto& change : message.changes) {
    const auto part = '\n' + change.alert.id + ' ' + std::string(model::to_text(change.kind)) +
                      ' ' + std::to_string(change.offset);
    sum = fnv1a(is_reminder(change.kind) ? part + ' ' + format_rfc3339(change.at) : part, sum);
  }
  return sum;
}

std::string incident_key(const model::Message& message) {
  return sha256_hex(message.receiver + '\n' + message.group_key);
}

std::string place_of(const model::Message& message) {
  const auto labels = common_labels(message);
  for (const char* name : {"server", "subject", "instance", "source"}) {
    if (const auto found = labels.find(name); found != labels.end() && !found->second.empty())
      return found->second;
  }
  return "alarum";
}

std::string_view status_of(const model::Message& message) {
  return model::to_text(count_of(message, AlertState::firing) > 0 ? AlertState::firing
                                                                  : AlertState::resolved);
}

std::string generator_url(const model::Alert& alert, const std::string& external_url) {
  return alert.generator_url.empty() ? alert_link(alert, external_url) : alert.generator_url;
}

model::Labels common_labels(const model::Message& message) {
  return common(message, [](const model::Change& change) { return change.alert.labels; });
}

model::Labels common_annotations(const model::Message& message) {
  return common(message, told_annotations);
}

Template::Lookup message_names(const model::Message& message, const CardStyle& style) {
  const auto worst =
      std::make_shared<const model::Alert>(worst_first(message.changes).front().alert);
  return [&message, style, worst, labels = common_labels(message),
          annotations = common_annotations(message)](std::string_view name) -> Value {
    if (name == "status") return std::string(status_of(message));
    if (auto state = is_state(name, status_of(message))) return state;
    if (name == "severity") return std::string(model::to_text(worst->severity));
    if (name.starts_with("labels.")) return find_in(labels, name.substr(7));
    if (name.starts_with("annotations.")) return find_in(annotations, name.substr(12));
    if (auto value = of_message(message, name, style)) return value;
    if (name == "link")
      return message.changes.size() == 1 ? alert_link(*worst, style.external_url)
                                         : style.external_url + "/";
    if (message.changes.size() == 1) return of_alert(*worst, name, style.language);
    if (auto value = find_in(labels, name)) return value;
    return find_in(annotations, name);
  };
}

Template::Lookup alert_names(const model::Message& message, const model::Change& change,
                             const CardStyle& style) {
  return [&message, &change, style](std::string_view name) -> Value {
    if (name.starts_with("labels.")) return find_in(change.alert.labels, name.substr(7));
    if (name.starts_with("annotations.")) return find_in(told_annotations(change), name.substr(12));
    if (name == "title" || name == "text") {
      const model::Message alone{
          message.receiver, message.group_key, message.group_labels, {change}};
      return of_message(alone, name, style);
    }
    if (name == "link") return alert_link(change.alert, style.external_url);
    if (auto value = of_alert(change.alert, name, style.language)) return value;
    return of_message(message, name, style);
  };
}

std::string render(const std::string& text, const Template::Lookup& lookup, Escaper escape) {
  const auto parsed = Template::parse(text);
  if (!parsed) return text;  // does not happen: the config's reader refuses such a template
  std::size_t missing = 0;
  const auto or_empty = [&](std::string_view name) -> Value { return lookup(name).value_or(""); };
  return parsed->render(or_empty, missing, escape);
}

}  // namespace alarum::receivers
