#pragma once
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace alarum::ingest {

/// The digest under the signature. SNS still signs with SHA-1 (SignatureVersion 1).
enum class Digest { sha1, sha256 };

/// The end of validity of the first certificate of `pem`. Error `bad_certificate` if there is none
/// with an RSA key, or it is not valid at `now`. Pure, any thread.
Result<Time> valid_until(std::string_view pem, Time now);

/// Verifies an RSA PKCS#1 v1.5 signature (RFC 8017 section 8.2.2) over `text` with the first
/// certificate of `pem`, which must be valid at `now`. `signature`: base64. Whether the certificate
/// can be trusted is a different question; see ingest/push/chain.h. Pure, any thread. Errors:
/// `bad_certificate`, `bad_signature`.
Result<void> verify_rsa(std::string_view pem, Digest digest, std::string_view text,
                        std::string_view signature, Time now);

}  // namespace alarum::ingest
