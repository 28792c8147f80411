#include "ingest/stream/standard_input.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "ingest/stream/socket_bytes.h"

namespace alarum::ingest {
namespace {

namespace asio = http::asio;

// A pipe or a terminal is waited for; a regular file is always ready.
class DescriptorBytes final : public Bytes {
 public:
  DescriptorBytes(asio::io_context& context, const Feed& feed)
      : descriptor_(context, ::dup(STDIN_FILENO)), feed_(feed) {}

  asio::awaitable<Result<std::string>> read() override {
    if (!feed_.stopping()) {
      constexpr auto tuple = asio::as_tuple(asio::use_awaitable);
      const auto [fault] =
          co_await descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, tuple);
      const bool always_ready = fault == asio::error::operation_not_supported ||
                                fault == boost::system::errc::operation_not_permitted;
      if (fault && !always_ready && !feed_.stopping())
        co_return fail("read_failed", fault.message());
    }
    if (feed_.stopping() && !holds_more()) co_return std::string();
    std::string piece(kPiece, '\0');
    const auto size = ::read(descriptor_.native_handle(), piece.data(), piece.size());
    if (size < 0) co_return fail("read_failed", std::strerror(errno));
    piece.resize(static_cast<std::size_t>(size));
    co_return piece;
  }

 private:
  // The content of a pipe would be lost with it, so it is read at a stop, but not for longer than
  // kFarewell if somebody keeps writing. A file can be read again.
  bool holds_more() {
    if (!stop_at_) stop_at_ = std::chrono::steady_clock::now() + kFarewell;
    struct stat status {};
    pollfd one{descriptor_.native_handle(), POLLIN, 0};
    return ::fstat(one.fd, &status) == 0 && !S_ISREG(status.st_mode) &&
           std::chrono::steady_clock::now() < *stop_at_ && ::poll(&one, 1, 0) == 1 &&
           (one.revents & POLLIN) != 0;
  }

  asio::posix::stream_descriptor descriptor_;
  const Feed& feed_;
  std::optional<std::chrono::steady_clock::time_point> stop_at_;
};

}  // namespace

void StandardInput::start(Workers& workers) {
  auto& context = workers.disk();
  tasks_.keep(context, config_.name, [this] { return run(); });
}

asio::awaitable<void> StandardInput::run() {
  const auto executor = co_await asio::this_coro::executor;
  auto& context = static_cast<asio::io_context&>(asio::query(executor, asio::execution::context));
  DescriptorBytes bytes(context, feed_);
  feed_.counts().connections = 1;
  co_await pump(bytes, config_, decoder_, feed_, held_, "stdin");
  feed_.counts().connections = 0;
  if (!feed_.stopping())
    log::info("ingest", "standard input has ended",
              {{"source", config_.name},
               {"accepted", feed_.counts().accepted.load()},
               {"rejected", feed_.counts().rejected.load()}});
}

}  // namespace alarum::ingest
