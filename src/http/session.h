#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "base/snapshot.h"
#include "http/head.h"
#include "http/server.h"
#include "http/wire.h"

namespace alarum::http {

/// What all sessions of a server share. Owned by the server's core and outlives all sessions. Every
/// http thread reads it; only snapshots, counters and the flag change once it serves.
struct Shared {
  Options options;
  Router router;
  Counters counters;
  Snapshot<Tls> tls{nullptr};
  Snapshot<std::vector<std::string>> hosts{
      std::make_shared<const std::vector<std::string>>()};  // Server::set_allowed_hosts
  std::atomic<std::uint64_t> misdirected{0};                // requests answered 421
  std::atomic<bool> stopping{false};
  asio::thread_pool* helpers = nullptr;  // the worker pool `http-helper`
};

/// One connection: reads a request, runs its handler, writes the answer, and repeats until either
/// side ends it (RFC 9112 section 9). Requests that are pipelined are answered in order, one at a
/// time. Owned by its Worker (server.cc) in a list, and used on that worker's thread alone.
class Session {
 public:
  /// Takes the TLS keys that are in force now; a later reload does not change this connection.
  Session(boost::asio::ip::tcp::socket socket, Shared& shared);
  /// The whole life of the connection, from the TLS handshake to the close. Once.
  asio::awaitable<void> run();
  /// Ends a connection that waits for its next request. One that handles a request ends after its
  /// answer, which then says `Connection: close`.
  void stop_when_idle();

 private:
  // In the order of a request. serve() and write() return whether the connection can go on.
  // The next head, a view into buffer_; nullopt if the client has closed or was idle for too long.
  // Errors are those of parse_head(), `head_too_large` and `head_too_slow`.
  asio::awaitable<Result<std::optional<Head>>> read_head();
  asio::awaitable<bool> serve(const Head& head);
  // Finds the route and runs the handler behind the Authenticator; 404, 405, 415 and 500 are
  // answered here.
  asio::awaitable<Response> answer(Request& request, BodyStream& body);
  asio::awaitable<bool> write(const Request& request, Response response, bool keep, bool chunks);
  asio::awaitable<bool> send(std::string_view text);
  // Answers 400, 408, 421, 431 or 505 to a request without a usable head, and closes.
  asio::awaitable<void> refuse(const Error& error);
  asio::awaitable<void> linger();
  Result<void> check_host(const Request& request, const std::string& authority) const;

  Wire wire_;
  boost::beast::flat_buffer buffer_;  // what was received and not parsed: Limits::head + 128 KiB
  Shared& shared_;
  std::string peer_;  // the address of the other end, IPv4 without the prefix ::ffff:
  std::shared_ptr<const std::vector<std::string>> certificate_;  // Request::certificate
  bool idle_ = true;                                             // no request is under way
};

}  // namespace alarum::http
