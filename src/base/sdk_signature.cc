#include "base/sdk_signature.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/crypto.h"
#include "base/hash.h"
#include "base/percent.h"

namespace alarum {
namespace {

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

}  // namespace alarum
