// After damage: a checkpoint under rules that are gone, and a book that knows other alerts than the engine.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <utility>

#include "alert/book_view.h"
#include "alert/posted.h"
#include "base/node.h"
#include "config/routing.h"
#include "engine/ledger.h"
#include "tests/engine/world.h"

namespace alarum::engine {
namespace {

using Generation = std::shared_ptr<const match::Generation>;

TEST(StandIn, WhatBelongsToRulesThatAreTheSameLivesOnUnderOtherOnes) {
  const std::string sequence = "- {alert: Reboot, sequence: [a, b], within: 1h, by: subject, resolve_after: 1h}\n";
  const std::string rules = "rules:\n- {alert: Down, match: linkDown, until: linkUp, by: subject}\n- {alert: Storm, match: hit, count: 3, within: 1h, by: subject}\n"
                            "- {alert: Quiet, match: beat, absent: 6h, by: subject}\n" + sequence;
  World world(rules);
  world.play("1m linkDown s1\n2m hit s1\n3m hit s1\n4m beat s1\n5m a s1");
  const auto state = saved(world.engine());
  // Storm has another threshold, Quiet and Reboot are gone or remember something else.
  const auto other = generation_of("rules:\n- {alert: Down, match: linkDown, until: linkUp, by: subject}\n- {alert: Storm, match: hit, count: 2, within: 1h, by: subject}\n"
                                   "- {alert: Quiet, match: beat, absent: 6h, by: [subject, type]}\n- {alert: New, match: hit, count: 9, within: 1h, by: subject}\n");
  Engine engine([&](const std::string&) -> Result<Generation> { return other; });
  const auto done = engine.restore(state);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(engine.instances().all().size(), 1U);
  EXPECT_EQ(engine.correlator().keys(), 1U) << "Storm's";
  const auto changes = engine.step({9, support::at("6m"), 0, support::event_of("hit s1", support::at("6m"), "x"), std::nullopt});
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->size(), 1U);
  EXPECT_EQ(shown(changes->front()), "6m fired Storm{subject=s1}\n");
}

std::shared_ptr<const config::Routing> one_receiver(const std::string& text) {
  Diagnostics out;
  const auto root = parse_yaml(text, "c.yaml", out);
  return std::make_shared<const config::Routing>(config::read_routing(*root, {"ops"}, out));
}

/// A book, and engines that come and go over records of ours.
class Damaged : public testing::Test {
 protected:
  Damaged() {
    put(model::Start{});
    put(model::Reload{generation_->rules().hash});
  }
  void put(model::Payload payload) { records_.push_back({records_.size(), support::at(std::to_string(records_.size()) + "m"), 0, std::move(payload), std::nullopt}); }
  void event(const std::string& type) { put(support::event_of(type + " s1", support::at(std::to_string(records_.size()) + "m"), std::to_string(records_.size()))); }

  void open() {
    engine_ = std::make_unique<Engine>([this](const std::string&) -> Result<Generation> { return generation_; });
    const auto compose = [](const std::string&, const model::Message& message) {
      std::string text;
      for (const auto& change : message.changes) text += std::string(to_text(change.alert.state)) + ' ' + change.alert.rule + ' ' + std::string(to_text(change.alert.reason)) + '\n';
      return std::optional(model::Content{text, ""});
    };
    ledger_ = std::make_unique<Ledger>(*engine_, *book_, Outlets{one_receiver(routing_), {{"ops/w/0", "ops"}}, compose, {}});
  }
  void replay(std::size_t from = 99, std::size_t to = 99) {
    open();
    ledger_->expect(0, records_.size());
    for (const auto& record : records_) {
      if (record.offset >= from && record.offset < to) continue;
      EXPECT_TRUE(ledger_->step(record));
    }
    EXPECT_TRUE(ledger_->commit());
  }
  /// A start: replays all records but those from `from` to `to`, then reconciles. What people are notified of by that.
  std::string start(std::size_t from = 99, std::size_t to = 99) {
    replay(from, to);
    const auto before = bodies().size();
    auto parted = ledger_->reconcile({records_.size(), support::at("1h"), "not confirmed: a test"});
    EXPECT_TRUE(parted);
    parted_ = *parted;
    std::string out;
    const auto after = bodies();
    for (auto i = before; i < after.size(); ++i) out += after[i];
    return out;
  }
  std::vector<std::string> bodies() {
    std::vector<std::string> out;
    const auto waiting = *book_->pending("ops/w/0", 0, 100);
    for (const auto& one : waiting) out.push_back(one.body);
    return out;
  }
  std::set<std::string> ids() {
    std::set<std::string> out;
    const auto waiting = *book_->pending("ops/w/0", 0, 100);
    for (const auto& one : waiting) out.insert(one.id);
    return out;
  }

  /// An empty book in a file.
  std::string on_disk() {
    const auto path = testing::TempDir() + "lost_test.sqlite";
    for (const auto* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
    book_ = std::move(*alert::Book::open(path));
    return path;
  }
  /// What a checkpoint of now holds.
  std::string checkpoint() {
    auto state = ledger_->begin_save();
    while (ledger_->saving()) state += ledger_->save_some(1 << 20);
    return state;
  }
  /// A start from there: no record that came after it can be read.
  void start_from(const std::string& state) {
    open();
    EXPECT_TRUE(ledger_->restore(state));
    const auto parted = ledger_->reconcile({records_.size(), support::at("1h"), "a test"});
    EXPECT_TRUE(parted);
    parted_ = *parted;
  }
  void step(model::Record record) {
    records_.push_back(std::move(record));
    EXPECT_TRUE(ledger_->step(records_.back()));
    EXPECT_TRUE(ledger_->commit());
  }
  /// Down fires, somebody is notified, a checkpoint is made, and it ends: a start from there has lost
  /// the end, and it is ended once more.
  void lose_an_end() {
    event("linkDown");
    put(model::Tick{});
    replay();
    const auto state = checkpoint();
    event("linkUp");
    start();
    start_from(state);
    end_once_more();
  }
  void end_once_more() {
    ASSERT_EQ(parted_.over.size(), 1U);
    put(model::ResolveAlert{parted_.over.front(), "alarum", ""});
    EXPECT_TRUE(ledger_->step(records_.back()));
    EXPECT_TRUE(ledger_->commit());
  }
  /// Host keeps Down back, and a checkpoint is made; Host ends, and somebody is notified of Down.
  std::string lose_a_message() {
    routing_ =
        "route: {receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 5m}\n"
        "inhibit_rules: [{source_matchers: [alertname=Host], target_matchers: [alertname=Down]}]";
    event("hostDown");
    event("linkDown");
    replay();
    auto state = checkpoint();
    event("hostUp");
    while (records_.back().at < support::at("8m")) put(model::Tick{});
    start();
    EXPECT_EQ(bodies().back(), "firing Down \n");
    return state;
  }
  /// What is notified as Down ends, at the next look at its group.
  std::string end_of_down() {
    event("linkUp");
    EXPECT_TRUE(ledger_->step(records_.back()));
    std::string out;
    while (records_.back().at < support::at("13m")) out += tick();
    return out;
  }
  void tick_at(const std::string& time) {
    step({records_.size(), support::at(time), 0, model::Tick{}, std::nullopt});
  }

  /// Down is, until long after the test.
  void silence(const std::string& from) {
    model::Silence silence;
    silence.id = "S", silence.matchers = *model::parse_matchers("alertname=Down"), silence.starts_at = support::at(from), silence.ends_at = support::at("9h");
    put(model::SetSilence{model::silence_json(silence)});
  }

  /// What is notified as time passes.
  std::string tick() {
    const auto before = bodies().size();
    put(model::Tick{});
    EXPECT_TRUE(ledger_->step(records_.back()));
    EXPECT_TRUE(ledger_->commit());
    std::string out;
    const auto after = bodies();
    for (auto i = before; i < after.size(); ++i) out += after[i];
    return out;
  }

  std::string routing_ = "route: {receiver: ops}";
  Generation generation_ = generation_of("rules: [{alert: Host, match: hostDown, until: hostUp, by: subject}, {alert: Down, match: linkDown, until: linkUp, by: subject}]");
  std::unique_ptr<alert::Book> book_ = std::move(*alert::Book::open(":memory:"));
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Ledger> ledger_;
  std::vector<model::Record> records_;
  Ledger::Parted parted_;
};

TEST_F(Damaged, NothingIsDoneWhereNothingWasLost) {
  event("linkDown");
  EXPECT_EQ(start(), "");
  EXPECT_EQ(start(), "");
  EXPECT_FALSE(parted_.any());
  EXPECT_EQ(bodies().size(), 1U);
}

TEST_F(Damaged, AnAlertThatIsGoneEndsAsLostOnce) {
  event("linkDown");
  start();
  EXPECT_EQ(start(2, 3), "resolved Down lost\n");
  EXPECT_EQ(parted_.lost.size(), 1U);
  EXPECT_EQ(book_->counts()->firing, 0U);
  EXPECT_EQ(start(2, 3), "");
  EXPECT_EQ(book_->history()->size(), 2U);
}

TEST_F(Damaged, AnAlertWhoseFirstEventIsLostFiresOnAsTheOneOfItsSecond) {
  event("linkDown");
  event("linkDown");
  start();
  EXPECT_EQ(start(2, 3), "firing Down \n");
  EXPECT_EQ(std::tuple(parted_.lost.size(), parted_.found.size()), std::tuple(1U, 1U));
  EXPECT_EQ(book_->counts()->firing, 1U);
  EXPECT_EQ(start(2, 3), "");
  event("linkUp");
  start(2, 3);
  EXPECT_EQ(bodies().back(), "resolved Down recovered\n");
}

// The second is entered by the replay, with its message: the end of the first, behind that, was
// taken for its own (seed 1513409).
TEST_F(Damaged, NobodyIsToldOfALostEndBehindTheBeginningOfTheNext) {
  event("linkDown");
  replay();
  event("linkDown");
  EXPECT_EQ(start(2, 3), "");
  EXPECT_EQ(parted_.lost.size(), 1U);
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "firing Down \n"}));
  event("linkUp");
  start(2, 3);
  EXPECT_EQ(bodies().back(), "resolved Down recovered\n");
}

TEST_F(Damaged, AnAlertWhoseEndIsLostIsNamedToBeEnded) {
  event("linkDown");
  event("linkUp");
  start();
  EXPECT_EQ(start(3, 4), "");
  ASSERT_EQ(parted_.over.size(), 1U);
  put(model::ResolveAlert{parted_.over.front(), "alarum", ""});
  start(3, 4);
  EXPECT_FALSE(parted_.any());
  event("linkDown");
  start(3, 4);
  EXPECT_EQ(bodies().back(), "firing Down \n");
}

// Its group is looked at before the record that ends it comes (seeds 560 and 175 of a trial).
TEST_F(Damaged, NobodyIsNotifiedThatAnAlertFiresWhoseEndIsLost) {
  event("linkDown");
  put(model::Tick{});
  event("linkUp");
  start();
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "resolved Down recovered\n"}));
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 4m, group_interval: 1m}";
  EXPECT_EQ(start(4, 5), "");
  ASSERT_EQ(parted_.over.size(), 1U);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(tick(), "");
  put(model::ResolveAlert{parted_.over.front(), "alarum", ""});
  EXPECT_TRUE(ledger_->step(records_.back()));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(tick(), "");
}

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

TEST_F(Damaged, NobodyIsToldTwiceOfAnEndThatIsLost) {
  lose_an_end();
  tick_at("2h");
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "resolved Down recovered\n"}));
}

// Who was notified in the group of another config.
TEST_F(Damaged, AnEndThatIsLostIsToldInTheGroupOfTheConfigOfNow) {
  const std::string times = ", group_wait: 1m, group_interval: 1h}";
  routing_ = "route: {receiver: ops, group_by: [alertname]" + times;
  event("linkDown");
  replay();
  const auto state = checkpoint();
  put(model::Tick{});
  event("linkUp");
  start();
  EXPECT_EQ(bodies(), std::vector<std::string>{"firing Down \n"});
  routing_ = "route: {receiver: ops, group_by: [subject]" + times;
  start_from(state);
  end_once_more();
  tick_at("2h");
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "resolved Down manual\n"}));
}

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
    ledger_->expect(records_.size() - 1, records_.size());
    EXPECT_TRUE(ledger_->restore(state));
    return ledger_->inherited_damage();
  };
  replay();
  ledger_->note_damage({"a place"});
  auto state = checkpoint();
  event("linkDown");
  const std::vector<std::string> damage{"a place"};
  EXPECT_EQ(saved_by(state), damage);
  EXPECT_EQ(saved_by(checkpoint()), damage) << "saved by one that inherited it";
  EXPECT_TRUE(ledger_->step(records_.back()));
  EXPECT_TRUE(ledger_->commit());
  const auto told = ids();
  EXPECT_EQ(told.size(), 1U);
  book_ = std::move(*alert::Book::open(":memory:"));
  replay();
  EXPECT_NE(ids(), told) << "a run that did not meet the damage may have told of the record";

  alert::Posted posted;
  posted.labels = {{"alertname", std::string(kDamageAlert)}, {"severity", "critical"}};
  put(alert::event_of(posted, "1", "alarum"));
  EXPECT_EQ(saved_by(state), damage);
  ledger_->note_damage({"another"});
  EXPECT_TRUE(ledger_->step(records_.back()));
  EXPECT_EQ(ledger_->inherited_damage(), std::vector<std::string>());
  EXPECT_EQ(saved_by(checkpoint()), std::vector<std::string>{"another"})
      << "a run before told of the first one";
  ledger_->note_damage({"another"});
  put(alert::event_of(posted, "2", "alarum"));
  EXPECT_TRUE(ledger_->step(records_.back()));
  EXPECT_EQ(saved_by(checkpoint()), std::vector<std::string>());
}

// Its group was told, and a power cut took that out of the book (seed 1401336).
TEST_F(Damaged, AnEndIsToldToWhoMayHaveHeardOfItsBeginning) {
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 1m, group_interval: 1h}";
  event("linkDown");
  replay();
  EXPECT_EQ(bodies(), std::vector<std::string>());
  put(model::Tick{});
  EXPECT_EQ(start(2, 3), "resolved Down lost\n");
  EXPECT_EQ(start(2, 3), "");
}

TEST_F(Damaged, ItIsToldToThemAlsoAfterAStartThatWasCutShort) {
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 1m, group_interval: 1h}";
  event("linkDown");
  replay();
  put(model::Tick{});
  replay(2, 3);
  EXPECT_EQ(start(2, 3), "resolved Down lost\n");
}

TEST_F(Damaged, AfterAStopInOrderNobodyHearsOfTheEndAlone) {
  const auto path = on_disk();
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 1m, group_interval: 1h}";
  event("linkDown");
  put(model::Stop{});
  records_.back().at = records_[2].at;
  replay();
  EXPECT_EQ(start(2, 3), "");
  EXPECT_EQ(parted_.lost.size(), 1U);
  const auto sums = *alert::BookView::open(path)->sums();
  EXPECT_EQ(std::tuple(sums.unaccounted, sums.waiting, sums.suppressed.at("lost")),
            std::tuple(0U, 0U, 1U));
}

// Another alert of its group fires on: what is to be told of the group is not news.
TEST_F(Damaged, NobodyIsToldTwiceOfAnEndThatIsLostInAGroupThatFires) {
  routing_ = "route: {receiver: ops, group_by: [subject], group_wait: 0s, group_interval: 1m, repeat_interval: 9h}";
  event("linkDown");
  event("hostDown");
  put(model::Tick{});
  replay();
  const auto state = checkpoint();
  event("linkUp");
  put(model::Tick{});
  start();
  const std::vector<std::string> told{"firing Down \n", "firing Down \nfiring Host \n",
                                      "resolved Down recovered\nfiring Host \n"};
  EXPECT_EQ(bodies(), told);
  start_from(state);
  end_once_more();
  tick_at("2h");
  EXPECT_EQ(bodies(), told);
}

// Records that the book does not have come after those that are lost: a reminder is due.
TEST_F(Damaged, NobodyIsRemindedOfAnAlertWhoseEndIsLostWhileTheRestIsReplayed) {
  event("linkDown");
  put(model::Tick{});
  event("linkUp");
  start();
  open();
  for (std::size_t i = 0; i < 4; ++i) ASSERT_TRUE(ledger_->step(records_[i]));
  tick_at("9h");
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "resolved Down recovered\n"}));
}

TEST_F(Damaged, NobodyIsRemindedOfItWhereNothingOfWhatTheBookHasIsReplayed) {
  event("linkDown");
  put(model::Tick{});
  replay();
  const auto state = checkpoint();
  event("linkUp");
  start();
  open();
  ASSERT_TRUE(ledger_->restore(state));
  tick_at("9h");
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "resolved Down recovered\n"}));
}

// Of what the book has nothing is replayed, and the look that told of Down does not happen again:
// for the engine Host still fires, and keeps it back (seed 1523870).
TEST_F(Damaged, WhoWasNotifiedByALostRecordIsNotifiedOfTheEnd) {
  const auto state = lose_a_message();
  start_from(state);
  end_once_more();
  EXPECT_EQ(end_of_down(), "resolved Down recovered\n");
}

// A start steps records that the book does not have before it looks what was lost.
TEST_F(Damaged, WhoWasNotifiedByALostRecordIsNotifiedOfAnEndThatIsNewToTheBook) {
  const auto state = lose_a_message();
  open();
  ASSERT_TRUE(ledger_->restore(state));
  event("hostUp");
  ASSERT_TRUE(ledger_->step(records_.back()));
  EXPECT_EQ(end_of_down(), "resolved Down recovered\n");
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
    ASSERT_TRUE(ledger_->restore(state));
    ASSERT_TRUE(ledger_->step(records_.back()));
    ASSERT_TRUE(ledger_->commit());
  };
  replay_the_last();
  ledger_.reset(), book_.reset();
  book_ = std::move(*alert::Book::open(path));
  replay_the_last();
  ASSERT_TRUE(ledger_->reconcile({records_.size(), support::at("1h"), "a test"}));
  EXPECT_EQ(bodies().back(), "resolved Down recovered\n");
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

// A replay sends old records through the present config, and what it makes of those that the book has is not entered.
TEST_F(Damaged, WhatAConfigKeptBackIsNotifiedWhenItIsGoneAfterAReplay) {
  const std::string plain = routing_, inhibits = plain + "\ninhibit_rules: [{source_matchers: [alertname=Host], target_matchers: [alertname=Down]}]";
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
  routing_ += "\ninhibit_rules: [{source_matchers: [alertname=Host], target_matchers: [alertname=Down]}]";
  event("hostDown");
  event("linkDown");
  start();
  routing_ = plain;
  replay();
  ASSERT_TRUE(ledger_->agree_with_book());
  start_from(checkpoint());
  EXPECT_EQ(tick(), "firing Down \n");
}

// The book knows of notifications of records that such a replay has yet to step: with those for known, nothing is news
// there, and `repeat_interval` counts from the message before (seeds 400322, 200468).
TEST_F(Damaged, ACheckpointWithinAReplayThatIsBehindTheBookMovesNoReminder) {
  routing_ = "route: {receiver: ops, group_by: [subject], group_wait: 0s, group_interval: 2m, repeat_interval: 3m}";
  event("linkDown");
  event("hostDown");
  put(model::Tick{});
  start();
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "firing Down \nfiring Host \n"}));
  const auto start_with_checkpoint = [&] {
    open();
    for (const auto& record : records_) {
      EXPECT_TRUE(ledger_->step(record));
      if (record.offset == 3) {
        EXPECT_TRUE(ledger_->agree_with_book());
      }
    }
    EXPECT_TRUE(ledger_->reconcile({records_.size(), support::at("1h"), "not confirmed: a test"}));
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
  routing_ = "route: {receiver: ops, group_by: [subject], group_wait: 0s, group_interval: 1m, repeat_interval: 3m}";
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
  silence.id = "S", silence.matchers = *model::parse_matchers("alertname=Down"), silence.starts_at = support::at("4m"), silence.ends_at = support::at("9h");
  event("linkDown");
  put(model::Tick{});
  put(model::SetSilence{model::silence_json(silence)});
  put(model::Tick{});
  start();
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 1m}";
  start();
  const auto recorded = [&] {
    std::size_t count = 0;
    const auto& [id, live] = *engine_->instances().all().begin();
    const auto reasons = book_->reasons(live.alert.id);
    for (const auto& one : *reasons) count += one[1] == "{}:{alertname=\"Down\"}" && one[2] == "silenced";
    return count;
  };
  EXPECT_EQ(tick(), "");
  EXPECT_EQ(tick(), "");
  EXPECT_EQ(recorded(), 1U);
}

TEST_F(Damaged, WhatALostSilenceKeptBackIsNotified) {
  model::Silence silence;
  silence.id = "S", silence.matchers = *model::parse_matchers("alertname=Down"), silence.starts_at = support::at("1m"), silence.ends_at = support::at("9h");
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
  EXPECT_EQ(std::pair(sums.unaccounted, sums.waiting), std::pair(std::uint64_t{0}, std::uint64_t{0})) << sums.example;
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
  ledger_.reset(), book_.reset();
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
  const std::string routes = "route: {receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: ";
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
