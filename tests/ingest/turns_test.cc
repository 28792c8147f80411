// What one connection or port does to the others of its thread, and what becomes of what it left
// unfinished.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstdio>

#include "config/push_ingest.h"
#include "http/offload.h"
#include "ingest/stream/datagrams.h"
#include "ingest/stream/pump.h"
#include "journals.h"

namespace alarum::ingest::turns_test {
namespace {

namespace asio = http::asio;

struct Turns : ::testing::Test {
  const std::string folder = ::testing::TempDir() + "turns-rejected.ndjson";
  ReadyJournal journal;
  Snapshot<match::Generation> current;
  PosixFileSystem files;
  Rejects rejects{files, folder};
  SystemClock clock;
  SystemRandom random;
  Intake intake{{}, journal, current, rejects, {clock, random}};
  const Snapshot<config::PushIngest> pushes{std::make_shared<const config::PushIngest>()};
  // Refused when the other one had its last turn; the most between two turns
  std::uint64_t seen = 0, most = 0;

  ~Turns() override { std::remove(folder.c_str()); }

  asio::awaitable<void> other(FeedCounts& counts, std::uint64_t until) {
    while (seen < until) {
      co_await http::yield_now();
      const auto now = counts.rejected.load();
      most = std::max(most, now - seen);
      seen = now;
    }
  }
};

class Nonsense final : public Bytes {
 public:
  explicit Nonsense(std::size_t lines) : lines_(lines) {}
  asio::awaitable<Result<std::string>> read() override {
    std::string out;
    for (auto left = std::exchange(lines_, 0); left > 0; --left) out += "x\n";
    co_return out;
  }

 private:
  std::size_t lines_;
};

TEST_F(Turns, OfAConnectionWithLinesThatAreRefused) {
  const config::Source source;
  const Decoder decoder(source, pushes);
  Feed feed("s", intake);
  HeldBytes held;
  Nonsense bytes(5000);
  asio::io_context context;
  asio::co_spawn(context, pump(bytes, source, decoder, feed, held, "10.0.0.1"), asio::detached);
  asio::co_spawn(context, other(feed.counts(), 5000), asio::detached);
  context.run();
  EXPECT_EQ(feed.counts().rejected, 5000U);
  EXPECT_LE(most, 2 * http::kYieldEvery);
}

// Two messages, the second of which breaks off; then the end, or a fault.
class Broken final : public Bytes {
 public:
  explicit Broken(bool fault) : fault_(fault) {}
  asio::awaitable<Result<std::string>> read() override {
    if (!std::exchange(begun_, true))
      co_return R"({"specversion":"1.0","id":"1","source":"s","type":"t"})" + std::string("\n") +
          R"({"specversion":"1.0","id":"2","source":"s","type":"t"})";
    if (fault_) co_return fail("read_failed", "reset by peer");
    co_return std::string();
  }

 private:
  const bool fault_;
  bool begun_ = false;
};

TEST_F(Turns, ALastLineWithoutItsEndIsTakenWhereTheSenderClosedAndRefusedWhereItBroke) {
  const config::Source source;
  const Decoder decoder(source, pushes);
  for (const bool fault : {false, true}) {
    Feed feed("s", intake);
    HeldBytes held;
    Broken bytes(fault);
    asio::io_context context;
    asio::co_spawn(context, pump(bytes, source, decoder, feed, held, "10.0.0.1"), asio::detached);
    context.run();
    EXPECT_EQ(feed.counts().accepted, fault ? 1U : 2U);
    EXPECT_EQ(feed.counts().rejected, fault ? 1U : 0U);
  }
}

TEST_F(Turns, OfDatagramsThatAreRefused) {
  asio::io_context here;
  asio::ip::udp::socket sender(here, {asio::ip::address_v4::loopback(), 0});
  config::Source source;
  source.kind = config::Source::Kind::udp;
  source.listen = {"127.0.0.1", 0};
  Workers workers(1);
  std::optional<Datagrams> opened;
  // Another program may take the port between the two.
  for (int tries = 0; !opened && tries < 100; ++tries) {
    {
      asio::ip::udp::socket free(here, {asio::ip::address_v4::loopback(), 0});
      source.listen.port = free.local_endpoint().port();
    }
    if (!opened.emplace(source, intake, pushes).open(workers)) opened.reset();
  }
  ASSERT_TRUE(opened);
  auto& datagrams = *opened;
  constexpr std::uint64_t kSent = 250;  // what the kernel keeps for us in any case
  for (std::uint64_t i = 0; i < kSent; ++i)
    sender.send_to(asio::buffer("x", 1), {asio::ip::address_v4::loopback(), source.listen.port});
  datagrams.start(workers);
  asio::co_spawn(workers.next(), other(datagrams.feed().counts(), kSent), asio::detached);
  workers.start();
  while (datagrams.feed().counts().rejected < kSent) std::this_thread::yield();
  datagrams.stop();
  while (!datagrams.done()) std::this_thread::yield();
  workers.stop();
  EXPECT_LE(most, 64U);
}

}  // namespace
}  // namespace alarum::ingest::turns_test
