#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "base/ip_block.h"

namespace alarum::config {

/// `10.0.0.0/8`, `2001:db8::/32`; a single address is a block of one. No leading zeros: other
/// programs read those as octal. nullopt: no such block.
std::optional<IpBlock> parse_network(std::string_view text);

/// Whether `allow` lets `address` in (as inet_ntop writes it); empty, it lets everybody in. What is
/// no address is in no block.
bool admits(const std::vector<IpBlock>& allow, std::string_view address);

}  // namespace alarum::config
