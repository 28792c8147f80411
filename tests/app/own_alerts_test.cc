#include "app/own_alerts.h"

#include <gtest/gtest.h>

#include "tests/ingest/journals.h"

namespace alarum::app {
namespace {

// Keeps what it is handed until the test says what became of it.
struct SlowJournal final : ingest::FullJournal {
  bool submit(journal::Submission submission) override {
    if (full) return false;
    taken.push_back(std::move(submission));
    return true;
  }
  void answer(Result<std::vector<journal::Outcome>> outcome) {
    auto first = std::move(taken.front());
    taken.erase(taken.begin());
    first.done(std::move(outcome));
  }
  std::vector<journal::Submission> taken;
  bool full = false;
};

alert::Posted named(const std::string& name, const std::string& summary) {
  alert::Posted posted;
  posted.labels = {{"alertname", name}, {"severity", "critical"}};
  posted.annotations = {{"summary", summary}};
  return posted;
}

TEST(OwnAlerts, WhatTheJournalDoesNotTakeIsTriedAgainUntilItDoes) {
  SlowJournal journal;
  SystemClock clock;
  OwnAlerts alerts(journal, clock);
  journal.full = true;
  alerts.post(named("Damaged", "queue full"));
  journal.full = false;
  alerts.retry();
  ASSERT_EQ(journal.taken.size(), 1U);
  alerts.retry();
  EXPECT_EQ(journal.taken.size(), 1U) << "it is under way";
  journal.answer(fail("disk_full", ""));
  alerts.retry();
  ASSERT_EQ(journal.taken.size(), 1U);
  journal.answer(std::vector<journal::Outcome>(1));
  alerts.retry();
  EXPECT_TRUE(journal.taken.empty()) << "it is in the journal";
}

TEST(OwnAlerts, TheNewestOfAnAlertTakesThePlaceOfOneThatFailed) {
  SlowJournal journal;
  SystemClock clock;
  OwnAlerts alerts(journal, clock);
  alerts.post(named("Damaged", "first"));
  alerts.post(named("Damaged", "second"));
  alerts.post(named("Clock", "other"));
  journal.answer(fail("disk_full", ""));
  journal.answer(std::vector<journal::Outcome>(1));
  journal.answer(fail("disk_full", ""));
  alerts.retry();
  ASSERT_EQ(journal.taken.size(), 1U)
      << "the second one was taken, and the first is no longer true";
  EXPECT_EQ(journal.taken[0].items[0].event.type(), "Clock");
}

}  // namespace
}  // namespace alarum::app
