#include "ingest/push/eventgrid.h"

#include "ingest/push/event_builder.h"
#include "ingest/push/moment.h"
#include "ingest/push/object.h"

namespace alarum::ingest {
namespace {

constexpr std::string_view kValidation = "Microsoft.EventGrid.SubscriptionValidationEvent";

// The events of the body: an array, the member `events` of an object, or the body itself.
std::vector<JsonValue> items_of(JsonText& text) {
  if (text.root().kind == JsonKind::array) return text.elements(text.root());
  const Object body(text, text.root());
  const auto* events = body.find("events");
  if (events && events->kind == JsonKind::array && !body.find("specversion"))
    return text.elements(*events);
  return {text.root()};
}

Decoded of_azure(const Object& item, std::string_view sender) {
  const auto topic = item.text("topic");
  const auto* data = item.find("data");
  EventBuilder draft(model::Format::eventgrid);
  draft.id(item.text("id"));
  draft.source(topic.empty() ? "eventgrid" : topic);
  draft.type(item.text("eventType"));
  draft.subject(item.text("subject"));
  draft.extension("dataversion", item.scalar("dataVersion"));
  draft.time(read_moment(item.text("eventTime")));
  return draft.finish(sender, data ? data->raw : "null");
}

Decoded decode_item(JsonText& text, const JsonValue& value, std::string_view sender) {
  const Object item(text, value);
  if (item.find("specversion")) return decode_structured(value.raw, sender);
  if (item.find("eventType")) return of_azure(item, sender);
  return fail("not_an_event",
              "an event has \"specversion\" (CloudEvents) or \"eventType\" (Azure's schema)");
}

}  // namespace

Result<std::vector<Decoded>> decode_eventgrid(const http::Request& request, std::string_view body) {
  std::vector<Decoded> out;
  if (request.header("ce-specversion")) {
    out.push_back(decode_binary(request.headers, body, request.peer));
    return out;
  }
  auto text = JsonText::parse(body);
  if (!text) return std::unexpected(text.error());
  for (const auto& item : items_of(*text)) out.push_back(decode_item(*text, item, request.peer));
  return out;
}

std::optional<std::string> validation_code(std::string_view body) {
  if (body.find(kValidation) == std::string_view::npos) return std::nullopt;
  auto text = JsonText::parse(body);
  if (!text) return std::nullopt;
  const auto items = items_of(*text);
  if (items.size() != 1) return std::nullopt;
  const Object item(*text, items.front());
  const auto code = item.object("data").text("validationCode");
  return item.text("eventType") == kValidation && !code.empty() ? std::optional(std::string(code))
                                                                : std::nullopt;
}

}  // namespace alarum::ingest
