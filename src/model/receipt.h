#pragma once
#include <cstdint>
#include <string>

#include "base/time.h"

namespace alarum::model {

/// How the delivery of a notification ended, or (`waiting`) that one request was not taken and
/// another will be made.
struct Receipt {
  /// dropped: of a built-in alert that was over before anything of it was delivered
  enum class Outcome : std::uint8_t { waiting = 0, delivered = 1, dead = 2, dropped = 4 };
  std::string id;  ///< of the notification
  Outcome outcome = Outcome::delivered;
  std::uint32_t attempts = 1;
  /// `200`, `Couldn't connect to server (hook.example.org:443)`, … Never a path of a URL or a
  /// secret.
  std::string detail;
  Time at;                  ///< wall clock
  std::string target = {};  ///< of the notification
  /// How the target's own words begin where it did not take it (deliver/excerpt.h).
  std::string answer = {};

  /// Requests not taken that are remembered of a notification: the newest.
  static constexpr std::int64_t kMostFailed = 20;

  friend bool operator==(const Receipt&, const Receipt&) = default;
};

}  // namespace alarum::model
