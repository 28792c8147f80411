#pragma once
#include <boost/asio/ip/address.hpp>
#include <string>

#include "config/config.h"
#include "http/handler.h"

namespace alarum::ingest {

/// The address to bind a socket to. `localhost` is 127.0.0.1; other names are not looked up. Error
/// `cannot_listen` for a name.
Result<http::asio::ip::address> bind_address(const config::Address& listen);

/// The address as text. An IPv4 sender at an IPv6 socket (`::ffff:192.0.2.1`) is written without
/// the prefix, as the config writes networks.
std::string text_of(const http::asio::ip::address& sender);

}  // namespace alarum::ingest
