#include "ingest/stream/datagrams.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/log.h"
#include "http/offload.h"
#include "ingest/stream/socket_address.h"

namespace alarum::ingest {
namespace {

namespace asio = http::asio;
using asio::ip::udp;

constexpr std::size_t kAtOnce = 32;
constexpr std::size_t kLargest = 65536;    // bytes of a datagram
constexpr std::size_t kMost = 2000;        // of one commit
constexpr std::size_t kMostHeld = 16'384;  // that the kernel can have when we stop
constexpr int kWaiting = 4 << 20;          // bytes that the kernel keeps for us

std::string address_of(const sockaddr_storage& from) {
  if (from.ss_family == AF_INET)
    return text_of(asio::ip::make_address_v4(
        ntohl(reinterpret_cast<const sockaddr_in&>(from).sin_addr.s_addr)));
  asio::ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(from).sin6_addr, bytes.size());
  return text_of(asio::ip::make_address_v6(bytes));
}

}  // namespace

// Buffers for several datagrams, which one recvmmsg() fills.
struct Datagrams::Buffers {
  std::array<std::array<char, kLargest>, kAtOnce> bytes;
  std::array<sockaddr_storage, kAtOnce> from;
  std::array<iovec, kAtOnce> pieces;
  std::array<mmsghdr, kAtOnce> headers;

  int receive(int socket) {
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      pieces[i] = {bytes[i].data(), kLargest};
      headers[i] = {};
      auto& header = headers[i].msg_hdr;
      header.msg_name = &from[i];
      header.msg_namelen = sizeof from[i];
      header.msg_iov = &pieces[i];
      header.msg_iovlen = 1;
    }
    return ::recvmmsg(socket, headers.data(), kAtOnce, MSG_DONTWAIT, nullptr);
  }
  std::string_view text(std::size_t i) const { return {bytes[i].data(), headers[i].msg_len}; }
};

Datagrams::Datagrams(config::Source config, Intake& intake,
                     const Snapshot<config::PushIngest>& pushes)
    : Source(std::move(config), intake),
      decoder_(config_, pushes),
      buffers_(std::make_unique<Buffers>()) {}
Datagrams::~Datagrams() = default;

Result<void> Datagrams::open(Workers& workers) {
  context_ = &workers.next();
  const auto ip = bind_address(config_.listen);
  if (!ip) return std::unexpected(ip.error());
  boost::system::error_code fault;
  auto& socket = socket_.emplace(*context_);
  socket.open(ip->is_v6() ? udp::v6() : udp::v4(), fault);
  if (!fault) socket.bind({*ip, config_.listen.port}, fault);
  if (fault)
    return fail("cannot_listen", fmt::format("cannot listen on {} (UDP): {}", config_.listen.text(),
                                             fault.message()));
  const int handle = socket.native_handle();
  if (::setsockopt(handle, SOL_SOCKET, SO_RCVBUFFORCE, &kWaiting, sizeof kWaiting) != 0)
    (void)::setsockopt(handle, SOL_SOCKET, SO_RCVBUF, &kWaiting, sizeof kWaiting);
  return {};
}

void Datagrams::start(Workers&) {
  log::info(
      "ingest", "listening for datagrams",
      {{"source", config_.name},
       {"address", fmt::format("{}:{}", config_.listen.host, socket_->local_endpoint().port())}});
  tasks_.keep(*context_, config_.name, [this] { return run(); });
}

asio::awaitable<void> Datagrams::run() {
  constexpr auto tuple = asio::as_tuple(asio::use_awaitable);
  // At a stop, datagrams that the kernel has buffered are still read; of those that arrive later
  // only as many as kMostHeld permits.
  for (std::size_t late = 0; late < kMostHeld;) {
    const bool stopping = feed_.stopping();
    if (!stopping) co_await socket_->async_wait(udp::socket::wait_read, tuple);
    std::vector<model::Event> events;
    const auto taken = co_await receive(events);
    if (stopping && taken == 0) break;
    if (stopping) late += taken;
    if (events.empty()) continue;
    auto outcomes = co_await feed_.commit(std::move(events));
    if (!outcomes) break;
  }
  boost::system::error_code ignored;
  socket_->close(ignored);
}

// Rejected datagrams count towards kMost as well, so that a sender outside `allow` cannot keep the
// thread busy.
asio::awaitable<std::size_t> Datagrams::receive(std::vector<model::Event>& events) {
  std::size_t taken = 0, many = kAtOnce;
  for (; many == kAtOnce && taken < kMost; taken += many) {
    if (taken > 0) co_await http::yield_now();
    many = static_cast<std::size_t>(std::max(buffers_->receive(socket_->native_handle()), 0));
    for (std::size_t i = 0; i < many; ++i) {
      const auto sender = address_of(buffers_->from[i]);
      if (!config::admits(config_.allow, sender)) {
        feed_.refuse("a datagram was refused: the sender is in no network of \"allow\"", sender);
        continue;
      }
      take_line({index_++, buffers_->text(i), false}, sender, decoder_, feed_, events);
    }
  }
  count_drops();
  co_return taken;
}

// Asks the kernel for the socket's counter. SO_RXQ_OVFL would report drops only with the next
// datagram, and after a burst there may be none.
void Datagrams::count_drops() {
  std::array<std::uint32_t, SK_MEMINFO_VARS> numbers{};
  socklen_t size = sizeof numbers;
  if (::getsockopt(socket_->native_handle(), SOL_SOCKET, SO_MEMINFO, numbers.data(), &size) != 0 ||
      size <= SK_MEMINFO_DROPS * sizeof numbers[0])
    return;
  const std::uint32_t more = numbers[SK_MEMINFO_DROPS] - dropped_;  // the kernel's counter may wrap
  if (more == 0) return;
  dropped_ += more;
  feed_.counts().lost += more;
  feed_.gap(
      fmt::format("{} datagrams arrived faster than they could be written, and are lost", more));
}

}  // namespace alarum::ingest
