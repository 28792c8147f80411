// Azure Monitor's common alert schema: one alert a body (docs/monitors.md).
#include <fmt/format.h>

#include "ingest/push/event_builder.h"
#include "ingest/push/moment.h"
#include "ingest/push/named_decoder.h"

namespace alarum::ingest {
namespace {

// "Sev0" is critical, then error, warning, informational, verbose.
model::Severity azure_severity(std::string_view word) {
  using model::Severity;
  if (word == "Sev0") return Severity::critical;
  if (word == "Sev1") return Severity::major;
  if (word == "Sev2") return Severity::warning;
  return word == "Sev3" || word == "Sev4" ? Severity::info : Severity::none;
}

std::string_view last_segment(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

// The resource that it is about, by its name.
std::string_view azure_subject(const Object& essentials) {
  for (const char* name : {"configurationItems", "alertTargetIDs"}) {
    const auto items = essentials.elements(name);
    if (!items.empty() && items.front().kind == JsonKind::string && !items.front().text.empty())
      return last_segment(items.front().text);
  }
  return {};
}

Decoded decode_azure_alert(const Object& essentials, std::string_view sender,
                           std::string_view body) {
  const auto id = required_member(essentials, "alertId", "data.essentials.alertId");
  if (!id) return std::unexpected(id.error());
  const auto rule = required_member(essentials, "alertRule", "data.essentials.alertRule");
  if (!rule) return std::unexpected(rule.error());
  const auto status = status_of_words(essentials.scalar("monitorCondition"),
                                      "data.essentials.monitorCondition", "Fired", "Resolved");
  if (!status) return std::unexpected(status.error());
  const bool fired = *status == model::Status::firing;
  const auto moment = essentials.text(fired ? "firedDateTime" : "resolvedDateTime");
  EventBuilder event(model::Format::json);
  // A rule without states fires under one id again: the moment tells.
  event.id(fmt::format("{}-{}-{}", last_segment(*id), model::to_text(*status), moment));
  event.source("azure-monitor");
  event.type(*rule);
  event.subject(azure_subject(essentials));
  event.time(read_moment(moment));
  event.status(*status);
  event.severity(azure_severity(essentials.text("severity")));
  return event.finish(sender, body);
}

Result<std::vector<Decoded>> decode_azure(const http::Request& request, std::string_view body,
                                          Time /*now*/) {
  auto text = JsonText::parse(body);
  if (!text) return std::unexpected(text.error());
  const Object root(*text, text->root());
  if (root.text("schemaId") != "azureMonitorCommonAlertSchema")
    return fail("bad_member",
                "\"schemaId\" must be azureMonitorCommonAlertSchema: enable the common alert "
                "schema in the action group");
  std::vector<Decoded> out;
  out.push_back(decode_azure_alert(root.object("data").object("essentials"), request.peer, body));
  return out;
}

}  // namespace

NamedDecoder azure_decoder() {
  return {"azure", decode_azure};
}

}  // namespace alarum::ingest
