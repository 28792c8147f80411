#pragma once
#include <string_view>

namespace alarum::deliver {

/// Whether an address is one that no receiver has and an attacker would like us to ask (DESIGN
/// §12): link-local (169.254.0.0/16, fe80::/10), the metadata services of clouds (also
/// 100.100.100.200 and fd00:ec2::254), in any spelling (::ffff:169.254.169.254), the unspecified
/// address. What is no address is.
bool is_forbidden_address(std::string_view ip);

/// Whether the host of a URL is written as such an address; false of a name: what it leads to is
/// known at the connection.
bool names_forbidden_address(std::string_view url);

}  // namespace alarum::deliver
