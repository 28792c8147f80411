#include "correlate/fault_recovery_matcher.h"

#include <gtest/gtest.h>

#include "tests/support/story.h"

namespace alarum::correlate {
namespace {

using support::at;

const FaultRecoveryMatcher::Id kId{"A", "subject=s1"};

Report report(const std::string& when, const std::string& arrived,
              const std::string& sender = "a") {
  return {at(when), at(arrived), sender, at(when)};
}

bool fault(FaultRecoveryMatcher& pairing, const std::string& when, const std::string& arrived,
           const std::string& sender = "a") {
  return pairing.fault_counts(kId, report(when, arrived, sender));
}
bool recovery(FaultRecoveryMatcher& pairing, const std::string& when, const std::string& arrived,
              const std::string& sender = "a") {
  return pairing.recovery_counts(kId, report(when, arrived, sender));
}

// What of the state matters, one line each.
std::string text(const std::map<FaultRecoveryMatcher::Id, Report>& reports) {
  std::string out;
  for (const auto& [id, one] : reports) {
    out += id.first + '{' + id.second + "} " + support::shown(one.when) + ' ' +
           support::shown(one.arrived) + ' ' + one.sender + '\n';
  }
  return out;
}
std::string text(const FaultRecoveryMatcher& pairing) {
  return text(pairing.save().faults) + "--\n" + text(pairing.save().recoveries);
}

// What became of its offset meanwhile does not turn round what one sender says.
TEST(FaultRecoveryMatcher, OrdersWhatOneSenderSaysByItsOwnClockToo) {
  const Report fault{at("60m"), at("60m"), "a", at("10m")},
      recovery{at("20m"), at("60m"), "a", at("20m")};
  FaultRecoveryMatcher pairing;
  EXPECT_TRUE(pairing.fault_counts(kId, fault));
  EXPECT_TRUE(pairing.recovery_counts(kId, recovery));
  EXPECT_TRUE(pairing.fault_counts(kId, {at("19m"), at("60m"), "a", at("30m")}))
      << "it came after the recovery, and said so";
  auto other = recovery;
  other.sender = "b";
  EXPECT_FALSE(
      FaultRecoveryMatcher(pairing).fault_counts(kId, {at("19m"), at("60m"), "a", at("10m")}));
  FaultRecoveryMatcher strict;
  EXPECT_TRUE(strict.fault_counts(kId, fault));
  EXPECT_FALSE(strict.recovery_counts(kId, other))
      << "clocks of two senders are not held against each other";
}

TEST(FaultRecoveryMatcher, TakesARecoveryThatIsNotBeforeItsFault) {
  for (const auto* when : {"10m", "11m"}) {
    FaultRecoveryMatcher pairing;
    EXPECT_TRUE(fault(pairing, "10m", "10m"));
    EXPECT_TRUE(recovery(pairing, when, "12m")) << when;
  }
}

TEST(FaultRecoveryMatcher, RefusesARecoveryThatIsOlderThanItsFault) {
  FaultRecoveryMatcher pairing;
  fault(pairing, "10m", "10m");
  EXPECT_FALSE(recovery(pairing, "9m59s", "12m"));
  EXPECT_TRUE(recovery(pairing, "13m", "13m"));
}

TEST(FaultRecoveryMatcher, LetsTheClockOfAnotherSenderBeOffByTheLateness) {
  FaultRecoveryMatcher pairing;
  fault(pairing, "10m", "10m", "a");
  EXPECT_FALSE(recovery(pairing, "7m59s", "12m", "b"));
  EXPECT_TRUE(recovery(pairing, "8m", "12m", "b"));
}

TEST(FaultRecoveryMatcher, HasNothingToEndWithoutAFaultOrTwice) {
  FaultRecoveryMatcher pairing;
  EXPECT_FALSE(recovery(pairing, "10m", "10m"));
  fault(pairing, "20m", "20m");
  EXPECT_TRUE(recovery(pairing, "21m", "21m"));
  EXPECT_FALSE(recovery(pairing, "22m", "22m"));
}

TEST(FaultRecoveryMatcher, MeasuresARecoveryAgainstTheNewestFault) {
  FaultRecoveryMatcher pairing;
  fault(pairing, "10m", "10m");
  fault(pairing, "12m", "12m");
  fault(pairing, "11m", "13m");
  EXPECT_FALSE(recovery(pairing, "11m30s", "14m"));
  EXPECT_TRUE(recovery(pairing, "12m", "14m"));
}

TEST(FaultRecoveryMatcher, RefusesAFaultThatArrivesAfterItsOwnRecovery) {
  for (const auto* when : {"9m", "10m"}) {
    FaultRecoveryMatcher pairing;
    recovery(pairing, "10m", "10m");
    EXPECT_FALSE(fault(pairing, when, "12m")) << when;
  }
}

// A request with an end and the next fault, whose events have no times of their own; and clocks of
// whole seconds.
TEST(FaultRecoveryMatcher, TakesAFaultOfTheSameMomentThatArrivesAfterTheRecovery) {
  const std::vector<std::pair<const char*, const char*>> times{
      {"10m", "10m"}, {"9m59s", "10m"}, {"9m", "10m"}};
  for (const auto& [when, arrived] : times) {
    FaultRecoveryMatcher pairing;
    fault(pairing, "8m", "8m");
    EXPECT_TRUE(recovery(pairing, when, "10m"));
    EXPECT_TRUE(fault(pairing, when, arrived)) << when;
    EXPECT_TRUE(recovery(pairing, when, arrived)) << "likewise";
  }
  FaultRecoveryMatcher pairing;
  recovery(pairing, "9m", "10m");
  EXPECT_FALSE(fault(pairing, "9m", "10m1s")) << "it was on its way for longer";
}

TEST(FaultRecoveryMatcher, TakesAFaultThatIsNewerThanTheRecovery) {
  FaultRecoveryMatcher pairing;
  recovery(pairing, "10m", "10m");
  EXPECT_TRUE(fault(pairing, "10m1s", "10m1s"));
}

TEST(FaultRecoveryMatcher, TakesAnOldFaultOnceTheLatenessHasPassed) {
  FaultRecoveryMatcher pairing;
  recovery(pairing, "10m", "10m");
  EXPECT_TRUE(fault(pairing, "9m", "12m1s"));
}

TEST(FaultRecoveryMatcher, RemembersTheNewestRecoveryOnly) {
  FaultRecoveryMatcher pairing;
  recovery(pairing, "10m", "10m");
  recovery(pairing, "5m", "11m");
  EXPECT_FALSE(fault(pairing, "9m", "11m"));
}

TEST(FaultRecoveryMatcher, ARefusedFaultLeavesNothingForARecoveryToEnd) {
  FaultRecoveryMatcher pairing;
  recovery(pairing, "10m", "10m");
  fault(pairing, "9m", "11m");
  EXPECT_FALSE(recovery(pairing, "12m", "12m"));
}

TEST(FaultRecoveryMatcher, AForgottenFaultLeavesNothingForARecoveryToEnd) {
  FaultRecoveryMatcher pairing;
  fault(pairing, "10m", "10m");
  pairing.forget_fault(kId);
  EXPECT_FALSE(recovery(pairing, "12m", "12m"));
}

TEST(FaultRecoveryMatcher, KeepsInstancesApart) {
  FaultRecoveryMatcher pairing;
  fault(pairing, "10m", "10m");
  EXPECT_FALSE(pairing.recovery_counts({"A", "subject=s2"}, report("11m", "11m")));
  EXPECT_FALSE(pairing.recovery_counts({"B", "subject=s1"}, report("11m", "11m")));
  EXPECT_TRUE(recovery(pairing, "11m", "11m"));
}

TEST(FaultRecoveryMatcher, ForgetsRecoveriesThatCanMeetNoLateFaultAnyMore) {
  FaultRecoveryMatcher pairing;
  recovery(pairing, "10m", "10m");
  pairing.expire(at("12m"));
  EXPECT_EQ(text(pairing), "--\nA{subject=s1} 10m 10m a\n");
  pairing.expire(at("12m1s"));
  EXPECT_EQ(text(pairing), "--\n");
}

TEST(FaultRecoveryMatcher, KeepsARecoveryThatWasRenewed) {
  FaultRecoveryMatcher pairing;
  recovery(pairing, "10m", "10m");
  recovery(pairing, "11m", "11m");
  pairing.expire(at("12m30s"));
  EXPECT_EQ(text(pairing), "--\nA{subject=s1} 11m 11m a\n");
  pairing.expire(at("14m"));
  EXPECT_EQ(text(pairing), "--\n");
}

TEST(FaultRecoveryMatcher, SavedAndRestoredGoesOnAsBefore) {
  FaultRecoveryMatcher before;
  fault(before, "20m", "20m", "b");
  before.recovery_counts({"A", "subject=s2"}, report("21m", "21m"));
  FaultRecoveryMatcher after;
  fault(after, "1m", "1m", "gone");
  after.recovery_counts({"A", "subject=s3"}, report("1m", "1m"));
  after.restore(before.save());
  EXPECT_EQ(text(after), "A{subject=s1} 20m 20m b\n--\nA{subject=s2} 21m 21m a\n");
  EXPECT_FALSE(after.fault_counts({"A", "subject=s2"}, report("20m", "22m")));
  after.expire(at("23m1s"));
  EXPECT_EQ(text(after), "A{subject=s1} 20m 20m b\n--\n");
  EXPECT_TRUE(recovery(after, "22m", "24m"));
}

TEST(FaultRecoveryMatcher, ARepeatedRecoveryIsForgottenOnlyAfterItsLastReport) {
  FaultRecoveryMatcher pairing;
  for (const auto* when : {"0m", "1m", "2m"}) recovery(pairing, when, when);
  pairing.expire(at("3m1s"));
  EXPECT_EQ(pairing.save().recoveries.size(), 1u);
  pairing.expire(at("4m"));
  EXPECT_EQ(pairing.save().recoveries.size(), 1u);
  pairing.expire(at("4m1s"));
  EXPECT_EQ(pairing.save().recoveries.size(), 0u);
}

}  // namespace
}  // namespace alarum::correlate
