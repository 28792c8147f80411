#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace alarum {

/// Huawei Cloud's API signature, SDK-HMAC-SHA256 over host and x-sdk-date.
struct SdkRequest {
  std::string method, host, path;
  std::vector<std::pair<std::string, std::string>> query;
  std::string date;  ///< `20200608T023900Z`
  std::string body;
};
std::string sdk_canonical_request(const SdkRequest& request);
/// The value of `Authorization`.
std::string sdk_authorization(const SdkRequest& request, std::string_view access_key, std::string_view secret_key);
std::string sdk_date(Time time);

}  // namespace alarum
