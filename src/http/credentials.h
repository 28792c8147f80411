#pragma once
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "config/auth.h"
#include "http/access.h"
#include "http/handler.h"

namespace alarum::http {

/// Of a Standard Webhooks timestamp, both ways
constexpr Duration kSignatureTolerance = std::chrono::minutes(5);
/// Of X-Sdk-Date, both ways, as the vendor's gateways have it
constexpr Duration kSdkTolerance = std::chrono::minutes(15);

/// Whether the request proves one of the credentials, and whose it is (Credential::who);
/// comparisons take constant time. `body`: the bytes as they came off the wire, before any
/// decompression; nullopt while they are not read, when nothing that signs them holds.
/// Errors: `unauthenticated` (nothing of the kind was given), `bad_credential`, `stale_signature`.
Result<std::string> verify(const config::Credentials& credentials, const Request& request,
                           std::optional<std::string_view> body, Time now);

/// Whether one of the credentials needs the body to be judged.
bool needs_body(const config::Credentials& credentials);

/// The value of `access_token` in the query, decoded; nullopt: there is none.
std::optional<std::string> query_token(std::string_view query);

/// What the config asks of a request to a route of that access; nullptr: nothing. `path`: of the
/// request; only the names in `auth.routes` are looked up by it. `either`: room for a list of both
/// sides.
const config::Credentials* demanded(const config::Auth& auth, Access access,
                                    const std::string& path, config::Credentials& either);

/// The answer to a request that proves nothing: 401, with a challenge for each scheme that would
/// do.
Response unauthenticated(const config::Credentials& credentials, const Error& error);

}  // namespace alarum::http
