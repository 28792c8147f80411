#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "config/receiver.h"
#include "receivers/verdict.h"

namespace alarum::deliver {

using receivers::Cause;
using receivers::Verdict;
using receivers::verdict_of_failure;

/// The delay in the value of a `Retry-After` header: seconds or a date (RFC 9110 §10.2.3), at most
/// receivers::kMostRetryAfter. 0 if it is neither, or is over. A date is compared with the answer's
/// `Date` header (§6.6.1), because the receiver's clock may differ from ours; without that header
/// with `now` (wall clock).
std::chrono::seconds retry_after_of(std::string_view value, std::string_view date, Time now);

/// Why there is no complete answer.
enum class NoAnswer : std::uint8_t {
  refused,       ///< no connection could be made
  timed_out,     ///< the whole request took too long
  silent,        ///< no byte of an answer came within `first_byte_timeout`
  nothing,       ///< the connection was closed before any byte came
  cut,           ///< the connection was closed within the answer
  endless_head,  ///< the head is longer than Sender::Options::head_bytes
};
/// The text for logs and receipts, the same as libcurl's where it has one.
std::string to_text(NoAnswer);
/// A verdict by which the attempt is made again. Of `url` only host and port appear in it.
Verdict verdict_of_failure(const std::string& what, std::string_view url,
                           Cause cause = Cause::other);
/// What a transfer that libcurl ended with that code failed for.
Cause cause_of(int curl_code);
/// Adds the beginning of the target's answer (excerpt_of()) to a verdict, unless the notification
/// was delivered to everyone. `body` is what was read of the answer.
Verdict with_answer(Verdict verdict, std::string_view body, const config::Integration& how);

}  // namespace alarum::deliver
