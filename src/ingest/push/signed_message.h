#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "config/push_ingest.h"

namespace alarum::ingest {

/// The two services that sign what they push: Huawei's SMN and AWS' SNS. SMN's protocol is modelled
/// on that of SNS.
enum class Service { smn, sns };

/// One message of SMN (appendix "HTTP/HTTPS messages") or of SNS ("SNS message formats"). Its
/// strings are decoded, because the signature is over the decoded ones. Untrusted until
/// check_origin() and check_signature() have passed.
struct SignedMessage {
  enum class Kind { notification, subscribe, unsubscribe };
  Service service = Service::smn;
  Kind kind = Kind::notification;
  std::string type, id, topic, subject, message, timestamp, token, subscribe_url, certificate_url,
      signature, version;
  bool has_subject = false;  ///< the member is there, even if it is empty
};

/// Parses the envelope. Errors: those of check_json, `not_an_object`, `missing_member`,
/// `bad_member`. Pure, as all functions here.
Result<SignedMessage> read_signed_message(Service service, std::string_view json);

/// Checks that the config allows the topic. Error `unknown_topic`.
Result<void> check_topic(const SignedMessage& message, const config::SignedSource& source);
/// Checks all that can be checked without the certificate, so that no URL of a stranger is fetched:
/// the topic is allowed (`unknown_topic`); the URLs of certificate and subscription are https on an
/// allowed host with a path of the documented form (`bad_certificate_url`, `bad_subscribe_url`);
/// the timestamp is at most source.max_age old and 15 minutes ahead (`stale_message`); the version
/// of the signature is known (`bad_signature`).
Result<void> check_origin(const SignedMessage& message, const config::SignedSource& source,
                          Time now);

/// The time from which on check_origin() rejects this message as `stale_message`.
Time too_old_at(const SignedMessage& message, const config::SignedSource& source);

/// Verifies the signature over the decoded strings with the certificate in `pem`. An empty subject
/// is tried with and without its line, because senders differ. Errors: `bad_certificate`
/// (unreadable, or not valid at `now`), `bad_signature`.
Result<void> check_signature(const SignedMessage& message, std::string_view pem, Time now);

/// Whether a topic fits `pattern`, in which each * is any run of characters without a colon.
bool fits(std::string_view pattern, std::string_view text);

}  // namespace alarum::ingest
