#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace alarum {

/// An IPv4 or IPv6 address, as rules compare them (`cidr`, literals that are addresses) and as the
/// config lists networks of clients.
struct IpAddress {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  ///< network order; IPv4 in the first four, the others zero
  /// The 4 or 16 bytes of the address. The view is valid as long as this object is.
  std::string_view written() const {
    return {reinterpret_cast<const char*>(bytes.data()), v6 ? std::size_t{16} : std::size_t{4}};
  }
  /// IPv4 has four decimal parts with leading zeros allowed (`010.000.000.001` is 10.0.0.1). IPv6
  /// is any form of RFC 4291 section 2.2 except the one that ends with an IPv4 address
  /// (`::ffff:10.0.0.1`), because EventBridge takes such a value for plain text. No zone, no port,
  /// no brackets. nullopt if the text is neither.
  static std::optional<IpAddress> parse(std::string_view text);
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// A CIDR block (RFC 4632 for IPv4, RFC 4291 section 2.3 for IPv6), such as `10.0.0.0/8`.
struct IpBlock {
  IpAddress base;  ///< as written: bits behind the prefix may be set
  int bits = 0;    ///< length of the prefix: 0 to 32, or 0 to 128 for IPv6
  /// An address, a slash and the length of the prefix in decimal. nullopt without a slash or if
  /// either part is not valid.
  static std::optional<IpBlock> parse(std::string_view text);
  /// Whether the address is in the block. Always false for an address of the other family.
  bool holds(const IpAddress& address) const;
  friend bool operator==(const IpBlock&, const IpBlock&) = default;
};

}  // namespace alarum
