#pragma once
#include <cstdint>
#include <string>

#include "base/time.h"

namespace alarum::model {

/// The result of delivering a notification, or (`waiting`) the report that one request failed and
/// will be repeated. Delivery makes it, the journal records it, and the engine then marks the
/// notification.
struct Receipt {
  /// `dead`: in the dead letters. `dropped`: about a built-in alert that was over before anything
  /// about it was delivered. The numbers are on disk and must not change.
  enum class Outcome : std::uint8_t { waiting = 0, delivered = 1, dead = 2, dropped = 4 };
  std::string id;  ///< of the notification
  Outcome outcome = Outcome::delivered;
  std::uint32_t attempts = 1;  ///< requests made so far
  /// `200`, `Couldn't connect to server (hook.example.org:443)`, … It never has the path of a URL
  /// or a secret.
  std::string detail;
  Time at;                  ///< wall clock
  std::string target = {};  ///< of the notification
  /// The beginning of the target's own answer, if it did not accept the notification
  /// (deliver/excerpt.h).
  std::string answer = {};

  /// How many failed attempts of one notification are stored; the newest ones.
  static constexpr std::int64_t kMostFailed = 20;

  friend bool operator==(const Receipt&, const Receipt&) = default;
};

}  // namespace alarum::model
