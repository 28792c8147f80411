#pragma once
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace alarum::ingest {

enum class Digest { sha1, sha256 };

/// Until when the first certificate of `pem` is valid. Error `bad_certificate`: it is none with an
/// RSA key, or is not valid at `now`.
Result<Time> valid_until(std::string_view pem, Time now);

/// RSA PKCS#1 v1.5 (RFC 8017 §8.2) over `text`, by the first certificate of `pem`, which must be
/// valid at `now`. `signature`: base64. Whether it is a certificate to be trusted is the business
/// of check_names() and of ingest/push/chain.h. Reasons: `bad_certificate`, `bad_signature`.
Result<void> verify_rsa(std::string_view pem, Digest digest, std::string_view text,
                        std::string_view signature, Time now);

}  // namespace alarum::ingest
