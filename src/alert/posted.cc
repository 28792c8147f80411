#include "alert/posted.h"

#include <algorithm>

#include "base/json.h"
#include "model/posted.h"

namespace alarum::alert {
namespace {

void add(std::string& out, std::string_view name, std::string_view json) {
  out += (out.size() > 1 ? "," : "") + json_quote(name) + ':' + std::string(json);
}

std::string object_of(const model::Labels& labels) {
  std::string out = "{";
  for (const auto& [name, value] : labels) add(out, name, json_quote(value));
  return out + '}';
}

std::string data_of(const Posted& posted) {
  std::string out = "{";
  add(out, "labels", object_of(posted.labels));
  add(out, "annotations", object_of(posted.annotations));
  if (posted.starts_at) add(out, "startsAt", json_quote(format_rfc3339(*posted.starts_at)));
  if (posted.ends_at) add(out, "endsAt", json_quote(format_rfc3339(*posted.ends_at)));
  if (!posted.generator_url.empty()) add(out, "generatorURL", json_quote(posted.generator_url));
  if (posted.timeout != kResolveTimeout) add(out, "resolveTimeout", json_quote(format_duration(posted.timeout)));
  return out + '}';
}

std::string_view label(const model::Labels& labels, const std::string& name) {
  const auto found = labels.find(name);
  return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view text_at(const model::FlatEvent& flat, std::string_view path) {
  const auto leaves = flat.at(path);
  return leaves.empty() ? std::string_view() : leaves.front().text;
}

model::Labels labels_under(const model::FlatEvent& flat, std::string_view prefix) {
  model::Labels out;
  for (const auto& leaf : flat.under(prefix)) out[std::string(leaf.path.substr(prefix.size()))] = leaf.text;
  return out;
}

std::optional<Time> time_at(const model::FlatEvent& flat, std::string_view path) {
  const auto time = parse_rfc3339(text_at(flat, path));
  return time ? std::optional(*time) : std::nullopt;
}

bool is_within(Time time, const Activity& activity) { return time > activity.starts && time < activity.ends; }

}  // namespace

Activity merged(const Activity& old, const Activity& posted, Time now) {
  if (!is_within(posted.starts, old) && !is_within(posted.ends, old)) return posted;
  auto out = posted;
  out.starts = std::min(old.starts, posted.starts);
  const bool counts = posted.ends <= now ? old.ends <= now : !old.timeout;
  if (counts) out.ends = std::max(old.ends, posted.ends);
  return out;
}

model::Event event_of(const Posted& posted, std::string_view id, std::string_view sender) {
  const auto data = data_of(posted);
  const auto name = label(posted.labels, "alertname");
  model::EventFields fields;
  fields.id = id;
  fields.source = "alertmanager";
  fields.type = name.empty() ? "alert" : name;
  fields.subject = label(posted.labels, "instance");
  fields.datacontenttype = "application/json";
  fields.sender = sender;
  fields.time = posted.starts_at;
  fields.extensions.emplace_back(model::kPostedMark, "true");
  fields.data_kind = model::DataKind::json;
  fields.data = data;
  fields.format = model::Format::alertmanager;
  fields.severity = model::normalise_severity(label(posted.labels, "severity"));
  return model::Event(fields);
}

Posted posted_of(const model::FlatEvent& flat) {
  return {labels_under(flat, "data.labels."), labels_under(flat, "data.annotations."), time_at(flat, "data.startsAt"), time_at(flat, "data.endsAt"),
          std::string(text_at(flat, "data.generatorURL")), parse_duration(text_at(flat, "data.resolveTimeout")).value_or(kResolveTimeout)};
}

}  // namespace alarum::alert
