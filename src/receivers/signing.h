#pragma once
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/sdk_signature.h"
#include "base/time.h"

// Signatures of outgoing requests, as pure functions of secret, text and time. Test vectors are in
// tests/receivers/signing_test.cc.

namespace alarum::receivers {

/// A time as signatures contain it: decimal digits of whole seconds or milliseconds since 1970.
std::string in_seconds(Time time);
std::string in_milliseconds(Time time);

/// Standard Webhooks (its specification, "Signature scheme"): the value of `webhook-signature`, an
/// HMAC-SHA256 over id, timestamp (seconds) and body. `secret` is base64, with or without `whsec_`
/// before it.
std::string standard_webhooks_signature(std::string_view secret, std::string_view id,
                                        std::string_view timestamp, std::string_view body);
/// GitHub's scheme: the value of `X-Hub-Signature-256`, an HMAC-SHA256 over the body.
std::string github_signature(std::string_view secret, std::string_view body);
/// DingTalk robot: the parameter `sign` of the URL, not yet percent-encoded. `timestamp` is in
/// milliseconds.
std::string dingtalk_sign(std::string_view secret, std::string_view timestamp);
/// Feishu robot: the member `sign` of the body. `timestamp` is in seconds.
std::string feishu_sign(std::string_view secret, std::string_view timestamp);

/// A request to AWS, as its signature has it ("Signature Version 4"). `path` and `query` are
/// encoded, the query sorted.
struct AwsRequest {
  std::string method, host, path, query, content_type, region, service, body;
  Time now;
};
/// The value of `X-Amz-Date`.
std::string aws_date(Time now);
/// The value of `Authorization`. Signed are Content-Type, Host and X-Amz-Date.
std::string aws_authorization(const AwsRequest& request, std::string_view access_key,
                              std::string_view secret_key);

}  // namespace alarum::receivers
