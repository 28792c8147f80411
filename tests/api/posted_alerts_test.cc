#include "api/posted_alerts.h"

#include <gtest/gtest.h>

namespace alarum::api {
namespace {

using namespace std::chrono_literals;

const Time kNow = *parse_rfc3339("2026-11-28T12:00:00Z");

PostedAlerts posted(const std::string& times) {
  auto read =
      parse_posted(R"([{"labels":{"a":"b"})" + (times.empty() ? "" : "," + times) + "}]", kNow);
  EXPECT_TRUE(read);
  return read.value_or(PostedAlerts{});
}

// Alertmanager puts the end that it assumes, 5 minutes from now, before it compares.
TEST(PostedAlerts, AStartInTheFutureIsTakenUntilTheEndThatIsAssumedAndRefusedBehindIt) {
  for (const auto* start : {"2026-11-28T12:00:01Z", "2026-11-28T12:05:00Z"}) {
    const auto taken = posted(R"("startsAt":")" + std::string(start) + '"');
    ASSERT_EQ(taken.alerts.size(), 1u) << start;
    EXPECT_EQ(taken.alerts[0].starts_at, *parse_rfc3339(start));
  }
  for (const auto* times :
       {R"("startsAt":"2026-11-28T12:05:01Z")", R"("startsAt":"2027-01-01T00:00:00Z")",
        R"("startsAt":"2026-11-28T12:01:00Z","endsAt":"2026-11-28T12:00:30Z")"}) {
    const auto refused = posted(times);
    EXPECT_TRUE(refused.alerts.empty()) << times;
    ASSERT_EQ(refused.faults.size(), 1u);
    EXPECT_EQ(refused.faults[0], "alert 0: start time must be before end time");
  }
  EXPECT_EQ(
      posted(R"("startsAt":"2026-11-28T13:00:00Z","endsAt":"2026-11-28T14:00:00Z")").alerts.size(),
      1u)
      << "with an end of its own it may begin later";
}

TEST(PostedAlerts, WithoutAStartAreOfTheirEndOrOfNow) {
  EXPECT_EQ(posted("").alerts[0].starts_at, kNow);
  EXPECT_EQ(posted(R"("endsAt":"2026-11-28T11:00:00Z")").alerts[0].starts_at, kNow - 1h);
  EXPECT_EQ(posted(R"("endsAt":"2026-11-28T13:00:00Z")").alerts[0].starts_at, kNow);
}

}  // namespace
}  // namespace alarum::api
