#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/deadline.h"
#include "http/tls.h"

namespace alarum::http {

/// A failed read or write is a value, no exception.
inline constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

/// How a read or a write ended.
struct Moved {
  boost::system::error_code fault;  ///< `asio::error::timed_out`: its time was over
  std::size_t size = 0;             ///< bytes
};

/// A connection, with or without TLS, whose reads and writes have a time by which they must be
/// done. One thread's own; at most one read or write waits. The certificate is that of the moment
/// at which it was taken.
class Wire {
 public:
  /// `tls`: nullptr for plain TCP.
  Wire(boost::asio::ip::tcp::socket socket, std::shared_ptr<const Tls> tls);

  boost::asio::ip::tcp::socket& socket() { return socket_; }
  /// What waits ends with `operation_aborted`.
  void cancel();
  /// For all that is read and written from now on.
  void expires_after(std::chrono::nanoseconds span) { deadline_.expires_after(span); }

  boost::asio::awaitable<Moved> read_some(boost::asio::mutable_buffer room);
  boost::asio::awaitable<Moved> write_some(std::string_view text);
  /// How much of the text the system takes without waiting. Nothing where it says no, for whatever
  /// reason: write_some() finds out.
  std::size_t write_now(std::string_view text);

  /// The handshake, within the time set before. False: it failed; the connection is of no use.
  boost::asio::awaitable<bool> open();
  /// The names of the verified certificate that the other side showed (Request::certificate), after
  /// open(); nullptr: it showed none.
  std::shared_ptr<const std::vector<std::string>> certificate();
  /// Says that nothing follows, so that the other side can tell an end from a cut.
  boost::asio::awaitable<void> close();

 private:
  void cut();
  Moved ended(boost::system::error_code fault, std::size_t size);

  std::shared_ptr<const Tls> keys_;
  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  Deadline deadline_;
};

}  // namespace alarum::http
