#include "http/wire.h"

#include <chrono>

namespace alarum::http {
boost::asio::awaitable<bool> Wire::open() {
  if (!tls_) co_return true;
  const auto [fault] = co_await tls_->async_handshake(boost::asio::ssl::stream_base::server, kTuple);
  co_return !fault;
}

boost::asio::awaitable<void> Wire::close() {
  if (tls_) {
    tcp_.expires_after(std::chrono::seconds(1));
    co_await tls_->async_shutdown(kTuple);
  }
  boost::system::error_code ignored;
  tcp_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
}

}  // namespace alarum::http
