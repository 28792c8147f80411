#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

#include "config/auth.h"
#include "config/config.h"

namespace alarum::config {
namespace {

bool is_ip(int family, const std::string& text) {
  unsigned char parsed[sizeof(in6_addr)];
  return ::inet_pton(family, text.c_str(), parsed) == 1;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, port);
  return fault == std::errc() && stop == end && !text.empty() ? std::optional(port) : std::nullopt;
}

}  // namespace

std::string Address::text() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

bool Address::is_loopback() const {
  return host == "localhost" || host == "::1" || (is_ip(AF_INET, host) && host.starts_with("127."));
}

Result<Address> parse_address(std::string_view text) {
  const auto bad = [&] {
    return fail("bad_address",
                fmt::format("\"{}\" is not an address to listen on: write host:port, such as "
                            "127.0.0.1:9797, [::1]:9797 or "
                            "0.0.0.0:9797 (port 0 to 65535; the host in digits, or localhost)",
                            text));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad();
  auto host = text.substr(0, colon);
  const auto port = port_of(text.substr(colon + 1));
  const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (bracketed) host = host.substr(1, host.size() - 2);
  const Address address{std::string(host), port.value_or(0)};
  // Another name may mean several addresses, and different ones after a restart.
  const bool good = bracketed ? is_ip(AF_INET6, address.host)
                              : is_ip(AF_INET, address.host) || host == "localhost";
  if (!port || !good) return bad();
  return address;
}

Result<void> check_exposure(const Address& listen, bool insecure, const Auth& auth) {
  if (insecure || listen.is_loopback()) return {};
  const bool ingest = auth.ingest && !auth.ingest->empty(),
             admin = auth.admin && !auth.admin->empty();
  for (const auto& [path, credentials] : auth.routes) {
    if (credentials.empty())
      return fail("exposed", fmt::format("{} can be reached from other machines, and auth leaves "
                                         "{} open: name a credential, or write \"insecure: true\"",
                                         listen.text(), path));
  }
  if (ingest && admin) return {};
  return fail(
      "exposed",
      fmt::format(
          "{} can be reached from other machines, and auth has no \"{}\": say who is allowed to {} "
          "(docs/auth.md), listen on 127.0.0.1 (or "
          "[::1]), or write \"insecure: true\" if you trust everybody who can reach it",
          listen.text(), ingest ? "admin" : "ingest",
          ingest ? "read alerts and silence them" : "send events"));
}

}  // namespace alarum::config
