#include "engine/backlog.h"

#include <gtest/gtest.h>

#include "tests/support/story.h"

namespace alarum::engine {
namespace {

using namespace std::chrono_literals;

/// Commits of one event of about 1,000 bytes each, one a second.
std::vector<model::Record> commit(model::Offset offset) {
  const auto at = support::kStart + std::chrono::seconds(offset);
  const auto event = support::event_of("hit s data={\"x\":\"" + std::string(1'000, 'x') + "\"}", at,
                                       std::to_string(offset));
  return {{offset, at, 0, event, std::nullopt}};
}

model::Offset first(const std::vector<model::Record>& records) {
  return records.empty() ? ~model::Offset{0} : records.front().offset;
}

TEST(Backlog, DropsWhatIsPastItsBoundAndSaysHowFarTheLogHasToBeRead) {
  Backlog backlog(5'000);
  model::Offset end = 0;
  for (; !backlog.dropped(); ++end) EXPECT_EQ(backlog.offer(commit(end), 0s), end == 0) << end;
  const auto held = end - 1;  // the last one was dropped
  EXPECT_GE(held, 2U);
  EXPECT_LE(backlog.bytes(), 5'000U);
  EXPECT_EQ(first(backlog.take().records), 0U);
  backlog.offer(commit(end++), 0s);  // there is room, but not for what comes after a gap
  EXPECT_EQ(backlog.commits(), held - 1);
  EXPECT_EQ(backlog.read_to(), std::nullopt) << "first what is in memory";
  for (model::Offset offset = 1; offset < held; ++offset)
    EXPECT_EQ(first(backlog.take().records), offset);
  EXPECT_EQ(backlog.read_to(), end);
  backlog.offer(commit(end), 0s);
  EXPECT_FALSE(backlog.dropped());
  EXPECT_EQ(backlog.read_to(), std::nullopt);
  EXPECT_EQ(first(backlog.take().records), end) << "memory goes on where the log was read to";
}

TEST(Backlog, OneCommitThatIsLargerThanTheBoundFitsIntoAnEmptyOne) {
  Backlog backlog(10);
  backlog.offer(commit(0), 0s);
  backlog.offer(commit(1), 0s);
  EXPECT_EQ(first(backlog.take().records), 0U);
  EXPECT_EQ(backlog.read_to(), 2U);
}

TEST(Backlog, ItsLagIsTheAgeOfTheOldestRecordThatIsNotInTheBook) {
  Backlog backlog(3'000);
  EXPECT_EQ(backlog.lag(500s), 0s);
  backlog.offer(commit(0), 100s);
  EXPECT_EQ(backlog.lag(100s), 0s);
  EXPECT_EQ(backlog.lag(107s), 7s);
  (void)backlog.take().records;
  EXPECT_EQ(backlog.lag(108s), 8s) << "it is being stepped, or the book cannot be written";
  backlog.entered({});
  EXPECT_EQ(backlog.lag(109s), 0s) << "nothing waits, however long ago the last event was";
  EXPECT_TRUE(backlog.offer(commit(10), 110s)) << "the engine has to be woken";
  for (model::Offset offset = 11; offset <= 30; ++offset)
    backlog.offer(commit(offset), 100s + std::chrono::seconds(offset));
  EXPECT_EQ(backlog.lag(130s), 20s);
  while (!backlog.take().records.empty()) continue;
  backlog.entered({});
  EXPECT_LT(backlog.lag(130s), 20s);
  EXPECT_GT(backlog.lag(130s), 15s) << "of the first that was dropped";
  ASSERT_EQ(backlog.read_to(), 31U);
  backlog.entered(support::kStart + 25s);
  EXPECT_EQ(backlog.lag(131s), 6s) << "of what is read from the log";
  backlog.entered({});
  EXPECT_EQ(backlog.lag(131s), 0s);
}

TEST(Backlog, SendersWaitOnceTheLagIsPastItsLimit) {
  EXPECT_FALSE(is_behind(0s, 60s));
  EXPECT_FALSE(is_behind(60s, 60s));
  EXPECT_TRUE(is_behind(60s + 1us, 60s));
}

}  // namespace
}  // namespace alarum::engine
