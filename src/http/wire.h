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

/// Makes an asynchronous operation return its error as a value instead of throwing it.
inline constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

/// How a read or a write ended.
struct Moved {
  /// Set if it failed: `eof` when the other side has closed, `timed_out` when its time was over,
  /// `operation_aborted` after cancel()
  boost::system::error_code fault;
  std::size_t size = 0;  ///< bytes; may be more than 0 beside a fault
};

/// A connection with or without TLS whose reads and writes have a time limit. Owned by a session,
/// used on its thread alone. At most one read or write may wait at a time. It keeps the certificate
/// with which it was made, whatever a reload changes.
class Wire {
 public:
  /// `socket`: connected. `tls`: nullptr for plain TCP.
  Wire(boost::asio::ip::tcp::socket socket, std::shared_ptr<const Tls> tls);

  boost::asio::ip::tcp::socket& socket() { return socket_; }
  /// The read or write that waits ends with `operation_aborted`.
  void cancel();
  /// All reads and writes from now on share this much time, until it is set again.
  void expires_after(std::chrono::nanoseconds span) { deadline_.expires_after(span); }

  /// Waits until at least one byte was read or written, or for a fault.
  boost::asio::awaitable<Moved> read_some(boost::asio::mutable_buffer room);
  boost::asio::awaitable<Moved> write_some(std::string_view text);
  /// Writes as much as the kernel takes without waiting, and returns how many bytes that were. 0
  /// with TLS, and on any error: the write_some() that follows reports it.
  std::size_t write_now(std::string_view text);

  /// The TLS handshake as server, within the time set before; nothing for plain TCP. False if it
  /// failed; then the connection must be dropped.
  boost::asio::awaitable<bool> open();
  /// The names of the client certificate that open() verified (Request::certificate); nullptr if
  /// the client showed none. After open().
  std::shared_ptr<const std::vector<std::string>> certificate();
  /// Sends TLS's close_notify (RFC 8446 section 6.1), which lets the other side tell an end from a
  /// cut, waits one second at most for the answer, and shuts the socket down.
  boost::asio::awaitable<void> close();

 private:
  // Called by deadline_: makes the read or write that waits fail.
  void cut();
  Moved ended(boost::system::error_code fault, std::size_t size);

  std::shared_ptr<const Tls> keys_;  // nullptr: plain TCP
  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  Deadline deadline_;
};

}  // namespace alarum::http
