#include "ingest/push/ces_alarm.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "ingest/push/draft.h"
#include "ingest/push/moment.h"

namespace alarum::ingest {
namespace {

// `[Critical Alarm]From Cloud Eye: …`
std::string_view level_of_subject(std::string_view subject) {
  if (!subject.starts_with('[')) return {};
  return subject.substr(1, subject.find_first_of(" ]") - 1);
}

// `instance_id:1111,disk:sda`: the first value, which is the resource's.
std::string_view resource_of(std::string_view dimension) {
  const auto colon = dimension.find(':');
  return colon == std::string_view::npos ? dimension : dimension.substr(colon + 1, dimension.find(',') - colon - 1);
}

// The same in whatever order they come: `disk:sda,instance_id:1111`.
std::string sorted_parts(std::string_view dimension) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at < dimension.size();) {
    const auto end = std::min(dimension.find(',', at), dimension.size());
    if (const auto part = trimmed(dimension.substr(at, end - at)); !part.empty()) parts.push_back(part);
    at = end + 1;
  }
  std::ranges::sort(parts);
  return fmt::format("{}", fmt::join(parts, ","));
}

// Of Cloud Eye's five words two say nothing of the resource: `insufficient_data`, and `invalid` for a rule that has expired.
model::Status status_of_alarm(std::string_view word) { return lowered(word) == "ok_manual" ? model::Status::resolved : model::normalise_status(word); }

}  // namespace

bool is_ces_alarm(const Object& body) { return body.find("alarm_id") && !body.text("metric_name").empty(); }

Decoded decode_ces_alarm(const SignedMessage& message, const Object& body, std::string_view sender, std::string_view json) {
  const auto variables = body.object("template_variable");
  const auto resource = variables.scalar("ResourceId");
  const auto level = variables.scalar("AlarmLevel");
  const auto space = body.text("namespace");
  Draft draft(model::Format::smn);
  draft.id(message.id);
  draft.source(space.empty() ? std::string_view(message.topic) : space);
  draft.type(body.text("metric_name"));
  draft.subject(resource.empty() ? resource_of(body.text("dimension")) : resource);
  draft.extension("topic", message.topic);
  draft.extension("dimension", sorted_parts(body.text("dimension")));
  draft.status(status_of_alarm(body.scalar("alarm_status")));
  draft.severity(model::normalise_severity(level.empty() ? level_of_subject(message.subject) : level));
  draft.time(message.timestamp);
  if (const auto time = read_moment(body.scalar("time"))) draft.time(time);
  return draft.finish(sender, json);
}

}  // namespace alarum::ingest
