#include "http/forwarded.h"

#include <algorithm>
#include <vector>

#include "base/ascii.h"
#include "config/network.h"

namespace alarum::http {
namespace {

bool ours(const config::Proxies& proxies, std::string_view address) {
  return !proxies.networks.empty() && config::admits(proxies.networks, address);
}

// `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]:80`, `2001:db8::1`, each also quoted.
std::string address_of(std::string_view node) {
  if (node.size() >= 2 && node.front() == '"' && node.back() == '"')
    node = node.substr(1, node.size() - 2);
  if (node.starts_with('['))
    return std::string(node.substr(1, std::min(node.find(']'), node.size()) - 1));
  const auto colon = node.find(':');
  if (colon != node.npos && node.find(':', colon + 1) == node.npos) node = node.substr(0, colon);
  return std::string(node);
}

// The value of `for` in one element of Forwarded (RFC 7239 section 4); empty if it has none.
std::string_view for_of(std::string_view element) {
  while (!element.empty()) {
    const auto pair = trimmed(element.substr(0, element.find(';')));
    element.remove_prefix(std::min(element.find(';'), element.size() - 1) + 1);
    if (pair.size() > 4 && lowered(pair.substr(0, 4)) == "for=") return pair.substr(4);
  }
  return {};
}

// The addresses in the configured header, the nearest proxy first. Several headers of that name are
// one list (RFC 9110 section 5.3).
std::vector<std::string> chain(const config::Proxies& proxies, const Request& request) {
  std::vector<std::string> out;
  for (const auto& [name, value] : request.headers) {
    if (lowered(name) != (proxies.forwarded ? "forwarded" : "x-forwarded-for")) continue;
    for (std::string_view rest = value;;) {
      const auto element = trimmed(rest.substr(0, rest.find(',')));
      out.push_back(address_of(proxies.forwarded ? for_of(element) : element));
      if (rest.find(',') == rest.npos) break;
      rest.remove_prefix(rest.find(',') + 1);
    }
  }
  std::ranges::reverse(out);
  return out;
}

}  // namespace

std::string sender_of(const config::Proxies& proxies, const Request& request) {
  auto sender = request.peer;
  if (!ours(proxies, sender)) return sender;
  for (auto& address : chain(proxies, request)) {
    if (!IpAddress::parse(address)) break;
    sender = std::move(address);
    if (!ours(proxies, sender)) break;
  }
  return sender;
}

}  // namespace alarum::http
