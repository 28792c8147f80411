#pragma once
#include <boost/asio/ip/udp.hpp>
#include <memory>
#include <optional>

#include "ingest/stream/pump.h"
#include "ingest/stream/source.h"

namespace alarum::ingest {

/// Listens on a UDP port: a message a datagram. While a commit waits, the kernel keeps what arrives
/// (4 MiB, where it lets us), and says how much it had to drop: that is a gap.
class Datagrams final : public Source {
 public:
  Datagrams(config::Source config, Intake& intake, const Snapshot<config::PushIngest>& pushes);
  ~Datagrams() override;

  Result<void> open(Workers& workers) override;
  void start(Workers& workers) override;

 private:
  struct Buffers;
  http::asio::awaitable<void> run();
  http::asio::awaitable<std::size_t> receive(std::vector<model::Event>& events);
  void count_drops();

  const Decoder decoder_;
  http::asio::io_context* context_ = nullptr;
  std::optional<http::asio::ip::udp::socket> socket_;
  std::unique_ptr<Buffers> buffers_;
  std::uint64_t index_ = 0;
  std::uint32_t dropped_ = 0;  // by the kernel, since the socket was opened
};

}  // namespace alarum::ingest
