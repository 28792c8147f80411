#include "http/timer.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace alarum::http {
namespace {

using namespace std::chrono_literals;

class HandClock final : public Clock {
 public:
  Time wall() override { return Time(); }
  std::chrono::nanoseconds monotonic() override { return now; }
  std::chrono::nanoseconds now{1s};
};

struct Life {
  HandClock clock;
  boost::asio::io_context io;
  ManualTime& time = boost::asio::make_service<ManualTime>(io, &clock);
};

boost::asio::awaitable<void> pause_once(bool& over) {
  Timer timer(co_await boost::asio::this_coro::executor);
  co_await timer.pause(1h);
  over = true;
}

TEST(Timer, GoesByTheTimeThatItsContextCarries) {
  Life life;
  bool over = false;
  boost::asio::co_spawn(life.io, pause_once(over), boost::asio::detached);
  life.io.poll();
  EXPECT_EQ(life.time.next(), 1h);
  life.clock.now += 59min;
  EXPECT_EQ(life.time.expire(), 0u);
  life.clock.now += 1min;
  EXPECT_EQ(life.time.expire(), 1u);
  life.io.restart();
  life.io.poll();
  EXPECT_TRUE(over);
}

TEST(Timer, IsForgottenWithWhoWaits) {
  Life life;
  int calls = 0;
  {
    Timer timer(life.io.get_executor());
    timer.call_after(5s, [&] { ++calls; });
    EXPECT_EQ(life.time.next(), 5s);
  }
  EXPECT_EQ(life.time.next(), std::nullopt);
  life.clock.now += 1h;
  life.time.expire();
  EXPECT_EQ(calls, 0);
}

TEST(Timer, GoesByTheMachinesClockElsewhere) {
  boost::asio::io_context io;
  bool over = false;
  Timer timer(io.get_executor());
  timer.call_after(1ms, [&] { over = true; });
  io.run();
  EXPECT_TRUE(over);
}

}  // namespace
}  // namespace alarum::http
