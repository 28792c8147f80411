#include "api/posted_alerts.h"

#include <simdjson.h>

#include "base/json.h"
#include "base/utf8.h"

namespace alarum::api {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMostFaults = 100;
constexpr std::size_t kMostAlerts = 100'000;

// An object of strings; null is an empty one.
Result<model::Labels> labels_of(const dom::element& value, const char* what, bool drop_empty) {
  model::Labels labels;
  if (value.is_null()) return labels;
  dom::object object;
  if (value.get(object) != simdjson::SUCCESS)
    return fail("bad_alert", std::string("\"") + what + "\" must be an object");
  for (const auto& [name, member] : object) {
    std::string_view text;
    if (member.get(text) != simdjson::SUCCESS)
      return fail("bad_alert",
                  "\"" + std::string(name) + "\" of \"" + what + "\" must be a string");
    if (name.empty())
      return fail("bad_alert",
                  std::string("invalid label set: \"") + what + "\" has an empty name");
    if (!text.empty() || !drop_empty) labels[std::string(name)] = text;
  }
  return labels;
}

Result<std::optional<Time>> time_of(const dom::element& value, const char* what) {
  std::string_view text;
  if (value.is_null()) return std::optional<Time>();
  if (value.get(text) != simdjson::SUCCESS)
    return fail("bad_alert", std::string("\"") + what + "\" must be an RFC 3339 time");
  if (text.empty() || text.starts_with("0001-01-01T00:00:00")) return std::optional<Time>();
  auto time = parse_rfc3339(text);
  if (!time) return fail("bad_alert", std::string("\"") + what + "\": " + time.error().message);
  return std::optional(*time);
}

Result<alert::Posted> alert_of(const dom::element& value, Time now, Duration timeout) {
  alert::Posted posted;
  posted.timeout = timeout;
  dom::object object;
  if (value.get(object) != simdjson::SUCCESS)
    return fail("bad_alert", "an alert must be an object");
  for (const auto& [name, member] : object) {
    if (name == "labels" || name == "annotations") {
      const bool is_labels = name == "labels";
      auto labels = labels_of(member, is_labels ? "labels" : "annotations", is_labels);
      if (!labels) return std::unexpected(labels.error());
      (is_labels ? posted.labels : posted.annotations) = std::move(*labels);
    } else if (name == "startsAt" || name == "endsAt") {
      const bool is_start = name == "startsAt";
      auto time = time_of(member, is_start ? "startsAt" : "endsAt");
      if (!time) return std::unexpected(time.error());
      (is_start ? posted.starts_at : posted.ends_at) = *time;
    } else if (std::string_view text;
               name == "generatorURL" && member.get(text) == simdjson::SUCCESS) {
      posted.generator_url = text;
    }
  }
  if (posted.labels.empty()) return fail("bad_alert", "at least one label pair required");
  if (!posted.starts_at)
    posted.starts_at = posted.ends_at && *posted.ends_at < now ? *posted.ends_at : now;
  // A start later than the end that is assumed where none is given is refused, as Alertmanager
  // refuses it.
  if (posted.ends_at.value_or(now + timeout) < *posted.starts_at)
    return fail("bad_alert", "start time must be before end time");
  return posted;
}

}  // namespace

Result<PostedAlerts> parse_posted(std::string_view body, Time now, Duration timeout) {
  // Text that is no text in one alert loses none of the others.
  std::string mended;
  if (valid_utf8_prefix(body) != body.size() || body.find("\\u") != body.npos)
    body = mended = json_with_replacements(body);
  // Ours first: it is stricter, and bounds the depth.
  if (auto fine = check_json(body); !fine) return std::unexpected(fine.error());
  dom::parser parser;
  dom::array array;
  if (parser.parse(simdjson::padded_string(body)).get(array) != simdjson::SUCCESS)
    return fail("bad_json", "the body must be a list of alerts");
  if (array.size() > kMostAlerts)
    return fail("too_many_items", "more than " + std::to_string(kMostAlerts) +
                                      " alerts in one body; send them in several");
  PostedAlerts out;
  std::size_t index = 0, unsaid = 0;
  for (const auto value : array) {
    auto one = alert_of(value, now, timeout);
    if (one)
      out.alerts.push_back(std::move(*one));
    else if (out.faults.size() < kMostFaults)
      out.faults.push_back("alert " + std::to_string(index) + ": " + one.error().message);
    else
      ++unsaid;
    ++index;
  }
  if (unsaid > 0) out.faults.push_back("and " + std::to_string(unsaid) + " more");
  return out;
}

}  // namespace alarum::api
