#include "receivers/signing.h"

#include <fmt/format.h>

namespace alarum::receivers {

std::string in_seconds(Time time) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

std::string in_milliseconds(Time time) {
  return std::to_string(
      std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

std::string standard_webhooks_signature(std::string_view secret, std::string_view id,
                                        std::string_view timestamp, std::string_view body) {
  if (secret.starts_with("whsec_")) secret.remove_prefix(6);
  return "v1," + base64(hmac_sha256(unbase64(secret).value_or(""),
                                    fmt::format("{}.{}.{}", id, timestamp, body)));
}

std::string github_signature(std::string_view secret, std::string_view body) {
  return "sha256=" + hex(hmac_sha256(secret, body));
}

std::string dingtalk_sign(std::string_view secret, std::string_view timestamp) {
  return base64(hmac_sha256(secret, fmt::format("{}\n{}", timestamp, secret)));
}

std::string feishu_sign(std::string_view secret, std::string_view timestamp) {
  return base64(hmac_sha256(fmt::format("{}\n{}", timestamp, secret), ""));
}

}  // namespace alarum::receivers
