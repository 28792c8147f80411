#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace alarum::ingest {

/// Whether an authority that we trust vouches for the first certificate of `pem`, those after it
/// being what may stand between the two. `ca_file`: the authorities; empty: the system's. nullopt:
/// one does. A URL (http): where the issuer of the last certificate that was found is to be had, as
/// that certificate says (RFC 5280 section 4.2.2.1); vendors publish their signing certificate
/// alone. Reads files: the system's authorities. Error `untrusted_certificate`.
Result<std::optional<std::string>> missing_issuer(std::string_view pem, const std::string& ca_file,
                                                  Time now);

/// `pem` with one more certificate behind it, that came in DER or PEM. Error
/// `untrusted_certificate`: it is none.
Result<std::string> with_issuer(std::string_view pem, std::string_view issuer);

/// Whether the first certificate of `pem` bears a name that fits one of `names`: a DNS name among
/// its subject alternatives or, where it has none, its common name. Empty `names`: whatever it
/// bears. Error `untrusted_certificate`.
Result<void> check_names(std::string_view pem, const std::vector<std::string>& names);

}  // namespace alarum::ingest
