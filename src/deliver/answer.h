#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "config/receiver.h"
#include "receivers/verdict.h"

namespace alarum::deliver {

using receivers::Verdict;
using receivers::verdict_of_failure;

/// What the value of a `Retry-After` asks for: RFC 9110 §10.2.3, seconds or a date. What is
/// neither, or is over: 0. A date counts from the answer's own `Date` (§6.6.1), for the receiver's
/// clock may be another than ours; where that is none, from `now`.
std::chrono::seconds retry_after_of(std::string_view value, std::string_view date, Time now);

/// Why there is no answer to judge.
enum class NoAnswer : std::uint8_t {
  refused,    ///< nobody is there
  timed_out,  ///< the request as a whole took too long
  silent,     ///< nothing came back within the time for a first byte
  nothing,    ///< the connection was closed before anything came back
  cut,        ///< the connection was closed within the answer
  endless_head,
};
std::string to_text(NoAnswer);  ///< libcurl's own words where it says it
/// It is tried again. `url`: of the request; its host and port are named, and nothing else of it.
Verdict verdict_of_failure(const std::string& what, std::string_view url);
/// Adds how the target's own words begin, where it did not take it. `body`: what came of its
/// answer.
Verdict with_answer(Verdict verdict, std::string_view body, const config::Integration& how);

}  // namespace alarum::deliver
