#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace alarum::config {

/// A block of addresses: `10.0.0.0/8`, `2001:db8::/32`; a single address is a block of one.
struct Network {
  std::array<unsigned char, 16> bytes{};  ///< IPv4 as ::ffff:a.b.c.d
  unsigned bits = 128;                    ///< of the 128 that must be the same

  /// `address`: as inet_ntop writes it. What is no address is in no block.
  bool contains(std::string_view address) const;
  friend bool operator==(const Network&, const Network&) = default;
};

/// nullopt: no such block.
std::optional<Network> parse_network(std::string_view text);

}  // namespace alarum::config
