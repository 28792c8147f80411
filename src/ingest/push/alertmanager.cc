#include "ingest/push/alertmanager.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/json.h"
#include "ingest/push/event_builder.h"
#include "ingest/push/named_decoder.h"
#include "ingest/push/object.h"
#include "model/alert.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;

// The labels. Empty ones do not count, as in Alertmanager; a value that is no string is taken as
// written.
model::Labels labels_of(const Object& labels) {
  model::Labels out;
  for (const auto& [name, value] : labels.members()) {
    if (value.kind != JsonKind::null && !value.text.empty()) out[std::string(name)] = value.text;
  }
  return out;
}

// Sets the fingerprint in the alert's JSON. Without one, different alerts would count as one, and
// the end of one as the end of the other.
std::string with_fingerprint(const Object& alert, std::string_view raw,
                             std::string_view fingerprint) {
  auto out = std::string(raw);
  const auto* there = alert.find("fingerprint");
  if (there)
    out.replace(static_cast<std::size_t>(there->raw.data() - raw.data()), there->raw.size(),
                json_quote(fingerprint));
  else
    out.insert(out.rfind('}'), ",\"fingerprint\":" + json_quote(fingerprint));
  return out;
}

std::string id_of(std::string_view fingerprint, std::string_view raw, model::Status status,
                  Time now) {
  const auto seed = fmt::format("{}@{}", raw, now.time_since_epoch() / 1min);
  return fmt::format("{}-{}-{}", fingerprint, model::to_text(status),
                     sha256_hex(seed).substr(0, 22));
}

// `startsAt` if it is within the last 5 minutes. A start in the future (the sender's clock is
// ahead) would be later than the end, which has the time of its arrival.
std::optional<Time> recent_start(const Object& alert, Time now) {
  const auto start = parse_rfc3339(alert.text("startsAt"));
  return start && *start <= now && now - *start < 5min ? std::optional(*start) : std::nullopt;
}

Decoded decode_alert(JsonText& text, const JsonValue& value, const Object& body,
                     std::string_view sender, Time now, std::string_view source) {
  if (value.kind != JsonKind::object) return fail("not_an_object", "an alert is a JSON object");
  const Object alert(text, value);
  const auto word = alert.find("status") ? alert.scalar("status") : body.scalar("status");
  const auto status = model::normalise_status(word);
  if (status == model::Status::none)
    return fail("bad_member",
                fmt::format("\"status\" of an alert must be firing or resolved, not \"{}\"",
                            word.substr(0, 64)));
  const auto labels = alert.object("labels");
  const auto all = labels_of(labels);
  if (all.empty())
    return fail("no_labels",
                "\"labels\" of an alert must be an object with at least one label: they are what "
                "tells it from others");
  const auto given = alert.scalar("fingerprint");
  const auto fingerprint = given.empty() ? hex64(model::fingerprint(all)) : std::string(given);
  const auto name = labels.text("alertname");
  EventBuilder draft(model::Format::alertmanager);
  draft.id(id_of(fingerprint, value.raw, status, now));
  draft.source(source);
  draft.type(name.empty() ? "alert" : name);
  draft.subject(labels.text("instance"));
  draft.extension("receiver", body.text("receiver"));
  draft.extension("externalurl", body.text("externalURL"));
  if (status == model::Status::firing) draft.time(recent_start(alert, now));
  draft.status(status);
  draft.severity(model::normalise_severity(labels.text("severity")));
  return draft.finish(sender,
                      given.empty() ? with_fingerprint(alert, value.raw, fingerprint) : value.raw);
}

}  // namespace

Result<std::vector<Decoded>> decode_alertmanager(std::string_view json, std::string_view sender,
                                                 Time now, std::string_view source) {
  auto text = JsonText::parse(json);
  if (!text) return std::unexpected(text.error());
  if (text->root().kind != JsonKind::object)
    return fail("not_an_object", "the body of Alertmanager's webhook is a JSON object");
  const Object body(*text, text->root());
  const auto* alerts = body.find("alerts");
  if (!alerts || alerts->kind != JsonKind::array)
    return fail("bad_member",
                "\"alerts\" must be an array: this route takes Alertmanager's webhook, version 4");
  std::vector<Decoded> out;
  for (const auto& alert : text->elements(*alerts))
    out.push_back(decode_alert(*text, alert, body, sender, now, source));
  const auto left_out = body.scalar("truncatedAlerts");
  if (!left_out.empty() && left_out != "0") {
    out.push_back(
        fail("truncated_alerts",
             fmt::format("the sender left out {} alerts: set max_alerts: 0 in its webhook config",
                         left_out.substr(0, 20))));
  }
  return out;
}

NamedDecoder alertmanager_decoder() {
  return {"alertmanager",
          [](const http::Request& request, std::string_view body, Time now) {
            return decode_alertmanager(body, request.peer, now);
          },
          model::Format::alertmanager};
}

}  // namespace alarum::ingest
