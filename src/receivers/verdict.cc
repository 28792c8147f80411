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
  return {kind,
          std::to_string(status),
          wait,
          status == 429,
          std::ranges::find(kOfTheBody, status) != kOfTheBody.end(),
          false,
          {},
          cause_of_status(status)};
}

Verdict verdict_of_failure(std::string what, Cause cause) {
  return {Verdict::Kind::retry, std::move(what), {}, false, false, false, {}, cause};
}

Cause cause_of_status(long status) {
  if (status == 429) return Cause::status_429;
  if (status >= 500) return Cause::status_5xx;
  if (status >= 400) return Cause::status_4xx;
  return status >= 300 ? Cause::status_3xx : Cause::other;
}

std::string_view to_text(Cause cause) {
  constexpr std::array<std::string_view, 13> words{
      "answer", "status_3xx", "status_4xx", "status_429",      "status_5xx",        "connect",
      "dns",    "tls",        "timeout",    "connection_lost", "forbidden_address", "output",
      "other"};
  return words[static_cast<std::size_t>(cause)];
}

}  // namespace alarum::receivers
