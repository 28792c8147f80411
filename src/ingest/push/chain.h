#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace alarum::ingest {

// Verification of a signing certificate (RFC 5280) with OpenSSL. No state; any thread. OpenSSL's
// error queue of the thread is left empty.

/// Verifies the first certificate of `pem` against the authorities in `ca_file` (empty: the
/// system's). The certificates after it serve as intermediates. nullopt: an authority vouches for
/// it. A URL (http): an issuer is missing, and the last certificate of the chain says that it can
/// be fetched there (caIssuers, RFC 5280 section 4.2.2.1); vendors publish their signing
/// certificate alone. Reads the authorities from disk at each call, so callers cache the result.
/// Error `untrusted_certificate` with OpenSSL's reason.
Result<std::optional<std::string>> missing_issuer(std::string_view pem, const std::string& ca_file,
                                                  Time now);

/// `pem` with one more certificate behind it. `issuer`: in DER or PEM. Error
/// `untrusted_certificate` if it is no certificate.
Result<std::string> with_issuer(std::string_view pem, std::string_view issuer);

/// Checks that the first certificate of `pem` was issued to a name that fits one of `names`
/// (patterns of is_host()). Its names are the DNS names among its subject alternative names, or its
/// common name if it has none of them. Empty `names` allow any. Error `untrusted_certificate`.
Result<void> check_names(std::string_view pem, const std::vector<std::string>& names);

}  // namespace alarum::ingest
