// Receipts and redrives as records: a book is what the journal says, however often and into which
// book it is replayed.
#include <gtest/gtest.h>

#include "alert/codec.h"
#include "config/routing.h"
#include "engine/processor.h"
#include "tests/engine/world.h"

namespace alarum::engine {
namespace {

using Outcome = model::Receipt::Outcome;
using Lines = std::vector<std::string>;

constexpr auto kDownRules =
    "rules:\n- {alert: Down, match: linkDown, until: linkUp, by: subject, severity: critical}\n";

class RecordedLetters : public testing::Test {
 protected:
  RecordedLetters() {
    put(model::Reload{generation_->rules().hash});
    put(support::event_of("linkDown s1", at(records_.size()), "1"));
    open();
    step_all();
  }

  static Time at(std::size_t minute) { return support::at(std::to_string(minute) + "m"); }
  void put(model::Payload payload) {
    records_.push_back({records_.size(), at(records_.size()), 0, std::move(payload), std::nullopt});
  }
  void ends(const std::string& id, Outcome outcome) {
    put(model::Receipts{{{id, outcome, 1, "500", at(records_.size()), "ops/w/0"}}});
  }

  /// A book and an engine that know nothing.
  void open() {
    processor_.reset(), engine_.reset(), book_.reset();
    folder_ = std::make_unique<support::Folder>();
    auto book = alert::Book::open(*folder_ / "book.sqlite");
    ASSERT_TRUE(book) << book.error().message;
    book_ = std::move(*book);
    start();
  }
  /// An engine that knows nothing, on the book that there is.
  void start() {
    processor_.reset();
    engine_ = std::make_unique<Engine>(
        [this](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
          return generation_;
        });
    const auto compose = [](const std::string&, const model::Message& message) {
      return std::optional(model::Content{alert::message_json(message), ""});
    };
    DeliveryConfig outlets{std::make_shared<config::Routing>(config::routing_to("ops")),
                           {{"ops/w/0", "ops"}, {"night/w/0", "night"}},
                           compose,
                           {{"ops/w/0", {"night/w/0"}}}};
    processor_ = std::make_unique<Processor>(*engine_, *book_, std::move(outlets));
  }
  /// From where the engine stands, with one commit at the end, as a replay does.
  void step_all() {
    for (; processor_->next_offset() < records_.size();) {
      const auto& record = records_[processor_->next_offset()];
      ASSERT_TRUE(processor_->prepare(record));
      ASSERT_TRUE(processor_->step(record));
    }
    ASSERT_TRUE(processor_->commit());
  }
  /// All that the book has of notifications, with how they stand.
  Lines told() {
    Lines out;
    const auto entries = book_->entries({})->entries;
    for (const auto& one : entries) {
      if (one.kind != alert::Book::Entry::Kind::notification) continue;
      out.push_back(one.id + ' ' + one.target + ' ' + one.outcome + ' ' + one.detail);
    }
    return out;
  }
  std::string waiting(const std::string& target) {
    const auto pending = *book_->pending(target, 0, 9);
    return pending.empty() ? "" : pending.front().id;
  }
  /// The same, in the one that lived and in one made from the records alone.
  void expect_the_same_of_a_replay() {
    const auto lived = told();
    open();
    step_all();
    EXPECT_EQ(told(), lived);
  }

  const std::shared_ptr<const match::Generation> generation_ = generation_of(kDownRules);
  std::vector<model::Record> records_;
  std::unique_ptr<support::Folder> folder_;
  std::unique_ptr<alert::Book> book_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Processor> processor_;
};

TEST_F(RecordedLetters, WhatWasDeliveredIsNotSentAgainByAnEmptyBook) {
  const auto id = waiting("ops/w/0");
  ASSERT_NE(id, "");
  ends(id, Outcome::waiting);
  ends(id, Outcome::delivered);
  step_all();
  EXPECT_EQ(told(), Lines{id + " ops/w/0 delivered 500"});
  expect_the_same_of_a_replay();
  EXPECT_EQ(waiting("ops/w/0"), "");
}

TEST_F(RecordedLetters, AFallbackIsToldInAReplayWhereItsLetterIsOfTheSameCommit) {
  ends(waiting("ops/w/0"), Outcome::dead);
  step_all();
  EXPECT_NE(waiting("night/w/0"), "");
  expect_the_same_of_a_replay();
  EXPECT_NE(waiting("night/w/0"), "");
}

TEST_F(RecordedLetters, ARedriveMakesTheSameNotificationInAReplayAndSaysWhatBecameOfIt) {
  const auto id = waiting("ops/w/0");
  ends(id, Outcome::dead);
  put(model::Redrive{{id, "ntf-of-nobody"}});
  step_all();
  const auto* outcomes = processor_->redriven(3);
  ASSERT_TRUE(outcomes);
  EXPECT_EQ(std::pair(outcomes->at(0).outcome, outcomes->at(1).outcome),
            std::pair(std::string("redriven"), std::string("not_there")));
  EXPECT_EQ(outcomes->at(0).as, waiting("ops/w/0"));
  EXPECT_FALSE(processor_->redriven(2));
  ends(waiting("ops/w/0"), Outcome::delivered);
  step_all();
  expect_the_same_of_a_replay();
}

// A replay goes over records that the book has: nothing of them is entered or sent once more.
TEST_F(RecordedLetters, WhatTheBookHasOfARedriveIsNotMadeAgain) {
  const auto id = waiting("ops/w/0");
  ends(id, Outcome::dead);
  put(model::Redrive{{id}});
  step_all();
  const auto before = told();
  start();
  step_all();
  EXPECT_EQ(told(), before);
}

TEST_F(RecordedLetters, WhatIsNotDeadMeanwhileIsNotSentAgain) {
  const auto id = waiting("ops/w/0");
  put(model::Redrive{{id}});
  step_all();
  EXPECT_EQ(processor_->redriven(2)->at(0).outcome, "not_there");
  put(support::event_of("linkUp s1", at(records_.size()), "2"));
  ends(id, Outcome::dead);
  put(model::Redrive{{id}});
  step_all();
  EXPECT_EQ(processor_->redriven(5)->at(0).outcome, "no_longer_true");
  expect_the_same_of_a_replay();
}

}  // namespace
}  // namespace alarum::engine
