#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "config/push_ingest.h"

namespace alarum::ingest {

/// The two services that sign what they push; the one's protocol is modelled on the other's.
enum class Service { smn, sns };

/// One message of Huawei's SMN (appendix "HTTP/HTTPS messages") or of AWS' SNS ("SNS message
/// formats"), its strings decoded.
struct SignedMessage {
  enum class Kind { notification, subscribe, unsubscribe };
  Service service = Service::smn;
  Kind kind = Kind::notification;
  std::string type, id, topic, subject, message, timestamp, token, subscribe_url, certificate_url,
      signature, version;
  bool has_subject = false;  ///< also where it is empty
};

/// Reasons: those of check_json, `not_an_object`, `missing_member`, `bad_member`.
Result<SignedMessage> read_signed_message(Service service, std::string_view json);

/// Error `unknown_topic`.
Result<void> check_topic(const SignedMessage& message, const config::SignedSource& source);
/// What can be told before the certificate is there: the topic is allowed (`unknown_topic`),
/// certificate and subscription are https on an allowed host, their paths of the documented form
/// (`bad_certificate_url`, `bad_subscribe_url`), the message is of our time (`stale_message`), its
/// signature of a kind that we know (`bad_signature`).
Result<void> check_origin(const SignedMessage& message, const config::SignedSource& source,
                          Time now);

/// When a message that check_origin() took is refused as `stale_message`.
Time too_old_at(const SignedMessage& message, const config::SignedSource& source);

/// The signature over the decoded strings, by the certificate in `pem`. Pure. Reasons:
/// `bad_certificate` (unreadable, or not valid now), `bad_signature`.
Result<void> check_signature(const SignedMessage& message, std::string_view pem, Time now);

/// Whether a topic fits `pattern`, in which * is any run of characters between two colons.
bool fits(std::string_view pattern, std::string_view text);

}  // namespace alarum::ingest
