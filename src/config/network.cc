#include "config/network.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace alarum::config {
namespace {

struct Parsed {
  std::array<unsigned char, 16> bytes{};
  unsigned width = 128;
};

std::optional<Parsed> parse_ip(const std::string& text) {
  Parsed out;
  if (::inet_pton(AF_INET6, text.c_str(), out.bytes.data()) == 1) return out;
  out.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  out.width = 32;
  return ::inet_pton(AF_INET, text.c_str(), out.bytes.data() + 12) == 1 ? std::optional(out) : std::nullopt;
}

}  // namespace

bool Network::contains(std::string_view address) const {
  const auto other = parse_ip(std::string(address));
  if (!other) return false;
  const auto whole = bits / 8, rest = bits % 8;
  if (std::memcmp(bytes.data(), other->bytes.data(), whole) != 0) return false;
  return rest == 0 || (bytes[whole] >> (8 - rest)) == (other->bytes[whole] >> (8 - rest));
}

std::optional<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto parsed = parse_ip(std::string(text.substr(0, slash)));
  if (!parsed) return std::nullopt;
  unsigned prefix = parsed->width;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (fault != std::errc() || end != digits.data() + digits.size() || prefix > parsed->width) return std::nullopt;
  }
  return Network{parsed->bytes, 128 - parsed->width + prefix};
}

}  // namespace alarum::config
