#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crypto.h"
#include "base/time.h"

// Signatures of outgoing requests; pure functions of secret, text and time. Vectors: tests/deliver/signing_test.cc.

namespace alarum::deliver {

/// RFC 3986: all but letters, digits and `-._~` as %XX, upper case.
std::string percent_encode(std::string_view text);

/// Standard Webhooks: the value of `webhook-signature`. `secret`: base64, with or without `whsec_` before it.
std::string standard_webhooks_signature(std::string_view secret, std::string_view id, std::string_view timestamp, std::string_view body);
/// GitHub: the value of `X-Hub-Signature-256`.
std::string github_signature(std::string_view secret, std::string_view body);
/// DingTalk robot: the query's `sign`, not yet encoded. `timestamp`: milliseconds.
std::string dingtalk_sign(std::string_view secret, std::string_view timestamp);
/// Feishu robot: the body's `sign`. `timestamp`: seconds.
std::string feishu_sign(std::string_view secret, std::string_view timestamp);

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

}  // namespace alarum::deliver
