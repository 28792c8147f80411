#pragma once
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/sdk_signature.h"
#include "base/time.h"

// Signatures of outgoing requests; pure functions of secret, text and time. Vectors:
// tests/receivers/signing_test.cc.

namespace alarum::receivers {

/// A moment as signatures have it: whole ones since 1970.
std::string in_seconds(Time time);
std::string in_milliseconds(Time time);

/// Standard Webhooks: the value of `webhook-signature`. `secret`: base64, with or without `whsec_`
/// before it.
std::string standard_webhooks_signature(std::string_view secret, std::string_view id,
                                        std::string_view timestamp, std::string_view body);
/// GitHub: the value of `X-Hub-Signature-256`.
std::string github_signature(std::string_view secret, std::string_view body);
/// DingTalk robot: the query's `sign`, not yet encoded. `timestamp`: milliseconds.
std::string dingtalk_sign(std::string_view secret, std::string_view timestamp);
/// Feishu robot: the body's `sign`. `timestamp`: seconds.
std::string feishu_sign(std::string_view secret, std::string_view timestamp);

}  // namespace alarum::receivers
