// Google Cloud Monitoring's webhook channel: one incident a body (docs/monitors.md).
#include <fmt/format.h>

#include "base/ascii.h"
#include "ingest/push/event_builder.h"
#include "ingest/push/moment.h"
#include "ingest/push/named_decoder.h"

namespace alarum::ingest {
namespace {

model::Severity gcp_severity(std::string_view word) {
  using model::Severity;
  if (same_name(word, "critical")) return Severity::critical;
  if (same_name(word, "error")) return Severity::major;
  return same_name(word, "warning") ? Severity::warning : Severity::none;
}

std::string_view gcp_subject(const Object& incident) {
  for (const char* name : {"resource_display_name", "resource_name", "resource_id"}) {
    if (const auto text = incident.text(name); !text.empty()) return text;
  }
  return {};
}

Decoded decode_incident(const Object& incident, std::string_view sender, std::string_view body) {
  const auto id = required_member(incident, "incident_id", "incident.incident_id");
  if (!id) return std::unexpected(id.error());
  const auto policy = required_member(incident, "policy_name", "incident.policy_name");
  if (!policy) return std::unexpected(policy.error());
  const auto status = status_of_words(incident.scalar("state"), "incident.state", "open", "closed");
  if (!status) return std::unexpected(status.error());
  const bool open = *status == model::Status::firing;
  EventBuilder event(model::Format::json);
  event.id(fmt::format("{}-{}", *id, model::to_text(*status)));
  event.source("google-cloud-monitoring");
  event.type(*policy);
  event.subject(gcp_subject(incident));
  event.time(read_moment(incident.scalar(open ? "started_at" : "ended_at")));
  event.status(*status);
  event.severity(gcp_severity(incident.text("severity")));
  return event.finish(sender, body);
}

Result<std::vector<Decoded>> decode_gcp(const http::Request& request, std::string_view body,
                                        Time /*now*/) {
  auto text = JsonText::parse(body);
  if (!text) return std::unexpected(text.error());
  const Object root(*text, text->root());
  const auto* incident = root.find("incident");
  if (!incident || incident->kind != JsonKind::object)
    return fail("missing_member",
                "\"incident\" must be an object: this route takes the webhook of "
                "Google Cloud Monitoring");
  std::vector<Decoded> out;
  out.push_back(decode_incident(root.object("incident"), request.peer, body));
  return out;
}

}  // namespace

NamedDecoder gcp_decoder() {
  return {"gcp", decode_gcp};
}

}  // namespace alarum::ingest
