// Zabbix: what the script of docs/monitors.md posts, one event a body. Its values are macros, which
// Zabbix replaces.
#include <fmt/format.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "ingest/push/event_builder.h"
#include "ingest/push/moment.h"
#include "ingest/push/named_decoder.h"

namespace alarum::ingest {
namespace {

// {EVENT.NSEVERITY} counts 0 to 5; {EVENT.SEVERITY} has words.
model::Severity zabbix_severity(std::string_view word) {
  using model::Severity;
  constexpr std::pair<std::string_view, Severity> kWords[] = {
      {"5", Severity::critical}, {"disaster", Severity::critical},
      {"4", Severity::major},    {"high", Severity::major},
      {"3", Severity::minor},    {"average", Severity::minor},
      {"2", Severity::warning},  {"warning", Severity::warning},
      {"1", Severity::info},     {"information", Severity::info}};
  for (const auto& [text, severity] : kWords) {
    if (same_name(word, text)) return severity;
  }
  return Severity::none;
}

// A macro that Zabbix does not know in this place stays as it is, or becomes *UNKNOWN*.
Result<std::string_view> replaced(const Object& body, std::string_view name) {
  const auto text = required_member(body, name, name);
  if (!text) return text;
  if ((text->starts_with('{') && text->ends_with('}')) || *text == "*UNKNOWN*")
    return fail("bad_member",
                fmt::format("\"{}\" is \"{}\": Zabbix has not replaced the macro; compare the "
                            "parameters of the media type with docs/monitors.md",
                            name, text->substr(0, 64)));
  return text;
}

Decoded decode_zabbix_event(const Object& body, std::string_view sender, std::string_view raw) {
  for (const char* name : {"event_id", "event_value", "trigger_id", "name", "host"}) {
    if (const auto text = replaced(body, name); !text) return std::unexpected(text.error());
  }
  const auto status = status_of_words(body.scalar("event_value"), "event_value", "1", "0");
  if (!status) return std::unexpected(status.error());
  // An update of a problem has the problem's id: what it says tells it from others.
  const bool update = body.scalar("update_status") == "1";
  const auto which =
      update ? "update-" + sha256_hex(raw).substr(0, 16) : std::string(model::to_text(*status));
  EventBuilder event(model::Format::json);
  event.id(fmt::format("{}-{}", body.scalar("event_id"), which));
  event.source("zabbix");
  event.type(body.scalar("name"));
  event.subject(body.scalar("host"));
  event.time(read_moment(body.scalar("timestamp")));
  event.status(*status);
  event.severity(zabbix_severity(body.scalar("severity")));
  return event.finish(sender, raw);
}

Result<std::vector<Decoded>> decode_zabbix(const http::Request& request, std::string_view body,
                                           Time /*now*/) {
  auto text = JsonText::parse(body);
  if (!text) return std::unexpected(text.error());
  if (text->root().kind != JsonKind::object)
    return fail("not_an_object", "the script of docs/monitors.md posts a JSON object");
  std::vector<Decoded> out;
  out.push_back(decode_zabbix_event(Object(*text, text->root()), request.peer, body));
  return out;
}

}  // namespace

NamedDecoder zabbix_decoder() {
  return {"zabbix", decode_zabbix};
}

}  // namespace alarum::ingest
