#pragma once
#include <boost/asio/ip/address.hpp>
#include <string>

#include "config/config.h"
#include "http/handler.h"

namespace alarum::ingest {

/// The address that a socket is bound to. Error `cannot_listen`: it is a name.
Result<http::asio::ip::address> bind_address(const config::Address& listen);

/// As people write it: an IPv4 sender at a socket for both is an IPv4 sender.
std::string text_of(const http::asio::ip::address& sender);

}  // namespace alarum::ingest
