#pragma once
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "config/auth.h"
#include "http/access.h"
#include "http/handler.h"

namespace alarum::http {

/// How far `webhook-timestamp` (Standard Webhooks) may be from our clock, in either direction.
constexpr Duration kSignatureTolerance = std::chrono::minutes(5);
/// How far X-Sdk-Date may be from our clock, in either direction; the vendor's gateways use the
/// same.
constexpr Duration kSdkTolerance = std::chrono::minutes(15);

/// The name (Credential::who) of the first credential that the request proves. Pure: no clock, no
/// I/O, any thread. Secrets are compared in constant time.
///
/// Kinds: Bearer and query token (RFC 6750), Basic (RFC 7617), a header, GitHub's
/// X-Hub-Signature-256, Standard Webhooks, SDK-HMAC-SHA256, a client certificate, a network.
/// `body`: the bytes as they came off the wire, before decompression; nullopt before they are read,
/// and then credentials that sign the body count as not given.
/// Errors: `unauthenticated` if the request carries nothing of the demanded kinds,
/// `bad_credential`, and `stale_signature` if a right signature is too old or too new.
Result<std::string> verify(const config::Credentials& credentials, const Request& request,
                           std::optional<std::string_view> body, Time now);

/// Whether one of the credentials signs the body, so that verify() needs it.
bool needs_body(const config::Credentials& credentials);

/// The value of `access_token` in the query, percent-decoded (RFC 6750 section 2.3); nullopt if
/// there is none.
std::optional<std::string> query_token(std::string_view query);

/// The credentials that the config demands for a route of that access; nullptr if it demands none.
/// The result points into `auth` or to `either`. `path`: the request's, used only to look up
/// `auth.routes` (all paths below `/V1.0/` count as `/V1.0`). `either`: storage for the joined list
/// of Access::either and Access::view.
const config::Credentials* demanded(const config::Auth& auth, Access access,
                                    const std::string& path, config::Credentials& either);

/// The answer to a request that proves no credential: 401 with a WWW-Authenticate challenge for
/// each scheme that would do (RFC 9110 section 11.6.1). `by_script`: a script of a page sent the
/// request (`Sec-Fetch-Dest: empty`). The challenge then leaves Basic out, because a browser would
/// ask for a password in a dialog of its own, before the page can.
Response unauthenticated(const config::Credentials& credentials, const Error& error,
                         bool by_script = false);

}  // namespace alarum::http
