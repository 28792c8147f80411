#include "ingest/stream/socket_address.h"

#include <fmt/format.h>

namespace alarum::ingest {

namespace asio = http::asio;

Result<asio::ip::address> bind_address(const config::Address& listen) {
  boost::system::error_code fault;
  const auto address =
      asio::ip::make_address(listen.host == "localhost" ? "127.0.0.1" : listen.host, fault);
  if (fault)
    return fail("cannot_listen",
                fmt::format("cannot listen on {}: write the address in digits", listen.text()));
  return address;
}

std::string text_of(const asio::ip::address& sender) {
  return sender.is_v6() && sender.to_v6().is_v4_mapped()
             ? asio::ip::make_address_v4(asio::ip::v4_mapped, sender.to_v6()).to_string()
             : sender.to_string();
}

}  // namespace alarum::ingest
