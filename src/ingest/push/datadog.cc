// Datadog: what the payload of docs/monitors.md makes of a monitor's event. Its values are
// $-variables, which Datadog replaces.
#include <fmt/format.h>

#include "ingest/push/event_builder.h"
#include "ingest/push/moment.h"
#include "ingest/push/named_decoder.h"

namespace alarum::ingest {
namespace {

// $ALERT_TRANSITION: Triggered, Warn and No Data, each also with Re-; Renotify; Recovered.
Result<model::Status> datadog_status(std::string_view transition) {
  if (transition == "Recovered") return model::Status::resolved;
  for (const char* word : {"Triggered", "Warn", "No Data", "Renotify"}) {
    if (transition.ends_with(word)) return model::Status::firing;
  }
  return fail("bad_member", fmt::format("\"transition\" must be Triggered, Warn, No Data, Renotify "
                                        "or Recovered (with or without Re-), not \"{}\"",
                                        transition.substr(0, 64)));
}

// The monitor's priority, or else what happened.
model::Severity datadog_severity(std::string_view priority, std::string_view transition) {
  using model::Severity;
  if (priority == "P1") return Severity::critical;
  if (priority == "P2") return Severity::major;
  if (priority == "P3") return Severity::minor;
  if (priority == "P4") return Severity::warning;
  if (priority == "P5") return Severity::info;
  if (transition.ends_with("Warn")) return Severity::warning;
  return transition.ends_with("Triggered") ? Severity::critical : Severity::major;
}

// A variable that Datadog does not know stays as it is.
Result<std::string_view> replaced_variable(const Object& body, std::string_view name) {
  const auto text = required_member(body, name, name);
  if (text && text->starts_with('$'))
    return fail("bad_member", fmt::format("\"{}\" is \"{}\": Datadog has not replaced the "
                                          "variable; "
                                          "compare the payload with docs/monitors.md",
                                          name, text->substr(0, 64)));
  return text;
}

Decoded decode_datadog_event(const Object& body, std::string_view sender, std::string_view raw) {
  for (const char* name : {"id", "alert_id", "monitor", "transition"}) {
    if (const auto text = replaced_variable(body, name); !text)
      return std::unexpected(text.error());
  }
  const auto transition = body.scalar("transition");
  const auto status = datadog_status(transition);
  if (!status) return std::unexpected(status.error());
  const auto host = body.scalar("host");
  EventBuilder event(model::Format::json);
  event.id(body.scalar("id"));  // each transition is an event of its own there
  event.source("datadog");
  event.type(body.scalar("monitor"));
  event.subject(host.empty() || host.starts_with('$') ? body.scalar("scope") : host);
  event.time(read_moment(body.scalar("date")));
  event.status(*status);
  event.severity(datadog_severity(body.scalar("priority"), transition));
  return event.finish(sender, raw);
}

Result<std::vector<Decoded>> decode_datadog(const http::Request& request, std::string_view body,
                                            Time /*now*/) {
  auto text = JsonText::parse(body);
  if (!text) return std::unexpected(text.error());
  if (text->root().kind != JsonKind::object)
    return fail("not_an_object", "the payload of docs/monitors.md is a JSON object");
  std::vector<Decoded> out;
  out.push_back(decode_datadog_event(Object(*text, text->root()), request.peer, body));
  return out;
}

}  // namespace

NamedDecoder datadog_decoder() {
  return {"datadog", decode_datadog};
}

}  // namespace alarum::ingest
