#include "ingest/push/redfish.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/json.h"
#include "base/json_scan.h"
#include "ingest/push/event_builder.h"
#include "ingest/push/moment.h"
#include "ingest/push/object.h"
#include "model/event_time.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;

// A time that is further from the arrival does not identify an event, because a clock that was lost
// may begin at the same time after each boot.
constexpr Duration kFarOff = 24h;

std::string id_of(std::string_view sender, std::string_view report, std::string_view raw,
                  std::optional<Time> time, Time now) {
  auto seed = fmt::format("{}\n{}\n{}", sender, report, raw);
  if (!time) seed += fmt::format("\n{}", now.time_since_epoch() / 1min);
  return fmt::format("{}-{}", sender, sha256_hex(seed).substr(0, 22));
}

// {"@odata.id": …}, also with the whole resource in it, or a bare string.
std::string_view origin_of(const Object& record) {
  const auto bare = record.text("OriginOfCondition");
  return bare.empty() ? record.object("OriginOfCondition").text("@odata.id") : bare;
}

std::string_view severity_of(const Object& record) {
  const auto severity = record.text("MessageSeverity");
  return severity.empty() ? record.text("Severity") : severity;
}

std::string type_of(const Object& record) {
  const auto message = record.scalar("MessageId");
  if (!message.empty()) return without_version(message);
  const auto kind = record.text("EventType");
  return kind.empty() ? "RedfishEvent" : std::string(kind);
}

// One payload, and the decoding of its parts.
class RedfishBody {
 public:
  RedfishBody(JsonText& text, std::string_view sender, Time now)
      : text_(text), body_(text, text.root()), sender_(sender), now_(now) {}

  Result<std::vector<Decoded>> events() {
    const auto* records = body_.find("Events");
    const auto* values = body_.find("MetricValues");
    std::vector<Decoded> out;
    if (records && records->kind == JsonKind::array) {
      for (const auto& record : text_.elements(*records)) out.push_back(event(record));
    } else if (values && values->kind == JsonKind::array) {
      for (const auto& value : text_.elements(*values)) out.push_back(metric(value, out.size()));
    } else {
      return fail(
          "not_redfish",
          "a Redfish payload has the array \"Events\" (Event) or \"MetricValues\" (MetricReport)");
    }
    return out;
  }

 private:
  Decoded event(const JsonValue& value) {
    if (value.kind != JsonKind::object)
      return fail("not_an_object", "an event record is a JSON object");
    const Object record(text_, value);
    const auto time = read_moment(record.scalar("EventTimestamp"));
    const auto context = body_.scalar("Context");
    EventBuilder draft(model::Format::redfish);
    draft.id(id_of(sender_, body_.scalar("Id"), value.raw, near(time), now_));
    draft.source(sender_.empty() ? "unknown" : sender_);
    draft.type(type_of(record));
    draft.subject(origin_of(record));
    draft.extension("context", context.empty() ? record.scalar("Context") : context);
    draft.severity(model::normalise_severity(severity_of(record)));
    draft.time(time);
    return draft.finish(sender_, value.raw);
  }

  Decoded metric(const JsonValue& value, std::size_t index) {
    if (value.kind != JsonKind::object)
      return fail("not_an_object", "a metric value is a JSON object");
    const Object metric(text_, value);
    const auto own = read_moment(metric.scalar("Timestamp"));
    const auto time = own ? own : read_moment(body_.scalar("Timestamp"));
    const auto name = metric.text("MetricId");
    EventBuilder draft(model::Format::redfish);
    draft.id(id_of(
        sender_, fmt::format("{} {} {}", body_.scalar("Id"), body_.scalar("ReportSequence"), index),
        value.raw, near(time), now_));
    draft.source(sender_.empty() ? "unknown" : sender_);
    draft.type(fmt::format("MetricReport.{}", name.empty() ? body_.text("Id") : name));
    draft.subject(metric.text("MetricProperty"));
    draft.extension("context", body_.scalar("Context"));
    draft.extension("report", body_.text("Id"));
    // The standard has every value in a string. A number becomes a JSON number again.
    const auto reading = metric.scalar("MetricValue");
    if (!reading.empty())
      draft.metric(is_json_number(reading) ? std::string(reading) : json_quote(reading));
    draft.time(time);
    return draft.finish(sender_, value.raw);
  }

  // The time if it can identify an event. A BMC that has lost its clock may begin at the day when
  // its firmware was built, after each boot again; such a time distinguishes nothing.
  std::optional<Time> near(std::optional<Time> time) const {
    return time && std::chrono::abs(*time - now_) <= kFarOff ? time : std::nullopt;
  }

  JsonText& text_;
  const Object body_;
  const std::string_view sender_;
  const Time now_;
};

}  // namespace

std::string without_version(std::string_view message_id) {
  const auto first = message_id.find('.'), last = message_id.rfind('.');
  if (first == std::string_view::npos || first == last) return std::string(message_id);
  const auto version = message_id.substr(first + 1, last - first - 1);
  const bool digits =
      std::ranges::all_of(version, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return digits ? fmt::format("{}.{}", message_id.substr(0, first), message_id.substr(last + 1))
                : std::string(message_id);
}

bool clock_was_set(Time time) {
  return model::is_set(time);
}

std::optional<Time> redfish_time(std::string_view text) {
  const auto time = read_moment(text);
  return time && clock_was_set(*time) ? time : std::nullopt;
}

std::optional<Time> redfish_entry_time(const Object& entry) {
  const auto own = entry.scalar("EventTimestamp");
  return redfish_time(own.empty() ? entry.scalar("Created") : own);
}

Decoded decode_redfish_entry(std::string_view json, std::string_view sender,
                             std::string_view context) {
  auto text = JsonText::parse(json);
  if (!text) return std::unexpected(text.error());
  if (text->root().kind != JsonKind::object)
    return fail("not_an_object", "a log entry is a JSON object");
  const Object entry(*text, text->root()), links = entry.object("Links");
  const auto path = entry.text("@odata.id"), origin = origin_of(links);
  EventBuilder draft(model::Format::redfish);
  draft.id(fmt::format("{}-log-{}", sender,
                       sha256_hex(fmt::format("{}\n{}\n{}", sender, path, json)).substr(0, 22)));
  draft.source(sender.empty() ? "unknown" : sender);
  draft.type(type_of(entry));
  draft.subject(origin.empty() ? origin_of(entry) : origin);
  draft.extension("context", context);
  draft.extension("logentry", path);
  draft.severity(model::normalise_severity(severity_of(entry)));
  draft.time(redfish_entry_time(entry));
  return draft.finish(sender, json);
}

Result<std::vector<Decoded>> decode_redfish(std::string_view json, std::string_view sender,
                                            Time now) {
  auto text = JsonText::parse(json);
  if (!text) return std::unexpected(text.error());
  return RedfishBody(*text, sender, now).events();
}

}  // namespace alarum::ingest
