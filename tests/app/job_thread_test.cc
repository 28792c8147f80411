#include "app/job_thread.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace alarum::app {
namespace {

TEST(JobThread, RunsWhatItHasBeforeItStops) {
  std::vector<int> ran;
  JobThread thread("jobs");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(thread.start([&ran, i] { ran.push_back(i); }));
  thread.stop();
  EXPECT_EQ(ran, (std::vector<int>{0, 1, 2}));
}

TEST(JobThread, AJobSeesThatItMustEnd) {
  JobThread thread("jobs");
  EXPECT_FALSE(thread.stopping());
  EXPECT_TRUE(thread.start([&thread] {
    while (!thread.stopping()) std::this_thread::yield();
  }));
  thread.stop();  // would wait for ever otherwise
  EXPECT_TRUE(thread.stopping());
}

TEST(JobThread, DestroysAJobThatComesTooLate) {
  JobThread thread("jobs");
  thread.stop();
  thread.stop();  // twice is no fault
  auto held = std::make_shared<int>(1);
  EXPECT_FALSE(thread.start([held] {}));
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace alarum::app
