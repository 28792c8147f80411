#include "deliver/address.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace alarum::deliver {
namespace {

using V4 = std::array<std::uint8_t, 4>;
using V6 = std::array<std::uint8_t, 16>;

bool is_forbidden(const V4& a) {
  const bool link_local = a[0] == 169 && a[1] == 254;
  const bool metadata = a == V4{100, 100, 100, 200};
  return link_local || metadata || a == V4{};
}

// IPv6 addresses that lead to an IPv4 one: mapped and compatible (RFC 4291 section 2.5.5), NAT64
// (RFC 6052 section 2.1), 6to4 (RFC 3056 section 2).
bool embeds_forbidden(const V6& a) {
  constexpr std::array<V6, 3> kBefore{V6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, V6{},
                                      V6{0, 0x64, 0xff, 0x9b}};
  for (const auto& before : kBefore) {
    if (std::equal(a.begin(), a.begin() + 12, before.begin()) &&
        is_forbidden(V4{a[12], a[13], a[14], a[15]}))
      return true;
  }
  return a[0] == 0x20 && a[1] == 0x02 && is_forbidden(V4{a[2], a[3], a[4], a[5]});
}

bool is_forbidden(const V6& a) {
  constexpr V6 kMetadata{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54};
  const bool link_local = a[0] == 0xfe && (a[1] & 0xc0) == 0x80;
  return link_local || a == kMetadata || embeds_forbidden(a);
}

}  // namespace

bool is_forbidden_address(std::string_view ip) {
  const std::string text(ip.substr(0, ip.find('%')));
  V4 v4{};
  V6 v6{};
  if (inet_pton(AF_INET, text.c_str(), v4.data()) == 1) return is_forbidden(v4);
  if (inet_pton(AF_INET6, text.c_str(), v6.data()) == 1) return is_forbidden(v6);
  return true;
}

// libcurl reads the URL, because it is libcurl that will connect: it passes over user names, and
// takes 2852039166 and 0xa9fea9fe for 169.254.169.254 (since 7.77).
bool names_forbidden_address(std::string_view url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
  char* text = nullptr;
  if (!parsed ||
      curl_url_set(parsed.get(), CURLUPART_URL, std::string(url).c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_HOST, &text, 0) != CURLUE_OK)
    return false;  // libcurl does not send there either
  std::string host(text);
  curl_free(text);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  if (host.ends_with('.')) host.pop_back();  // the root of names
  V4 v4{};
  V6 v6{};
  const auto address = host.substr(0, host.find('%'));
  const bool literal = inet_pton(AF_INET, host.c_str(), v4.data()) == 1 ||
                       inet_pton(AF_INET6, address.c_str(), v6.data()) == 1;
  return literal && is_forbidden_address(host);
}

}  // namespace alarum::deliver
