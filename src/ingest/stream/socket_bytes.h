#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/wire.h"
#include "ingest/stream/pump.h"

namespace alarum::ingest {

/// How long a connection is still read after the feed has stopped.
constexpr std::chrono::seconds kFarewell{2};

/// The bytes of a TCP or Unix socket, which must be non-blocking. An idle connection costs no
/// buffer, because the buffer is made when bytes have arrived. Once the feed stops, the sending
/// direction is shut down, which tells the sender to stop, and the rest is read until the sender
/// closes, for kFarewell at most. So what was sent before the sender noticed is not lost. Used on
/// the socket's thread.
template <class Socket>
class SocketBytes final : public Bytes {
 public:
  SocketBytes(Socket socket, const Feed& feed)
      : socket_(std::move(socket)), feed_(feed), deadline_(socket_.get_executor()) {}
  ~SocketBytes() override { *self_ = nullptr; }

  http::asio::awaitable<Result<std::string>> read() override {
    constexpr auto tuple = http::asio::as_tuple(http::asio::use_awaitable);
    while (true) {
      if (feed_.stopping()) say_farewell();
      if (late_) co_return fail("read_failed", "the daemon stops");
      const auto [fault] = co_await socket_.async_wait(Socket::wait_read, tuple);
      if (fault && !(fault == http::asio::error::operation_aborted && feed_.stopping()))
        co_return fail("read_failed", fault.message());
      if (fault) continue;
      boost::system::error_code failed;
      const auto waiting = std::min(std::max<std::size_t>(socket_.available(failed), 1), kPiece);
      std::string piece(waiting, '\0');
      const auto size = socket_.read_some(http::asio::buffer(piece), failed);
      if (failed == http::asio::error::would_block) continue;
      if (failed == http::asio::error::eof) co_return std::string();
      if (failed) co_return fail("read_failed", failed.message());
      piece.resize(size);
      co_return piece;
    }
  }

 private:
  void say_farewell() {
    if (std::exchange(said_, true)) return;
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    deadline_.expires_after(kFarewell);
    deadline_.async_wait([self = self_](const boost::system::error_code& fault) {
      if (fault || !*self) return;
      (*self)->late_ = true;
      boost::system::error_code none;
      (*self)->socket_.cancel(none);
    });
  }

  Socket socket_;
  const Feed& feed_;
  http::asio::steady_timer deadline_;
  bool said_ = false, late_ = false;  // the farewell was sent; its time is over
  // Points to nullptr once this object is destroyed; the timer's handler may run after that.
  const std::shared_ptr<SocketBytes*> self_ = std::make_shared<SocketBytes*>(this);
};

/// The same for a TLS connection (RFC 5425 for syslog). The first read() does the handshake, which
/// must end within `handshake`; error `tls_failed`.
class TlsBytes final : public Bytes {
 public:
  TlsBytes(http::asio::ip::tcp::socket socket, std::shared_ptr<const http::Tls> tls,
           Duration handshake, const Feed& feed)
      : wire_(std::move(socket), std::move(tls)), handshake_(handshake), feed_(feed) {}

  http::asio::awaitable<Result<std::string>> read() override {
    if (!open_) {
      wire_.expires_after(handshake_);
      open_ = co_await wire_.open();
      if (!open_) co_return fail("tls_failed", "the TLS handshake failed");
      wire_.expires_after(std::chrono::hours(24 * 3650));
    }
    std::string piece(kRecord, '\0');
    while (true) {
      if (feed_.stopping()) say_farewell();
      const auto [fault, size] = co_await wire_.read_some(http::asio::buffer(piece));
      if (fault == http::asio::error::operation_aborted && feed_.stopping() && !said_) continue;
      if (fault == http::asio::error::eof) co_return std::string();
      if (fault) co_return fail("read_failed", fault.message());
      piece.resize(size);
      co_return piece;
    }
  }

 private:
  static constexpr std::size_t kRecord = 16 << 10;  // the most that TLS hands over at once

  void say_farewell() {
    if (std::exchange(said_, true)) return;
    boost::system::error_code ignored;
    wire_.socket().shutdown(http::asio::ip::tcp::socket::shutdown_send, ignored);
    wire_.expires_after(kFarewell);
  }

  http::Wire wire_;
  const Duration handshake_;
  const Feed& feed_;
  bool open_ = false, said_ = false;
};

}  // namespace alarum::ingest
