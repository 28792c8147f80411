#pragma once
#include <string_view>

namespace alarum::deliver {

/// Whether requests to this IP address are forbidden, because no receiver has it and an attacker
/// who can set a URL would like to reach it (SSRF): link-local addresses (169.254.0.0/16,
/// fe80::/10, where the metadata services of clouds are), 100.100.100.200 and fd00:ec2::254
/// (further metadata services), the unspecified address, and all of these within IPv6 (mapped as
/// ::ffff:169.254.169.254, compatible, NAT64, 6to4). A text that is not an IP address is forbidden.
/// A zone (`%eth0`) is ignored. Any thread.
bool is_forbidden_address(std::string_view ip);

/// Whether the host of a URL is written as a forbidden address, in any notation that libcurl takes
/// (also as one decimal or hexadecimal number). False for a name, whose address is known only when
/// the connection is made, and then checked there. With a proxy this is the only check.
bool names_forbidden_address(std::string_view url);

}  // namespace alarum::deliver
