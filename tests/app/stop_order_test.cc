#include "app/stop_order.h"

#include <gtest/gtest.h>

#include <future>
#include <mutex>

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

struct Journal {
  void say(const std::string& what) {
    const std::lock_guard lock(mutex);
    said.push_back(what);
  }
  StopOrder::Part part(const std::string& name) {
    return {name, [this, name] { say("begin " + name); }, [this, name] { say("join " + name); },
            60s};
  }
  std::mutex mutex;
  std::vector<std::string> said;
};

TEST(StopOrder, TellsAllBeforeItJoinsTheFirst) {
  Journal journal;
  StopOrder order({journal.part("near"), {"quiet", {}, [] {}, 60s}, journal.part("far")});
  EXPECT_EQ(order.run(), std::vector<std::string>());
  EXPECT_EQ(journal.said,
            (std::vector<std::string>{"begin near", "begin far", "join near", "join far"}));
}

// The writer could wait for an engine that nobody had told of the stop.
TEST(StopOrder, APartMayWaitForALaterOneThatIsToldToStop) {
  std::promise<void> told;
  StopOrder order({{"writer", {}, [&] { told.get_future().wait(); }, 60s},
                   {"engine", [&] { told.set_value(); }, [] {}, 60s}});
  EXPECT_EQ(order.run(), std::vector<std::string>());
}

TEST(StopOrder, APartThatHangsIsNamedAndTheLaterOnesStillEnd) {
  Journal journal;
  std::promise<void> released;
  const auto hang = released.get_future().share();
  StopOrder order({journal.part("near"),
                   {"stuck", {}, [hang] { hang.wait(); }, 1ms},
                   {"stuck too", {}, [hang] { hang.wait(); }, 0ms},
                   journal.part("far")});
  EXPECT_EQ(order.run(), (std::vector<std::string>{"stuck", "stuck too"}));
  EXPECT_EQ(journal.said.back(), "join far");
  released.set_value();
}

// systemd kills after 90 s; a part's own limit here is longer than any test.
TEST(StopOrder, ManyThatHangTogetherTakeNoLongerThanTheWhole) {
  Journal journal;
  std::promise<void> released;
  const auto hang = released.get_future().share();
  StopOrder order({{"stuck", {}, [hang] { hang.wait(); }, 24h},
                   {"stuck too", {}, [hang] { hang.wait(); }, 24h},
                   journal.part("far")},
                  1ms);
  EXPECT_EQ(order.run(), (std::vector<std::string>{"stuck", "stuck too"}));
  EXPECT_EQ(journal.said.back(), "join far");
  released.set_value();
}

}  // namespace
}  // namespace alarum::app
