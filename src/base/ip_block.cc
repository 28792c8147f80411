#include "base/ip_block.h"

#include <arpa/inet.h>

#include <charconv>
#include <string>

namespace alarum {
namespace {

std::optional<int> small_number(std::string_view text, int most) {
  int value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = !text.empty() && text.size() <= 3 && text[0] != '-' && fault == std::errc() &&
                     end == text.data() + text.size();
  return whole && value <= most ? std::optional(value) : std::nullopt;
}

std::optional<IpAddress> parse_v4(std::string_view text) {
  IpAddress address;
  for (int i = 0; i < 4; ++i) {
    const auto dot = i < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return std::nullopt;
    const auto part = small_number(text.substr(0, dot), 255);
    if (!part) return std::nullopt;
    address.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(*part);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return address;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() > 45) return std::nullopt;
  if (text.find(':') == std::string_view::npos) return parse_v4(text);
  IpAddress address;
  address.v6 = true;
  // EventBridge takes an address with both notations (`::ffff:10.0.0.1`) for plain text. The check
  // is also needed because inet_pton stops at a NUL byte.
  if (text.find_first_not_of("0123456789abcdefABCDEF:") != std::string_view::npos)
    return std::nullopt;
  if (inet_pton(AF_INET6, std::string(text).c_str(), address.bytes.data()) != 1)
    return std::nullopt;
  return address;
}

std::optional<IpBlock> IpBlock::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto base = IpAddress::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  const auto bits = small_number(text.substr(slash + 1), base->v6 ? 128 : 32);
  return bits ? std::optional(IpBlock{*base, *bits}) : std::nullopt;
}

bool IpBlock::holds(const IpAddress& address) const {
  if (address.v6 != base.v6) return false;
  const auto whole = static_cast<std::size_t>(bits / 8);
  for (std::size_t i = 0; i < whole; ++i) {
    if (address.bytes[i] != base.bytes[i]) return false;
  }
  const int rest = bits % 8;
  return rest == 0 || ((address.bytes[whole] ^ base.bytes[whole]) >> (8 - rest)) == 0;
}

}  // namespace alarum
