#pragma once
#include <chrono>
#include <string>

namespace alarum::receivers {

/// The result of one attempt to deliver a notification.
struct Verdict {
  /// It has ended as delivered; it will be tried again; it has ended as a dead letter.
  enum class Kind { delivered, retry, dead };
  Kind kind = Kind::delivered;
  /// The reason for logs and receipts: `200`, `503`, `errcode 310000`, `Couldn't connect to server
  /// (host:443)`. Never a path or a secret.
  std::string detail;
  /// The delay that the target asked for, at most kMostRetryAfter; 0: none.
  std::chrono::seconds retry_after{};
  /// The whole target must be asked less often (429, or a vendor's rate error).
  bool slow_down = false;
  /// It was refused for its content, as far as the answer tells. Another body may be accepted.
  bool this_body = false;
  /// Some recipients of a mail were refused. `detail` says how many.
  bool partly = false;
  /// The beginning of the target's answer (deliver/excerpt.h), if it was not accepted.
  std::string answer = {};
};

/// A longer `Retry-After` counts as this.
constexpr std::chrono::seconds kMostRetryAfter{3600};

/// The verdict for an HTTP status (docs/delivery.md): 2xx is delivered; 408, 425, 429 and 5xx are
/// tried again; everything else is dead, redirects too, because they are not followed. 400, 413,
/// 415, 422 and 500 may be caused by the body (`this_body`).
Verdict verdict_of_status(long status, std::chrono::seconds retry_after);
/// The verdict if there was no answer: it is tried again. `what` becomes the detail.
Verdict verdict_of_failure(std::string what);

}  // namespace alarum::receivers
