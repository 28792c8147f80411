#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/tls.h"

namespace alarum::http {

/// A failed read or write is a value, no exception.
inline constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

/// A connection, with or without TLS: an AsyncReadStream and AsyncWriteStream with time-outs. The certificate is that of the moment at which it was taken.
class Wire {
 public:
  using executor_type = boost::beast::tcp_stream::executor_type;

  /// `tls`: nullptr for plain HTTP.
  Wire(boost::asio::ip::tcp::socket socket, std::shared_ptr<const Tls> tls) : keys_(std::move(tls)), tcp_(std::move(socket)) {
    if (keys_) tls_.emplace(tcp_, keys_->context());
  }

  executor_type get_executor() { return tcp_.get_executor(); }
  boost::asio::ip::tcp::socket& socket() { return tcp_.socket(); }
  void cancel() { tcp_.cancel(); }
  template <class Span>
  void expires_after(Span span) {
    tcp_.expires_after(span);
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (tls_) return tls_->async_read_some(buffers, std::forward<Token>(token));
    return tcp_.async_read_some(buffers, std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (tls_) return tls_->async_write_some(buffers, std::forward<Token>(token));
    return tcp_.async_write_some(buffers, std::forward<Token>(token));
  }

  /// The handshake, within the time set before. False: it failed; the connection is of no use.
  boost::asio::awaitable<bool> open();
  /// The names of the verified certificate that the other side showed (Request::certificate), after open(); nullptr: it showed none.
  std::shared_ptr<const std::vector<std::string>> certificate();
  /// Says that nothing follows, so that the other side can tell an end from a cut.
  boost::asio::awaitable<void> close();

 private:
  std::shared_ptr<const Tls> keys_;
  boost::beast::tcp_stream tcp_;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
};

}  // namespace alarum::http
