#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/alert.h"
#include "model/notification.h"

namespace alarum::alert {

inline std::int64_t micros(Time time) {
  return time.time_since_epoch().count();
}

/// `["a",…]`
std::string list_json(const std::vector<std::string>& texts);

/// A whole alert as one JSON object, times in microseconds; the same alert always gives the same
/// text.
std::string alert_json(const model::Alert& alert);
Result<model::Alert> parse_alert(std::string_view json);

/// One line of the alert history: the change and the alert after it. Equal histories are equal byte
/// for byte.
std::string history_line(const model::Change& change);
/// The same, where the alert's alert_json() is at hand.
std::string history_line(const model::Change& change, std::string_view alert);

/// Of a line of the history what happened, and of an alert the number of its model::EndReason;
/// nullopt: it cannot be read.
std::optional<std::string> kind_in(std::string_view history_line);
std::optional<std::string> reason_in(std::string_view alert);

/// A message as one JSON object: the facts of a notification, from which it can be told anew in
/// other words.
std::string message_json(const model::Message& message);
Result<model::Message> parse_message(std::string_view json);
/// The fingerprints of the labels of the alerts in such an object; none where it cannot be read.
std::vector<std::uint64_t> fingerprints_in(std::string_view message);

}  // namespace alarum::alert
