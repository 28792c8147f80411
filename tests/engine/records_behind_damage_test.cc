// What a start makes of the records behind damage that its book lacks, and how it counts who was
// notified before.
#include "alert/posted.h"
#include "tests/engine/damaged.h"

namespace alarum::engine {
namespace {

// Down of 2 was told to have ended, and that of 5 to fire, before the book had either. Without 2
// that of 3 fires and ends: the message of 5 has to come behind that once more (seed 12001987).
TEST_F(Damaged, WhatIsMadeOfRecordsThatTheBookLacksIsToldAnewBehindDamage) {
  event("linkDown");
  replay();
  const auto in_book = ids();
  for (const auto* type : {"linkDown", "linkUp", "linkDown"}) event(type);
  auto before_crash = std::exchange(book_, std::move(*alert::Book::open(":memory:")));
  replay();
  const auto lived = ids();
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "resolved Down recovered\n",
                                                "firing Down \n"}));
  book_ = std::move(before_crash);
  start(2, 3);
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "firing Down \n",
                                                "resolved Down recovered\n", "firing Down \n"}));
  for (const auto& id : ids()) EXPECT_EQ(lived.contains(id), in_book.contains(id)) << id;
}

TEST_F(Damaged, WhatIsMadeOfRecordsThatTheBookLacksHasItsIdsWithoutDamage) {
  event("linkDown");
  replay();
  event("linkUp");
  start();
  const auto lived = ids();
  EXPECT_EQ(lived.size(), 2U);
  book_ = std::move(*alert::Book::open(":memory:"));
  start();
  EXPECT_EQ(ids(), lived);
}

// A start that went over damage saved its state on the way, and was cut short (seed 841 of lives
// with more flips).
TEST_F(Damaged, WhatWasSavedBehindDamageSaysSoUntilPeopleLearnOfIt) {
  const auto saved_by = [&](const std::string& state) {
    open();
    processor_->expect(records_.size() - 1, records_.size());
    EXPECT_TRUE(processor_->restore(state));
    return processor_->inherited_damage();
  };
  replay();
  processor_->note_damage({"a place"});
  auto state = checkpoint();
  event("linkDown");
  const std::vector<std::string> damage{"a place"};
  EXPECT_EQ(saved_by(state), damage);
  EXPECT_EQ(saved_by(checkpoint()), damage) << "saved by one that inherited it";
  EXPECT_TRUE(processor_->step(records_.back()));
  EXPECT_TRUE(processor_->commit());
  const auto told = ids();
  EXPECT_EQ(told.size(), 1U);
  book_ = std::move(*alert::Book::open(":memory:"));
  replay();
  EXPECT_NE(ids(), told) << "a run that did not meet the damage may have told of the record";

  alert::Posted posted;
  posted.labels = {{"alertname", std::string(kDamageAlert)}, {"severity", "critical"}};
  put(alert::event_of(posted, "1", "alarum"));
  EXPECT_EQ(saved_by(state), damage);
  processor_->note_damage({"another"});
  EXPECT_TRUE(processor_->step(records_.back()));
  EXPECT_EQ(processor_->inherited_damage(), std::vector<std::string>());
  EXPECT_EQ(saved_by(checkpoint()), std::vector<std::string>{"another"})
      << "a run before told of the first one";
  processor_->note_damage({"another"});
  put(alert::event_of(posted, "2", "alarum"));
  EXPECT_TRUE(processor_->step(records_.back()));
  EXPECT_EQ(saved_by(checkpoint()), std::vector<std::string>());
}

TEST_F(Damaged, ABookThatIsMadeAgainGetsWhatFires) {
  event("linkDown");
  start();
  book_ = std::move(*alert::Book::open(":memory:"));
  ASSERT_TRUE(book_->commit({{}, {}, {}, {}, records_.size(), records_.size()}));
  EXPECT_EQ(start(), "firing Down \n");
  EXPECT_EQ(book_->counts()->firing, 1U);
  EXPECT_EQ(start(), "");
}

// A replay sends old records through the present config, and what it makes of those that the book
// has is not entered.
TEST_F(Damaged, WhatAConfigKeptBackIsNotifiedWhenItIsGoneAfterAReplay) {
  const std::string plain = routing_,
                    inhibits = plain +
                               "\ninhibit_rules: [{source_matchers: [alertname=Host], "
                               "target_matchers: [alertname=Down]}]";
  routing_ = inhibits;
  event("hostDown");
  event("linkDown");
  start();
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Host \n"}));
  routing_ = plain;
  EXPECT_EQ(start(), "");
  EXPECT_EQ(tick(), "firing Down \n");
  start();
  EXPECT_EQ(tick(), "") << "once";
  routing_ = inhibits;
  start();
  EXPECT_EQ(tick(), "");
  event("hostUp");
  start();
  EXPECT_EQ(bodies().back(), "resolved Host recovered\n");
  EXPECT_EQ(tick(), "") << "it is released, and known";
  event("linkUp");
  start();
  EXPECT_EQ(bodies().back(), "resolved Down recovered\n");
}

// A replay wrote a checkpoint at its end and was cut short: the next start has nothing to replay.
TEST_F(Damaged, ACheckpointWithinAReplayHasWhoWasNotifiedByTheBook) {
  const std::string plain = routing_;
  routing_ +=
      "\ninhibit_rules: [{source_matchers: [alertname=Host], target_matchers: [alertname=Down]}]";
  event("hostDown");
  event("linkDown");
  start();
  routing_ = plain;
  replay();
  ASSERT_TRUE(processor_->agree_with_book());
  start_from(checkpoint());
  EXPECT_EQ(tick(), "firing Down \n");
}

// The book knows of notifications of records that such a replay has yet to step: with those for
// known, nothing is news there, and `repeat_interval` counts from the message before (seeds 400322,
// 200468).
TEST_F(Damaged, ACheckpointWithinAReplayThatIsBehindTheBookMovesNoReminder) {
  routing_ =
      "route: {receiver: ops, group_by: [subject], group_wait: 0s, group_interval: 2m, "
      "repeat_interval: 3m}";
  event("linkDown");
  event("hostDown");
  put(model::Tick{});
  start();
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "firing Down \nfiring Host \n"}));
  const auto start_with_checkpoint = [&] {
    open();
    for (const auto& record : records_) {
      EXPECT_TRUE(processor_->step(record));
      if (record.offset == 3) {
        EXPECT_TRUE(processor_->agree_with_book());
      }
    }
    EXPECT_TRUE(
        processor_->reconcile({records_.size(), support::at("1h"), "not confirmed: a test"}));
  };
  EXPECT_EQ(tick(), "");
  start_with_checkpoint();
  EXPECT_EQ(tick(), "") << "too soon: two minutes after the second message";
  start_with_checkpoint();
  EXPECT_EQ(tick(), "");
  EXPECT_EQ(tick(), "firing Down \nfiring Host \n") << "missed: the replay had reminded";
}

// A start notifies anew of what became a dead letter, which no replay of the records knows.
TEST_F(Damaged, RemindersCountFromWhatAStartBeforeNotifiedOf) {
  routing_ =
      "route: {receiver: ops, group_by: [subject], group_wait: 0s, group_interval: 1m, "
      "repeat_interval: 3m}";
  event("linkDown");
  start();
  alert::Book::Batch batch;
  const auto letter = book_->pending("ops/w/0", 0, 1)->front().id;
  batch.receipts.push_back({letter, model::Receipt::Outcome::dead, 1, "404", support::at("2m")});
  ASSERT_TRUE(book_->commit(batch));
  start();
  EXPECT_EQ(tick(), "firing Down \n");
  EXPECT_EQ(tick(), "");
  start();
  EXPECT_EQ(tick(), "") << "too soon: two minutes after";
  start();
  EXPECT_EQ(tick(), "firing Down \n") << "missed: the replay had reminded a minute before";
}

// Who is silenced in a group of another config was recorded in none.
TEST_F(Damaged, WhyAnAlertIsKeptBackInItsNewGroupIsRecordedAfterAReplay) {
  model::Silence silence;
  silence.id = "S", silence.matchers = *model::parse_matchers("alertname=Down"),
  silence.starts_at = support::at("4m"), silence.ends_at = support::at("9h");
  event("linkDown");
  put(model::Tick{});
  put(model::SetSilence{model::silence_json(silence)});
  put(model::Tick{});
  start();
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 1m}";
  start();
  const auto recorded = [&] {
    std::size_t count = 0;
    const auto& [id, live] = *engine_->active_alerts().all().begin();
    const auto reasons = book_->reasons(live.alert.id);
    for (const auto& one : *reasons)
      count += one[1] == "{}:{alertname=\"Down\"}" && one[2] == "silenced";
    return count;
  };
  EXPECT_EQ(tick(), "");
  EXPECT_EQ(tick(), "");
  EXPECT_EQ(recorded(), 1U);
}

// By a replay under another config its group was looked at among records that the book has: all
// waited for a roll-up, so nobody was told, and no time was set for the next look (seed 1511841).
TEST_F(Damaged, WhyAnAlertIsKeptBackIsRecordedUnderAnotherConfigToo) {
  const auto path = on_disk();
  generation_ = generation_of(
      "rules: [{alert: Down, match: linkDown, until: linkUp, by: subject}, "
      "{alert: All, gather: [Down], by: subject, settle: 30s}]");
  records_[1].payload = model::Reload{generation_->rules().hash};
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 1h, group_interval: 1h}";
  event("linkDown");
  replay();
  routing_ = "route: {receiver: ops, group_by: ['...'], group_wait: 0s, group_interval: 0s}";
  EXPECT_EQ(start(), "");
  const auto sums = [&] { return *alert::BookView::open(path)->sums(); };
  EXPECT_EQ(sums().unaccounted, 0U) << sums().example;
  EXPECT_EQ(tick(), "firing All \n");
  EXPECT_EQ(std::pair(sums().unaccounted, sums().waiting), std::pair(0UL, 0UL));
}

}  // namespace
}  // namespace alarum::engine
