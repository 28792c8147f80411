#include "ingest/report.h"

#include <gtest/gtest.h>

namespace alarum::ingest::report_test {
namespace {

TEST(Report, IsShortWhenAllIsWell) {
  Report report;
  report.accepted = 3;
  report.duplicate = 1;
  EXPECT_EQ(report.json(), R"({"accepted":3,"duplicate":1})");
  EXPECT_FALSE(report.none_valid());
}

TEST(Report, NamesWhatWasRefusedAndWhy) {
  Report report;
  report.accepted = 1;
  report.reject(1, {"bad_json", "line 1"});
  EXPECT_EQ(
      report.json(),
      R"({"accepted":1,"duplicate":0,"rejected":[{"index":1,"reason":"bad_json","message":"line 1"}],"rejected_count":1})");
}

TEST(Report, ListsTheFirstHundredAndCountsAll) {
  Report report;
  for (int i = 0; i < 250; ++i) report.reject(static_cast<std::uint64_t>(i), {"bad_json", ""});
  EXPECT_EQ(report.rejected.size(), Report::kListed);
  EXPECT_EQ(report.rejected_count, 250U);
  EXPECT_TRUE(report.none_valid());
}

TEST(Report, OfAFailureKeepsWhatWasAccepted) {
  Report report;
  report.accepted = 2;
  const Error full{"disk_full", "no room"};
  EXPECT_EQ(report.json(&full),
            R"({"error":"disk_full","message":"no room","accepted":2,"duplicate":0})");
}

}  // namespace
}  // namespace alarum::ingest::report_test
