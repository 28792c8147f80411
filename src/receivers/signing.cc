#include "receivers/signing.h"

#include <fmt/format.h>

#include "base/hash.h"

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

std::string aws_date(Time now) {
  return sdk_date(now);
}

std::string aws_authorization(const AwsRequest& request, std::string_view access_key,
                              std::string_view secret_key) {
  constexpr std::string_view kSigned = "content-type;host;x-amz-date";
  const auto date = aws_date(request.now);
  const auto canonical = fmt::format(
      "{}\n{}\n{}\ncontent-type:{}\nhost:{}\nx-amz-date:{}\n\n{}\n{}", request.method, request.path,
      request.query, request.content_type, request.host, date, kSigned, sha256_hex(request.body));
  const auto day = date.substr(0, 8);
  const auto scope = fmt::format("{}/{}/{}/aws4_request", day, request.region, request.service);
  auto key = hmac_sha256(fmt::format("AWS4{}", secret_key), day);
  for (const std::string_view part :
       {std::string_view(request.region), std::string_view(request.service),
        std::string_view("aws4_request")})
    key = hmac_sha256(key, part);
  const auto to_sign =
      fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", date, scope, sha256_hex(canonical));
  return fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                     access_key, scope, kSigned, hex(hmac_sha256(key, to_sign)));
}

}  // namespace alarum::receivers
