#include "api/suppressions.h"

#include <gtest/gtest.h>

namespace alarum::api {
namespace {

using Looks = std::vector<std::pair<const char*, std::uint64_t>>;

std::string sweep(Suppressions& suppressions, const Looks& looks) {
  std::vector<ChangeLog::Entry> changed;
  for (const auto& [id, digest] : looks) suppressions.look({id, {"Down", id}, digest}, changed);
  suppressions.end();
  std::string out;
  for (const auto& one : changed) out += one.id + '@' + one.place.second + ' ';
  return out;
}

TEST(Suppressions, ReportWhatDiffersFromTheSweepBefore) {
  Suppressions all;
  EXPECT_FALSE(all.complete());
  EXPECT_EQ(sweep(all, {{"a", 1}, {"b", 1}}), "") << "there was none before";
  EXPECT_TRUE(all.complete());
  EXPECT_EQ(sweep(all, {{"a", 1}, {"b", 2}}), "b@b ");
  EXPECT_EQ(sweep(all, {{"a", 1}, {"b", 2}}), "");
}

// It fired after the sweep before. Between its firing and this sweep anything may have happened.
TEST(Suppressions, ReportAnAlertThatTheSweepBeforeDidNotHave) {
  Suppressions all;
  sweep(all, {{"a", 1}});
  EXPECT_EQ(sweep(all, {{"a", 1}, {"b", 0}}), "b@b ");
  EXPECT_EQ(sweep(all, {{"b", 0}}), "");
  EXPECT_EQ(sweep(all, {{"a", 1}, {"b", 0}}), "a@a ") << "it had ended and was forgotten";
}

TEST(Suppressions, ForgetAnUnfinishedSweep) {
  Suppressions all;
  std::vector<ChangeLog::Entry> changed;
  all.look({"a", {}, 1}, changed);
  all.forget();
  EXPECT_EQ(sweep(all, {{"b", 1}}), "");
  EXPECT_EQ(sweep(all, {{"a", 1}, {"b", 1}}), "a@a ")
      << "the second sweep has it for the first time";
}

TEST(Suppressions, AreSoughtSoonAfterACauseAndSeldomAmongMany) {
  EXPECT_FALSE(is_sweep_due(1, 10, true));
  EXPECT_TRUE(is_sweep_due(2, 10, true));
  EXPECT_FALSE(is_sweep_due(19, 10, false));
  EXPECT_TRUE(is_sweep_due(20, 10, false));
  EXPECT_FALSE(is_sweep_due(19, 100'000, true));
  EXPECT_TRUE(is_sweep_due(20, 100'000, true));
}

}  // namespace
}  // namespace alarum::api
