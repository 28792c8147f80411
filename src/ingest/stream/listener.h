#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <optional>

#include "base/snapshot.h"
#include "http/tls.h"
#include "ingest/stream/pump.h"
#include "ingest/stream/source.h"

namespace alarum::ingest {

/// A source that listens on a TCP port (also with TLS) or a Unix socket, and reads lines or syslog
/// messages from each connection. Senders get no acknowledgement. The acceptor runs on one thread
/// `source-sockets`; its connections are spread over all of them, a coroutine each (pump()).
/// Connections past `connections`, or from outside `allow`, are closed and counted.
class Listener final : public Source {
 public:
  Listener(config::Source config, Intake& intake, const Snapshot<config::PushIngest>& pushes)
      : Source(std::move(config), intake), decoder_(config_, pushes) {}
  ~Listener() override;

  /// Loads the certificate and binds. A Unix socket that nobody listens on any more is replaced;
  /// the new one has mode 0660. Errors: `cannot_listen`, `bad_tls`.
  Result<void> open(Workers& workers) override;
  void start(Workers& workers) override;
  /// Loads certificate and key again; use_fresh() puts them in force for later connections.
  Result<void> renew() override;
  void use_fresh() override;
  /// The address as bound, `127.0.0.1:5140`, or the path of the Unix socket.
  const std::string& address() const { return address_; }

 private:
  Result<void> open_tcp(http::asio::io_context& context);
  Result<void> open_unix(http::asio::io_context& context);
  template <class Protocol>
  http::asio::awaitable<void> accept(typename Protocol::acceptor& acceptor, Workers& workers);
  // Whether the sender may connect now; counts and logs it if not.
  bool admits(const std::string& sender);
  void serve(http::asio::ip::tcp::socket socket, http::asio::io_context& context);
  void serve(http::asio::local::stream_protocol::socket socket, http::asio::io_context& context);
  void spawn(http::asio::io_context& context, std::string sender, std::shared_ptr<Bytes> bytes);

  const Decoder decoder_;
  HeldBytes held_;                             // shared by all connections
  http::asio::io_context* context_ = nullptr;  // of the acceptor
  std::optional<http::asio::ip::tcp::acceptor> tcp_;
  std::optional<http::asio::local::stream_protocol::acceptor> unix_;
  Snapshot<http::Tls> tls_{nullptr};        // for new connections
  std::shared_ptr<const http::Tls> fresh_;  // what renew() has loaded
  std::string address_;
};

}  // namespace alarum::ingest
