#include "ingest/push/ces_alarm.h"

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
  draft.status(model::normalise_status(body.scalar("alarm_status")));
  draft.severity(model::normalise_severity(level.empty() ? level_of_subject(message.subject) : level));
  draft.time(message.timestamp);
  if (const auto time = read_moment(body.scalar("time"))) draft.time(time);
  return draft.finish(sender, json);
}

}  // namespace alarum::ingest
