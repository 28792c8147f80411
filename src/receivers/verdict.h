#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace alarum::receivers {

/// Why an attempt failed, in a few kinds that metrics can have as a label.
enum class Cause : std::uint8_t {
  answer,  ///< the body of an answer: it refuses although the status does not, or is no answer
  status_3xx,
  status_4xx,  ///< and 4yz of a mail server; without 429
  status_429,
  status_5xx,
  connect,            ///< no connection could be made
  dns,                ///< the name could not be looked up
  tls,                ///< no TLS connection, or a certificate that is not accepted
  timeout,            ///< no complete answer in time
  connection_lost,    ///< the connection was closed before or within the answer
  forbidden_address,  ///< the daemon does not send to such addresses
  output,             ///< a console or file took nothing
  other
};
/// `status_429`: the label.
std::string_view to_text(Cause cause);
/// Of a status outside 200 to 299.
Cause cause_of_status(long status);

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
  Cause cause = Cause::answer;  ///< meaningless if it was delivered
};

/// A longer `Retry-After` counts as this.
constexpr std::chrono::seconds kMostRetryAfter{3600};

/// The verdict for an HTTP status (docs/delivery.md): 2xx is delivered; 408, 425, 429 and 5xx are
/// tried again; everything else is dead, redirects too, because they are not followed. 400, 413,
/// 415, 422 and 500 may be caused by the body (`this_body`).
Verdict verdict_of_status(long status, std::chrono::seconds retry_after);
/// The verdict if there was no answer: it is tried again. `what` becomes the detail.
Verdict verdict_of_failure(std::string what, Cause cause = Cause::answer);

}  // namespace alarum::receivers
