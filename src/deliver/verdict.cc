#include "deliver/verdict.h"

#include <algorithm>

namespace alarum::deliver {

Verdict verdict_of_status(long status, std::chrono::seconds retry_after) {
  const bool delivered = status >= 200 && status < 300;
  const bool passing = status == 408 || status == 425 || status == 429 || status >= 500;
  const auto kind = delivered ? Verdict::Kind::delivered : passing ? Verdict::Kind::retry : Verdict::Kind::dead;
  const auto wait =
      passing ? std::clamp(retry_after, std::chrono::seconds(0), kMostRetryAfter) : std::chrono::seconds(0);
  return {kind, std::to_string(status), wait, status == 429};
}

Verdict verdict_of_failure(std::string what) {
  return {Verdict::Kind::retry, std::move(what), {}};
}

}  // namespace alarum::deliver
