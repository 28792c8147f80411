#pragma once
#include <boost/asio/ip/udp.hpp>
#include <memory>
#include <optional>

#include "ingest/stream/pump.h"
#include "ingest/stream/source.h"

namespace alarum::ingest {

/// A source that listens on a UDP port; each datagram is one message. One coroutine on a thread
/// `source-sockets` reads up to 2,000 datagrams, commits them, and reads on when they are on disk.
/// Meanwhile the kernel buffers what arrives (4 MiB, if it permits). Datagrams that the kernel had
/// to drop are counted as lost, with a gap. At a stop up to 16,384 buffered datagrams are still
/// read.
class Datagrams final : public Source {
 public:
  Datagrams(config::Source config, Intake& intake, const Snapshot<config::PushIngest>& pushes);
  ~Datagrams() override;

  /// Binds the port. Error `cannot_listen`.
  Result<void> open(Workers& workers) override;
  void start(Workers& workers) override;

 private:
  // Space for 32 datagrams of 64 KiB, which one recvmmsg() fills.
  struct Buffers;
  http::asio::awaitable<void> run();
  http::asio::awaitable<std::size_t> receive(std::vector<model::Event>& events);
  // Asks the kernel how many datagrams it has dropped, and reports the new ones.
  void count_drops();

  const Decoder decoder_;
  http::asio::io_context* context_ = nullptr;
  std::optional<http::asio::ip::udp::socket> socket_;
  std::unique_ptr<Buffers> buffers_;
  std::uint64_t index_ = 0;    // of the next datagram, for messages to people
  std::uint32_t dropped_ = 0;  // by the kernel, since the socket was opened
};

}  // namespace alarum::ingest
