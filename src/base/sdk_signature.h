#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace alarum {

/// Huawei Cloud's request signature SDK-HMAC-SHA256 (the vendor's guide "AK/SK signing", and
/// core/signer of its SDKs). The daemon signs its requests to Huawei Cloud with it, and checks
/// senders' requests.
///
/// What is signed: method, path, query, the listed headers and the body. `host` and `x-sdk-date`
/// are always signed. A plain value; nothing here checks dates, so that the caller decides how old
/// a request may be.
struct SdkRequest {
  std::string method, host, path;
  std::vector<std::pair<std::string, std::string>> query;
  /// UTC, `20200608T023900Z`; also sent as the header X-Sdk-Date.
  std::string date;
  std::string body;
  /// Further headers to sign: lower-case names, values without white space around them.
  /// Content-Type is not signed unless it is listed.
  std::map<std::string, std::string> headers = {};
};
/// The text of which the digest is signed: for tests and for messages about a wrong signature. Path
/// and query names are percent-encoded here, so SdkRequest has them decoded. Query parameters are
/// sorted.
std::string sdk_canonical_request(const SdkRequest& request);
/// The value of the `Authorization` header: `SDK-HMAC-SHA256 Access=…, SignedHeaders=…,
/// Signature=…`.
std::string sdk_authorization(const SdkRequest& request, std::string_view access_key,
                              std::string_view secret_key);
/// A time as SdkRequest::date wants it, cut to whole seconds.
std::string sdk_date(Time time);
/// The inverse of sdk_date(). nullopt if the text is not of this form.
std::optional<Time> parse_sdk_date(std::string_view text);
/// The signature alone: 64 lower-case hex digits. Compare it with same_secret().
std::string sdk_signature(const SdkRequest& request, std::string_view secret_key);

}  // namespace alarum
