// What waited, or was kept back, when a start met damage.
#include "tests/engine/damaged.h"

namespace alarum::engine {
namespace {

// Who was notified after the newest checkpoint only the book knows (seed 502058).
TEST_F(Damaged, AnEndThatWaitedAndIsLostIsToldToWhomTheBookSays) {
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 1m, group_interval: 1h}";
  event("linkDown");
  replay();
  const auto state = checkpoint();
  put(model::Tick{});
  event("linkUp");
  start();
  EXPECT_EQ(bodies(), std::vector<std::string>{"firing Down \n"});
  start_from(state);
  end_once_more();
  tick_at("2h");
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "resolved Down manual\n"}));
}

// Its first end waits as well until somebody is notified of the second (seeds 400194, 502055).
TEST_F(Damaged, TheLedgerBalancesWhileALostEndWaitsOnceMore) {
  const auto path = on_disk();
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 1h}";
  lose_an_end();
  const auto sums = [&] {
    const auto found = *alert::BookView::open(path)->sums();
    return std::pair(found.unaccounted, found.waiting);
  };
  EXPECT_EQ(sums(), std::pair(std::uint64_t{0}, std::uint64_t{2}));
  tick_at("2h");
  EXPECT_EQ(sums(), std::pair(std::uint64_t{0}, std::uint64_t{0}));
  EXPECT_EQ(bodies().back(), "resolved Down manual\n");
}

// Where no record of what the book has is replayed either.
TEST_F(Damaged, AnEndThatWaitedAndWhoseRecordsAreAllLostIsNotifiedAfterAStartThatWasCutShort) {
  const auto path = on_disk();
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 1h}";
  replay();
  const auto state = checkpoint();
  event("linkDown");
  put(model::Tick{});
  event("linkUp");
  start();
  EXPECT_EQ(bodies(), std::vector<std::string>{"firing Down \n"});
  put(model::Tick{});
  const auto replay_the_last = [&] {
    open();
    ASSERT_TRUE(processor_->restore(state));
    ASSERT_TRUE(processor_->step(records_.back()));
    ASSERT_TRUE(processor_->commit());
  };
  replay_the_last();
  processor_.reset(), book_.reset();
  book_ = std::move(*alert::Book::open(path));
  replay_the_last();
  ASSERT_TRUE(processor_->reconcile({records_.size(), support::at("1h"), "a test"}));
  EXPECT_EQ(bodies().back(), "resolved Down recovered\n");
}

TEST_F(Damaged, WhatALostSilenceKeptBackIsNotified) {
  model::Silence silence;
  silence.id = "S", silence.matchers = *model::parse_matchers("alertname=Down"),
  silence.starts_at = support::at("1m"), silence.ends_at = support::at("9h");
  put(model::SetSilence{model::silence_json(silence)});
  event("linkDown");
  start();
  EXPECT_EQ(tick(), "");
  start(2, 3);
  EXPECT_EQ(tick(), "firing Down \n");
}

TEST_F(Damaged, NobodyIsNotifiedThatASilencedAlertIsLost) {
  event("linkDown");
  silence("4m");
  start();
  EXPECT_EQ(bodies().size(), 1U);
  EXPECT_EQ(start(2, 3), "");
  EXPECT_EQ(parted_.lost.size(), 1U);
}

TEST_F(Damaged, NobodyIsNotifiedOfWhatIsSilencedAndWasNotRecorded) {
  event("linkDown");
  silence("4m");
  start();
  book_ = std::move(*alert::Book::open(":memory:"));
  ASSERT_TRUE(book_->commit({{}, {}, {}, {}, records_.size(), records_.size()}));
  EXPECT_EQ(start(), "");
  EXPECT_EQ(book_->counts()->firing, 1U);
}

// Its group waited, and then nobody knew any more what for.
TEST_F(Damaged, TheLedgerBalancesWhereAnAlertWasLostBeforeAnybodyWasNotified) {
  const auto path = on_disk();
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 2h, group_interval: 1h}";
  event("linkDown");
  event("linkDown");
  event("linkUp");
  event("hostDown");
  put(model::Stop{});
  start();
  EXPECT_EQ(start(2, 6), "");
  EXPECT_EQ(tick(), "");
  const auto sums = *alert::BookView::open(path)->sums();
  EXPECT_EQ(std::pair(sums.unaccounted, sums.waiting),
            std::pair(std::uint64_t{0}, std::uint64_t{0}))
      << sums.example;
}

TEST_F(Damaged, AnEndThatWaitedWhenItsAlertWasLostIsNotified) {
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 1h}";
  event("linkDown");
  put(model::Tick{});
  event("linkUp");
  start();
  EXPECT_EQ(bodies(), std::vector<std::string>{"firing Down \n"});
  EXPECT_EQ(start(2, 3), "resolved Down recovered\n");
  EXPECT_EQ(start(2, 3), "") << "once";
  EXPECT_EQ(tick(), "");
}

// Its only notification is of the same record as its end, and was made before that (seed 2102752).
TEST_F(Damaged, AnEndThatWaitedIsNotifiedAlsoWhereOneRecordHadTheBeginningToo) {
  const auto path = on_disk();
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 3h}";
  generation_ = generation_of(
      "rules: [{alert: Down, match: linkDown, for: 1m, until: linkUp, by: subject, "
      "resolve_after: 5m}]");
  records_[1].payload = model::Reload{generation_->rules().hash};
  event("linkDown");
  put(model::Tick{});
  records_.back().at = support::at("30m");
  start();
  EXPECT_EQ(bodies(), std::vector<std::string>{"firing Down \n"});
  EXPECT_EQ(alert::BookView::open(path)->sums()->waiting, 1U);
  EXPECT_EQ(start(2, 4), "resolved Down timeout\n");
  EXPECT_EQ(start(2, 4), "") << "once";
  const auto sums = *alert::BookView::open(path)->sums();
  EXPECT_EQ(std::pair(sums.unaccounted, sums.waiting), std::pair(0UL, 0UL)) << sums.example;
}

// Records that the book did not have are in it, and nobody has looked what was lost.
TEST_F(Damaged, AnEndThatWaitedIsNotifiedAlsoWhereTheStartBeforeWasCutShort) {
  const auto path = on_disk();
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 1h}";
  event("linkDown");
  put(model::Tick{});
  event("linkUp");
  start();
  put(model::Tick{});
  replay(2, 3);
  processor_.reset(), book_.reset();
  book_ = std::move(*alert::Book::open(path));
  EXPECT_EQ(start(2, 3), "resolved Down recovered\n");
}

TEST_F(Damaged, AnEndThatWaitedIsNotifiedUnlessItFiresAnew) {
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 1h}";
  event("linkDown");
  put(model::Tick{});
  event("linkUp");
  event("linkDown");
  start();
  EXPECT_EQ(start(2, 3), "");
}

// The replay told of it at once, of a record that the book had: nobody was.
TEST_F(Damaged, AnEndThatWaitedIsNotifiedAlsoWhereAReplayUnderAnotherConfigPassedItOver) {
  const std::string routes =
      "route: {receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: ";
  routing_ = routes + "1h}";
  event("linkDown");
  put(model::Tick{});
  event("linkUp");
  put(model::Tick{});
  start();
  EXPECT_EQ(bodies(), std::vector<std::string>{"firing Down \n"});
  routing_ = routes + "0s}";
  EXPECT_EQ(start(), "resolved Down recovered\n");
  EXPECT_EQ(start(), "");
}

}  // namespace
}  // namespace alarum::engine
