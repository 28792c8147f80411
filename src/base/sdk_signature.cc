#include "base/sdk_signature.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/crypto.h"
#include "base/hash.h"
#include "base/percent.h"

namespace alarum {
namespace {

// The vendor's SDK signs the path with each segment percent-encoded and with a slash at the end.
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
  for (const auto& [name, value] : query)
    out += (out.empty() ? "" : "&") + percent_encode(name) + '=' + percent_encode(value);
  return out;
}

std::map<std::string, std::string> signed_headers(const SdkRequest& request) {
  auto headers = request.headers;
  headers["host"] = request.host, headers["x-sdk-date"] = request.date;
  return headers;
}

std::string names_of(const SdkRequest& request) {
  std::string names;
  for (const auto& [name, value] : signed_headers(request))
    names += (names.empty() ? "" : ";") + name;
  return names;
}

}  // namespace

std::string sdk_canonical_request(const SdkRequest& request) {
  std::string headers;
  for (const auto& [name, value] : signed_headers(request)) headers += name + ':' + value + '\n';
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, sdk_path(request.path),
                     sdk_query(request.query), headers, names_of(request),
                     sha256_hex(request.body));
}

std::string sdk_signature(const SdkRequest& request, std::string_view secret_key) {
  const auto to_sign = fmt::format("SDK-HMAC-SHA256\n{}\n{}", request.date,
                                   sha256_hex(sdk_canonical_request(request)));
  return hex(hmac_sha256(secret_key, to_sign));
}

std::string sdk_authorization(const SdkRequest& request, std::string_view access_key,
                              std::string_view secret_key) {
  return fmt::format("SDK-HMAC-SHA256 Access={}, SignedHeaders={}, Signature={}", access_key,
                     names_of(request), sdk_signature(request, secret_key));
}

std::string sdk_date(Time time) {
  std::string out;
  for (const char c : format_rfc3339(std::chrono::floor<std::chrono::seconds>(time))) {
    if (c != '-' && c != ':') out += c;
  }
  return out;
}

std::optional<Time> parse_sdk_date(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T') return std::nullopt;
  const auto time = parse_rfc3339(
      fmt::format("{}-{}-{}T{}:{}:{}", text.substr(0, 4), text.substr(4, 2), text.substr(6, 2),
                  text.substr(9, 2), text.substr(11, 2), text.substr(13)));
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace alarum
