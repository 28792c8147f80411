#include "ingest/push/notification.h"

#include "base/json.h"
#include "ingest/push/aws_event.h"
#include "ingest/push/ces_alarm.h"
#include "ingest/push/event_builder.h"

namespace alarum::ingest {
namespace {

Decoded plain(const SignedMessage& message, std::string_view word, std::string_view sender,
              std::string_view json) {
  const bool smn = message.service == Service::smn;
  EventBuilder draft(smn ? model::Format::smn : model::Format::sns);
  draft.id(message.id);
  draft.source(message.topic);
  draft.type((smn ? "smn." : "sns.") + std::string(word));
  draft.subject(message.subject);
  draft.time(message.timestamp);
  return draft.finish(sender, json);
}

// The event in the message's text, if it is of a known kind; otherwise nullopt.
std::optional<Decoded> of_known_kind(const SignedMessage& message, const Object& body,
                                     std::string_view sender, std::string_view json) {
  if (body.find("specversion")) return decode_structured(message.message, sender);
  if (message.service == Service::smn && is_ces_alarm(body))
    return decode_ces_alarm(message, body, sender, json);
  if (message.service == Service::sns && is_eventbridge_event(body))
    return decode_eventbridge_event(body, model::Format::sns, message.topic, sender);
  if (message.service == Service::sns && is_cloudwatch_alarm(body))
    return decode_cloudwatch_alarm(message, body, sender, json);
  return std::nullopt;
}

}  // namespace

Decoded decode_notification(const SignedMessage& message, std::string_view sender) {
  if (message.kind == SignedMessage::Kind::unsubscribe)
    return plain(message, "unsubscribed", sender, json_quote(message.message));
  auto text = JsonText::parse(message.message);
  if (!text) return plain(message, "notification", sender, json_quote(message.message));
  const auto& json = text->root().raw;
  const Object body(*text, text->root());
  // If the event in the text lacks a required part, use the message around it, which was signed and
  // has an id. A 4xx would lose it for good.
  if (auto event = of_known_kind(message, body, sender, json); event && *event)
    return std::move(*event);
  return plain(message, "notification", sender, json);
}

}  // namespace alarum::ingest
