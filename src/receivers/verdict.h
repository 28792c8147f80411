#pragma once
#include <chrono>
#include <string>

namespace alarum::receivers {

/// What one attempt came to.
struct Verdict {
  enum class Kind { delivered, retry, dead };
  Kind kind = Kind::delivered;
  /// `200`, `503`, `errcode 310000`, `Couldn't connect to server (host:443)`: never a path or a
  /// secret
  std::string detail;
  /// As the target asked, at most kMostRetryAfter; 0: it did not
  std::chrono::seconds retry_after{};
  /// The target as a whole is asked less often (429, a vendor's rate error)
  bool slow_down = false;
  /// Not taken for what it holds, as far as the answer tells: another body may be
  bool this_body = false;
  /// Delivered, but not to each recipient of a mail: `detail` tells how many
  bool partly = false;
  /// How the target's own words begin (deliver/excerpt.h), where it did not take it
  std::string answer = {};
};

constexpr std::chrono::seconds kMostRetryAfter{3600};

/// DESIGN §6: 2xx is delivered; 408, 425, 429 and 5xx are tried again; all else (redirects are not
/// followed) is dead. 400, 413, 415, 422 and 500 may be for the body's sake.
Verdict verdict_of_status(long status, std::chrono::seconds retry_after);
/// No answer came: tried again.
Verdict verdict_of_failure(std::string what);

}  // namespace alarum::receivers
