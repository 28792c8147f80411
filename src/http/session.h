#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "base/snapshot.h"
#include "http/head.h"
#include "http/server.h"
#include "http/wire.h"

namespace alarum::http {

/// What all sessions of a server share, read-only but for the counters.
struct Shared {
  Options options;
  Router router;
  Counters counters;
  Snapshot<Tls> tls{nullptr};
  Snapshot<std::vector<std::string>> hosts{
      std::make_shared<const std::vector<std::string>>()};  // Server::set_allowed_hosts
  std::atomic<std::uint64_t> misdirected{0};                // requests for other hosts
  std::atomic<bool> stopping{false};
  asio::thread_pool* helpers = nullptr;  // for what takes long
};

/// One connection: reads a request, has it handled, answers, until either side ends it.
class Session {
 public:
  Session(boost::asio::ip::tcp::socket socket, Shared& shared);
  asio::awaitable<void> run();
  /// Ends a connection that waits for its next request; one that handles a request ends after its
  /// answer.
  void stop_when_idle();

 private:
  asio::awaitable<Result<std::optional<Head>>> read_head();
  asio::awaitable<bool> serve(const Head& head);
  asio::awaitable<Response> answer(Request& request, BodyStream& body);
  asio::awaitable<bool> write(const Request& request, Response response, bool keep, bool chunks);
  asio::awaitable<bool> send(std::string_view text);
  asio::awaitable<void> refuse(const Error& error);
  asio::awaitable<void> linger();
  Result<void> check_host(const Request& request, const std::string& authority) const;

  Wire wire_;
  boost::beast::flat_buffer buffer_;
  Shared& shared_;
  std::string peer_;
  std::shared_ptr<const std::vector<std::string>> certificate_;
  bool idle_ = true;
};

}  // namespace alarum::http
