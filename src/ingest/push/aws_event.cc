#include "ingest/push/aws_event.h"

#include "ingest/push/event_builder.h"
#include "ingest/push/moment.h"

namespace alarum::ingest {
namespace {

model::Status status_of_state(std::string_view state) {
  // INSUFFICIENT_DATA neither fires nor resolves: the alert stays as it was.
  return state == "ALARM" ? model::Status::firing
         : state == "OK"  ? model::Status::resolved
                          : model::Status::none;
}

model::Status status_of(std::string_view type, const Object& detail) {
  if (type == "CloudWatch Alarm State Change")
    return status_of_state(detail.object("state").text("value"));
  if (type != "AWS Health Event") return model::Status::none;
  const auto code = detail.text("statusCode");
  return code == "closed" ? model::Status::resolved
         : code == "open" ? model::Status::firing
                          : model::Status::none;
}

// The subject of an event that names no resource: CloudWatch's alarm, or Health's event.
std::string_view subject_of(const Object& detail) {
  const auto alarm = detail.text("alarmName");
  return alarm.empty() ? detail.text("eventArn") : alarm;
}

std::string joined(const std::vector<JsonValue>& values) {
  std::string out;
  for (const auto& value : values) out += (out.empty() ? "" : " ") + std::string(value.text);
  return out;
}

}  // namespace

bool is_eventbridge_event(const Object& body) {
  return !body.text("detail-type").empty() && !body.text("source").empty() && body.find("detail");
}

Decoded decode_eventbridge_event(const Object& body, model::Format format, std::string_view topic,
                                 std::string_view sender) {
  const auto type = body.text("detail-type");
  const auto detail = body.object("detail");
  const auto resources = body.elements("resources");
  EventBuilder draft(format);
  draft.id(body.text("id"));
  draft.source(body.text("source"));
  draft.type(type);
  draft.subject(resources.empty() ? subject_of(detail) : resources.front().text);
  draft.extension("account", body.text("account"));
  draft.extension("region", body.text("region"));
  if (resources.size() > 1) draft.extension("resources", joined(resources));
  draft.extension("topic", topic);
  draft.status(status_of(type, detail));
  draft.time(read_moment(body.text("time")));
  return draft.finish(sender, body.find("detail")->raw);
}

Result<std::vector<Decoded>> decode_eventbridge(std::string_view json, std::string_view sender) {
  auto text = JsonText::parse(json);
  if (!text) return std::unexpected(text.error());
  std::vector<JsonValue> values{text->root()};
  if (text->root().kind == JsonKind::array) values = text->elements(text->root());
  std::vector<Decoded> out;
  for (const auto& value : values) {
    const Object body(*text, value);
    if (is_eventbridge_event(body))
      out.push_back(decode_eventbridge_event(body, model::Format::eventbridge, "", sender));
    else
      out.push_back(fail("not_an_event",
                         "an EventBridge event has source, detail-type and detail; a transformed "
                         "one goes to /ingest/json/NAME"));
  }
  return out;
}

bool is_cloudwatch_alarm(const Object& body) {
  return !body.text("AlarmName").empty() && !body.text("NewStateValue").empty();
}

Decoded decode_cloudwatch_alarm(const SignedMessage& message, const Object& body,
                                std::string_view sender, std::string_view json) {
  const auto trigger = body.object("Trigger");
  const auto space = trigger.text("Namespace"), metric = trigger.text("MetricName");
  EventBuilder draft(model::Format::sns);
  draft.id(message.id);
  draft.source(space.empty() ? "AWS/CloudWatch" : space);
  // Composite alarms and those of several metrics have none
  draft.type(metric.empty() ? "CloudWatchAlarm" : metric);
  draft.subject(body.text("AlarmName"));
  draft.extension("account", body.text("AWSAccountId"));
  draft.extension("region", body.text("Region"));
  draft.extension("topic", message.topic);
  draft.status(status_of_state(body.text("NewStateValue")));
  draft.time(message.timestamp);
  if (const auto time = read_moment(body.text("StateChangeTime"))) draft.time(time);
  return draft.finish(sender, json);
}

}  // namespace alarum::ingest
