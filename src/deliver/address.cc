#include "deliver/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
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

bool is_forbidden(const V6& a) {
  constexpr V6 kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(a.begin(), a.begin() + 12, kMapped.begin()))
    return is_forbidden(V4{a[12], a[13], a[14], a[15]});
  constexpr V6 kMetadata{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54};
  const bool link_local = a[0] == 0xfe && (a[1] & 0xc0) == 0x80;
  return link_local || a == kMetadata || a == V6{};
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

bool names_forbidden_address(std::string_view url) {
  url.remove_prefix(std::min(url.size(), url.find("://") + 3));
  url = url.substr(0, url.find_first_of("/?#"));
  const bool six = url.starts_with('[');
  const std::string host(six ? url.substr(1, url.find(']') - 1) : url.substr(0, url.find(':')));
  V4 v4{};
  V6 v6{};
  const bool literal = inet_pton(six ? AF_INET6 : AF_INET, host.c_str(),
                                 six ? static_cast<void*>(v6.data()) : v4.data()) == 1;
  return literal && is_forbidden_address(host);
}

}  // namespace alarum::deliver
