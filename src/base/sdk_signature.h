#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace alarum {

/// Huawei Cloud's API signature, SDK-HMAC-SHA256 (the vendor's SDK, core/signer): over method,
/// path, query, body, and headers, among them host and x-sdk-date.
struct SdkRequest {
  std::string method, host, path;
  std::vector<std::pair<std::string, std::string>> query;
  std::string date;  ///< `20200608T023900Z`
  std::string body;
  /// Further ones that are signed: lower-case names, values without blanks around them
  std::map<std::string, std::string> headers = {};
};
std::string sdk_canonical_request(const SdkRequest& request);
/// The value of `Authorization`.
std::string sdk_authorization(const SdkRequest& request, std::string_view access_key,
                              std::string_view secret_key);
std::string sdk_date(Time time);
/// nullopt: it is none.
std::optional<Time> parse_sdk_date(std::string_view text);
/// The signature alone, 64 hex digits.
std::string sdk_signature(const SdkRequest& request, std::string_view secret_key);

}  // namespace alarum
