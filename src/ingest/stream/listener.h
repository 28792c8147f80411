#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <optional>

#include "base/snapshot.h"
#include "http/tls.h"
#include "ingest/stream/pump.h"
#include "ingest/stream/source.h"

namespace alarum::ingest {

/// Listens on a TCP port or a Unix socket, and takes lines or syslog messages from whoever
/// connects.
class Listener final : public Source {
 public:
  Listener(config::Source config, Intake& intake, const Snapshot<config::PushIngest>& pushes)
      : Source(std::move(config), intake), decoder_(config_, pushes) {}
  ~Listener() override;

  Result<void> open(Workers& workers) override;
  void start(Workers& workers) override;
  Result<void> renew() override;
  void use_fresh() override;
  /// `127.0.0.1:5140`: as bound.
  const std::string& address() const { return address_; }

 private:
  Result<void> open_tcp(http::asio::io_context& context);
  Result<void> open_unix(http::asio::io_context& context);
  template <class Protocol>
  http::asio::awaitable<void> accept(typename Protocol::acceptor& acceptor, Workers& workers);
  bool admits(const std::string& sender);
  void serve(http::asio::ip::tcp::socket socket, http::asio::io_context& context);
  void serve(http::asio::local::stream_protocol::socket socket, http::asio::io_context& context);
  void spawn(http::asio::io_context& context, std::string sender, std::shared_ptr<Bytes> bytes);

  const Decoder decoder_;
  HeldBytes held_;
  http::asio::io_context* context_ = nullptr;  // of the acceptor
  std::optional<http::asio::ip::tcp::acceptor> tcp_;
  std::optional<http::asio::local::stream_protocol::acceptor> unix_;
  Snapshot<http::Tls> tls_{nullptr};  // of the connections to come
  std::shared_ptr<const http::Tls> fresh_;
  std::string address_;
};

}  // namespace alarum::ingest
