#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace alarum {

/// An IPv4 or IPv6 address; IPv4 in decimal, leading zeros allowed ("010.000.000.001").
struct IpAddress {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  ///< IPv4 in the first four
  /// The 4 or 16 bytes in network order; valid while the address is.
  std::string_view written() const {
    return {reinterpret_cast<const char*>(bytes.data()), v6 ? std::size_t{16} : std::size_t{4}};
  }
  static std::optional<IpAddress> parse(std::string_view text);
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// A CIDR block (RFC 4632, RFC 4291): `10.0.0.5/24`, host bits allowed, `/32` and `/128` too. A
/// block holds addresses of its own family only.
struct IpBlock {
  IpAddress base;
  int bits = 0;
  static std::optional<IpBlock> parse(std::string_view text);
  bool holds(const IpAddress& address) const;
  friend bool operator==(const IpBlock&, const IpBlock&) = default;
};

}  // namespace alarum
