#include "deliver/signing.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "base/hash.h"

namespace alarum::deliver {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const unsigned char c : bytes) out += fmt::format("{:02x}", c);
  return out;
}

// Each segment encoded, a slash at the end: what the vendor's SDK signs.
std::string sdk_path(std::string_view path) {
  std::string out;
  for (std::size_t at = 0; at < path.size();) {
    const auto slash = std::min(path.find('/', at), path.size());
    out += percent_encode(path.substr(at, slash - at));
    if (slash < path.size()) out += '/';
    at = slash + 1;
  }
  if (!out.ends_with('/')) out += '/';
  return out;
}

std::string sdk_query(std::vector<std::pair<std::string, std::string>> query) {
  std::ranges::sort(query);
  std::string out;
  for (const auto& [name, value] : query) out += (out.empty() ? "" : "&") + percent_encode(name) + '=' + percent_encode(value);
  return out;
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view data) {
  std::string out(32, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(data), data.size(), reinterpret_cast<unsigned char*>(out.data()), &size);
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // EVP_EncodeBlock writes a NUL behind
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(bytes), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string unbase64(std::string_view text) {
  std::string out(text.size() / 4 * 3 + 3, '\0');
  const auto size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(text), static_cast<int>(text.size()));
  const auto padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  out.resize(static_cast<std::size_t>(std::max(0, size - padding)));
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const unsigned char c : text) {
    const bool plain = std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
    out += plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
  }
  return out;
}

std::string standard_webhooks_signature(std::string_view secret, std::string_view id, std::string_view timestamp, std::string_view body) {
  if (secret.starts_with("whsec_")) secret.remove_prefix(6);
  return "v1," + base64(hmac_sha256(unbase64(secret), fmt::format("{}.{}.{}", id, timestamp, body)));
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

std::string sdk_canonical_request(const SdkRequest& request) {
  return fmt::format("{}\n{}\n{}\nhost:{}\nx-sdk-date:{}\n\nhost;x-sdk-date\n{}", request.method, sdk_path(request.path), sdk_query(request.query),
                     request.host, request.date, sha256_hex(request.body));
}

std::string sdk_authorization(const SdkRequest& request, std::string_view access_key, std::string_view secret_key) {
  const auto to_sign = fmt::format("SDK-HMAC-SHA256\n{}\n{}", request.date, sha256_hex(sdk_canonical_request(request)));
  return fmt::format("SDK-HMAC-SHA256 Access={}, SignedHeaders=host;x-sdk-date, Signature={}", access_key, hex(hmac_sha256(secret_key, to_sign)));
}

std::string sdk_date(Time time) {
  std::string out;
  for (const char c : format_rfc3339(std::chrono::floor<std::chrono::seconds>(time))) {
    if (c != '-' && c != ':') out += c;
  }
  return out;
}

}  // namespace alarum::deliver
