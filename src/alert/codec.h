#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/alert.h"
#include "model/notification.h"

namespace alarum::alert {
// Alerts, changes and messages as JSON, as the book, the API and backtests store and compare them.
// Times are microseconds since 1970. The texts are canonical: equal values give equal bytes, so
// texts can be compared and hashed. Readers also accept other JSON with the same members; what they
// cannot read is the error `bad_state`. All functions may be called on any thread.

inline std::int64_t micros(Time time) {
  return time.time_since_epoch().count();
}

/// A JSON list of texts: `["a","b"]`.
std::string list_json(const std::vector<std::string>& texts);

/// A whole alert as one JSON object.
std::string alert_json(const model::Alert& alert);
Result<model::Alert> parse_alert(std::string_view json);

/// One line of the history of alerts: the change, and the alert after it.
std::string history_line(const model::Change& change);
/// The same if the alert's alert_json() was made already.
std::string history_line(const model::Change& change, std::string_view alert);

/// The kind of change in a history_line(), and the number of the model::EndReason in an
/// alert_json(). They look at few bytes of the text. nullopt if it cannot be read.
std::optional<std::string> kind_in(std::string_view history_line);
std::optional<std::string> reason_in(std::string_view alert);

/// A message as one JSON object. A notification stores it as its facts, from which a text can be
/// composed again.
std::string message_json(const model::Message& message);
Result<model::Message> parse_message(std::string_view json);
/// The fingerprints of the labels of the alerts in a message_json(); empty if it cannot be read.
std::vector<std::uint64_t> fingerprints_in(std::string_view message);

}  // namespace alarum::alert
