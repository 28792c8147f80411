#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "base/ip_block.h"

namespace alarum::config {

/// Reads `10.0.0.0/8` or `2001:db8::/32`; a single address is a block of one. Leading zeros are
/// refused, because other programs read such numbers as octal. nullopt if it is no block.
std::optional<IpBlock> parse_network(std::string_view text);

/// Whether a block of `allow` has the address (text as inet_ntop(3) writes it). An empty `allow`
/// admits every address. A text that is no address is in no block, and an IPv4-mapped IPv6 address
/// is none here: callers write it as IPv4.
bool admits(const std::vector<IpBlock>& allow, std::string_view address);

}  // namespace alarum::config
