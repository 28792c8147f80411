#include "config/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>

namespace alarum::config {

std::optional<IpBlock> parse_network(std::string_view text) {
  const bool single = text.find('/') == std::string_view::npos;
  const std::string address(text.substr(0, text.find('/')));
  const bool v6 = address.find(':') != std::string::npos;
  std::array<unsigned char, 16> ignored;
  if (::inet_pton(v6 ? AF_INET6 : AF_INET, address.c_str(), ignored.data()) != 1)
    return std::nullopt;
  return IpBlock::parse(single ? address + (v6 ? "/128" : "/32") : std::string(text));
}

bool admits(const std::vector<IpBlock>& allow, std::string_view address) {
  const auto ip = IpAddress::parse(address);
  return allow.empty() ||
         (ip && std::ranges::any_of(allow, [&](const IpBlock& block) { return block.holds(*ip); }));
}

}  // namespace alarum::config
