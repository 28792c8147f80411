#include "correlate/pairing.h"

#include <gtest/gtest.h>

#include "tests/support/story.h"

namespace alarum::correlate {
namespace {

using support::at;

const Pairing::Id kId{"A", "subject=s1"};

Report report(const std::string& when, const std::string& arrived, const std::string& sender = "a") { return {at(when), at(arrived), sender, at(when)}; }

bool fault(Pairing& pairing, const std::string& when, const std::string& arrived, const std::string& sender = "a") {
  return pairing.fault_counts(kId, report(when, arrived, sender));
}
bool recovery(Pairing& pairing, const std::string& when, const std::string& arrived, const std::string& sender = "a") {
  return pairing.recovery_counts(kId, report(when, arrived, sender));
}

// What of the state matters, one line each.
std::string text(const std::map<Pairing::Id, Report>& reports) {
  std::string out;
  for (const auto& [id, one] : reports) {
    out += id.first + '{' + id.second + "} " + support::shown(one.when) + ' ' + support::shown(one.arrived) + ' ' + one.sender + '\n';
  }
  return out;
}
std::string text(const Pairing& pairing) { return text(pairing.save().faults) + "--\n" + text(pairing.save().recoveries); }

// What became of its offset meanwhile does not turn round what one sender says.
TEST(Pairing, OrdersWhatOneSenderSaysByItsOwnClockToo) {
  const Report fault{at("60m"), at("60m"), "a", at("10m")}, recovery{at("20m"), at("60m"), "a", at("20m")};
  Pairing pairing;
  EXPECT_TRUE(pairing.fault_counts(kId, fault));
  EXPECT_TRUE(pairing.recovery_counts(kId, recovery));
  EXPECT_TRUE(pairing.fault_counts(kId, {at("19m"), at("60m"), "a", at("30m")})) << "it came after the recovery, and said so";
  auto other = recovery;
  other.sender = "b";
  EXPECT_FALSE(Pairing(pairing).fault_counts(kId, {at("19m"), at("60m"), "a", at("10m")}));
  Pairing strict;
  EXPECT_TRUE(strict.fault_counts(kId, fault));
  EXPECT_FALSE(strict.recovery_counts(kId, other)) << "clocks of two senders are not held against each other";
}

TEST(Pairing, TakesARecoveryThatIsNotBeforeItsFault) {
  for (const auto* when : {"10m", "11m"}) {
    Pairing pairing;
    EXPECT_TRUE(fault(pairing, "10m", "10m"));
    EXPECT_TRUE(recovery(pairing, when, "12m")) << when;
  }
}

TEST(Pairing, RefusesARecoveryThatIsOlderThanItsFault) {
  Pairing pairing;
  fault(pairing, "10m", "10m");
  EXPECT_FALSE(recovery(pairing, "9m59s", "12m"));
  EXPECT_TRUE(recovery(pairing, "13m", "13m"));
}

TEST(Pairing, LetsTheClockOfAnotherSenderBeOffByTheLateness) {
  Pairing pairing;
  fault(pairing, "10m", "10m", "a");
  EXPECT_FALSE(recovery(pairing, "7m59s", "12m", "b"));
  EXPECT_TRUE(recovery(pairing, "8m", "12m", "b"));
}

TEST(Pairing, HasNothingToEndWithoutAFaultOrTwice) {
  Pairing pairing;
  EXPECT_FALSE(recovery(pairing, "10m", "10m"));
  fault(pairing, "20m", "20m");
  EXPECT_TRUE(recovery(pairing, "21m", "21m"));
  EXPECT_FALSE(recovery(pairing, "22m", "22m"));
}

TEST(Pairing, MeasuresARecoveryAgainstTheNewestFault) {
  Pairing pairing;
  fault(pairing, "10m", "10m");
  fault(pairing, "12m", "12m");
  fault(pairing, "11m", "13m");
  EXPECT_FALSE(recovery(pairing, "11m30s", "14m"));
  EXPECT_TRUE(recovery(pairing, "12m", "14m"));
}

TEST(Pairing, RefusesAFaultThatArrivesAfterItsOwnRecovery) {
  for (const auto* when : {"9m", "10m"}) {
    Pairing pairing;
    recovery(pairing, "10m", "10m");
    EXPECT_FALSE(fault(pairing, when, "12m")) << when;
  }
}

TEST(Pairing, TakesAFaultThatIsNewerThanTheRecovery) {
  Pairing pairing;
  recovery(pairing, "10m", "10m");
  EXPECT_TRUE(fault(pairing, "10m1s", "10m1s"));
}

TEST(Pairing, TakesAnOldFaultOnceTheLatenessHasPassed) {
  Pairing pairing;
  recovery(pairing, "10m", "10m");
  EXPECT_TRUE(fault(pairing, "9m", "12m1s"));
}

TEST(Pairing, RemembersTheNewestRecoveryOnly) {
  Pairing pairing;
  recovery(pairing, "10m", "10m");
  recovery(pairing, "5m", "11m");
  EXPECT_FALSE(fault(pairing, "9m", "11m"));
}

TEST(Pairing, ARefusedFaultLeavesNothingForARecoveryToEnd) {
  Pairing pairing;
  recovery(pairing, "10m", "10m");
  fault(pairing, "9m", "11m");
  EXPECT_FALSE(recovery(pairing, "12m", "12m"));
}

TEST(Pairing, AForgottenFaultLeavesNothingForARecoveryToEnd) {
  Pairing pairing;
  fault(pairing, "10m", "10m");
  pairing.forget_fault(kId);
  EXPECT_FALSE(recovery(pairing, "12m", "12m"));
}

TEST(Pairing, KeepsInstancesApart) {
  Pairing pairing;
  fault(pairing, "10m", "10m");
  EXPECT_FALSE(pairing.recovery_counts({"A", "subject=s2"}, report("11m", "11m")));
  EXPECT_FALSE(pairing.recovery_counts({"B", "subject=s1"}, report("11m", "11m")));
  EXPECT_TRUE(recovery(pairing, "11m", "11m"));
}

TEST(Pairing, ForgetsRecoveriesThatCanMeetNoLateFaultAnyMore) {
  Pairing pairing;
  recovery(pairing, "10m", "10m");
  pairing.expire(at("12m"));
  EXPECT_EQ(text(pairing), "--\nA{subject=s1} 10m 10m a\n");
  pairing.expire(at("12m1s"));
  EXPECT_EQ(text(pairing), "--\n");
}

TEST(Pairing, KeepsARecoveryThatWasRenewed) {
  Pairing pairing;
  recovery(pairing, "10m", "10m");
  recovery(pairing, "11m", "11m");
  pairing.expire(at("12m30s"));
  EXPECT_EQ(text(pairing), "--\nA{subject=s1} 11m 11m a\n");
  pairing.expire(at("14m"));
  EXPECT_EQ(text(pairing), "--\n");
}

TEST(Pairing, SavedAndRestoredGoesOnAsBefore) {
  Pairing before;
  fault(before, "20m", "20m", "b");
  before.recovery_counts({"A", "subject=s2"}, report("21m", "21m"));
  Pairing after;
  fault(after, "1m", "1m", "gone");
  after.recovery_counts({"A", "subject=s3"}, report("1m", "1m"));
  after.restore(before.save());
  EXPECT_EQ(text(after), "A{subject=s1} 20m 20m b\n--\nA{subject=s2} 21m 21m a\n");
  EXPECT_FALSE(after.fault_counts({"A", "subject=s2"}, report("20m", "22m")));
  after.expire(at("23m1s"));
  EXPECT_EQ(text(after), "A{subject=s1} 20m 20m b\n--\n");
  EXPECT_TRUE(recovery(after, "22m", "24m"));
}

}  // namespace
}  // namespace alarum::correlate
