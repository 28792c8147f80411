#include "receivers/verdict.h"

#include <algorithm>
#include <array>

namespace alarum::receivers {
namespace {

constexpr std::array<long, 5> kOfTheBody{400, 413, 415, 422, 500};

}  // namespace

Verdict verdict_of_status(long status, std::chrono::seconds retry_after) {
  const bool delivered = status >= 200 && status < 300;
  const bool passing = status == 408 || status == 425 || status == 429 || status >= 500;
  const auto kind = delivered ? Verdict::Kind::delivered
                    : passing ? Verdict::Kind::retry
                              : Verdict::Kind::dead;
  const auto wait = passing ? std::clamp(retry_after, std::chrono::seconds(0), kMostRetryAfter)
                            : std::chrono::seconds(0);
  return {kind, std::to_string(status), wait, status == 429,
          std::ranges::find(kOfTheBody, status) != kOfTheBody.end()};
}

Verdict verdict_of_failure(std::string what) {
  return {Verdict::Kind::retry, std::move(what), {}};
}

}  // namespace alarum::receivers
