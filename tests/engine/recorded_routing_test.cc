// Who is notified of what, as records say it: a replay notifies as the bridge did then, whatever
// the config says today.
#include <gtest/gtest.h>

#include "alert/codec.h"
#include "alert/posted.h"
#include "config/routing.h"
#include "engine/processor.h"
#include "tests/engine/world.h"

namespace alarum::engine {
namespace {

using Lines = std::vector<std::string>;

constexpr auto kDown =
    "rules:\n- {alert: Down, match: linkDown, until: linkUp, by: subject, severity: critical}\n";

// A routing's text is the name of the receiver at its root; there are always two.
DeliveryConfig outlets_for(const std::string& receiver) {
  const std::string other = receiver == "ops" ? "night" : receiver == "night" ? "ops" : "more";
  const auto compose = [receiver](const std::string&, const model::Message& message) {
    return std::optional(model::Content{receiver + alert::message_json(message), ""});
  };
  return {std::make_shared<config::Routing>(config::routing_to(receiver)),
          {{receiver + "/w/0", receiver}, {other + "/w/0", other}},
          compose,
          {}};
}

class RecordedRouting : public testing::Test {
 protected:
  RecordedRouting() {
    put(model::Reload{generation_->rules().hash, "ops"});
    put(support::event_of("linkDown s1", at(records_.size()), "1"));
  }
  static Time at(std::size_t minute) { return support::at(std::to_string(minute) + "m"); }
  void put(model::Payload payload) {
    records_.push_back({records_.size(), at(records_.size()), 0, std::move(payload), std::nullopt});
  }
  model::Event own_alert() const {
    alert::Posted posted;
    posted.labels = {{"alertname", "AlarumTargetFailing"}, {"severity", "warning"}};
    return alert::event_of(posted, std::to_string(records_.size()), "alarum");
  }
  void turn_to(const std::string& receiver) {
    put(model::Reload{generation_->rules().hash, receiver});
  }

  /// A book and an engine that know nothing, under a config that notifies `receiver`.
  void open(const std::string& receiver) {
    processor_.reset(), book_.reset();
    folder_ = std::make_unique<support::Folder>();
    auto book = alert::Book::open(*folder_ / "book.sqlite");
    ASSERT_TRUE(book) << book.error().message;
    book_ = std::move(*book);
    start(receiver);
  }
  /// An engine that knows nothing, on the book that there is.
  void start(const std::string& receiver) {
    processor_.reset();
    engine_ = std::make_unique<Engine>(
        [this](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
          return generation_;
        });
    const auto read = [](const std::string& text) -> Result<DeliveryConfig> {
      if (text == "broken") return fail("bad_routing", "it cannot be read");
      return outlets_for(text);
    };
    processor_ = std::make_unique<Processor>(*engine_, *book_, outlets_for(receiver), read);
  }
  void step_all() {
    for (; processor_->next_offset() < records_.size();) {
      const auto& record = records_[processor_->next_offset()];
      ASSERT_TRUE(processor_->prepare(record));
      (void)processor_->step(record);
    }
    ASSERT_TRUE(processor_->commit());
  }
  Lines told() {
    Lines out;
    const auto entries = book_->entries({})->entries;
    for (const auto& one : entries) {
      if (one.kind == alert::Book::Entry::Kind::notification)
        out.push_back(one.target + ' ' + one.outcome + ' ' + one.detail);
    }
    std::ranges::sort(out);
    return out;
  }

  const std::shared_ptr<const match::Generation> generation_ = generation_of(kDown);
  std::vector<model::Record> records_;
  std::unique_ptr<support::Folder> folder_;
  std::unique_ptr<alert::Book> book_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Processor> processor_;
};

// A silence that had ended long ago is no reason to look before the clock steps back (seed
// 4505997).
TEST_F(RecordedRouting, AfterACheckpointItIsToldAtTheMomentThatWasLived) {
  const auto silence = [&](const std::string& subject, Time from, Time to) {
    model::Silence one;
    one.id = "of-" + subject, one.starts_at = from, one.ends_at = to;
    one.matchers = {*model::Matcher::make("subject", model::Matcher::Op::equal, subject)};
    put(model::SetSilence{model::silence_json(one)});
  };
  silence("s1", at(2), at(2) + std::chrono::seconds(10));
  silence("s2", at(3) + std::chrono::seconds(30), at(60));
  put(support::event_of("linkDown s2", at(records_.size()), "2"));
  put(model::Tick());
  const auto ids = [this] {
    Lines out;
    const auto entries = book_->entries({})->entries;
    for (const auto& one : entries) {
      if (one.kind == alert::Book::Entry::Kind::notification) out.push_back(one.id);
    }
    std::ranges::sort(out);
    return out;
  };
  const Duration ahead = std::chrono::minutes(3);  // the silence has not begun by then
  const model::Record step{records_.size(),          at(records_.size()), 0,
                           model::ClockStep{-ahead}, std::nullopt,        ahead};
  Lines lived;
  for (const bool restored : {false, true}) {
    open("ops");
    step_all();
    const auto state = saved(*processor_);
    if (restored) start("ops");
    if (restored) {
      ASSERT_TRUE(processor_->restore(state));
    }
    (void)processor_->step(step);
    ASSERT_TRUE(processor_->commit());
    if (!restored) lived = ids();
  }
  EXPECT_EQ(lived.size(), 2U);
  EXPECT_EQ(ids(), lived);
}

TEST_F(RecordedRouting, AReplayUnderTheConfigOfTodayNotifiesWhoWasNotifiedThen) {
  put(support::event_of("linkUp s1", at(records_.size()), "2"));
  turn_to("night");
  put(support::event_of("linkDown s2", at(records_.size()), "3"));
  open("ops");
  step_all();
  const auto lived = told();
  EXPECT_EQ(lived.size(), 3u);
  open("night");
  step_all();
  EXPECT_EQ(told(), lived);
}

TEST_F(RecordedRouting, ACheckpointKnowsWhoIsNotified) {
  open("ops");
  step_all();
  const auto state = saved(*processor_);
  start("night");
  ASSERT_TRUE(processor_->restore(state));
  EXPECT_EQ(processor_->routing(), "ops");
  put(support::event_of("linkDown s2", at(records_.size()), "2"));
  ASSERT_TRUE(processor_->step(records_.back()));
  ASSERT_TRUE(processor_->commit());
  EXPECT_EQ(told(), (Lines{"ops/w/0 pending ", "ops/w/0 pending "}));
}

TEST_F(RecordedRouting, WhatWaitsForATargetThatGoesIsADeadLetterInEachReplay) {
  turn_to("others");
  for (const auto* today : {"night", "others"}) {
    open(today);
    step_all();
    EXPECT_EQ(told(), (Lines{"ops/w/0 dead target_gone", "others/w/0 pending "})) << today;
  }
}

TEST_F(RecordedRouting, WhoIsNotifiedOfBuiltInAlertsIsRecordedToo) {
  put(model::OwnReceivers{{"night"}});
  open("ops");
  step_all();
  const auto state = saved(*processor_);
  put(own_alert());
  step_all();
  const Lines lived{"night/w/0 pending ", "ops/w/0 pending "};
  EXPECT_EQ(told(), lived);
  open("ops");
  step_all();
  EXPECT_EQ(told(), lived) << "from nothing";
  open("ops");
  ASSERT_TRUE(processor_->restore(state));
  EXPECT_EQ(processor_->own_receivers(), std::vector<std::string>{"night"});
  ASSERT_TRUE(processor_->step(records_.back()));
  ASSERT_TRUE(processor_->commit());
  EXPECT_EQ(told(), Lines{"night/w/0 pending "}) << "from a checkpoint";
}

TEST_F(RecordedRouting, ARoutingThatComesIntoForceChoosesAnewWhoIsNotifiedOfBuiltInAlerts) {
  put(model::OwnReceivers{{"night"}});
  turn_to("night");
  turn_to("ops");
  open("ops");
  step_all();
  auto before = told();
  put(own_alert());
  step_all();
  before.emplace_back("ops/w/0 pending ");
  EXPECT_EQ(told(), before);
}

// The book is what a replay goes by only where it may not be what was lived.
TEST_F(RecordedRouting, OnlyAReplayThatMayBeAnotherTakesFromTheBookWhoWasNotified) {
  put(support::event_of("linkDown s2", at(records_.size()), "2"));
  open("ops");
  step_all();
  const auto replay = [&](std::size_t without) {
    start("ops");
    processor_->expect(0, records_.size());
    for (const auto& record : records_) {
      if (record.offset == without) continue;
      ASSERT_TRUE(processor_->step(record));
    }
    ASSERT_TRUE(processor_->reconcile({records_.size(), at(records_.size()), "lost"}));
  };
  replay(records_.size());
  EXPECT_FALSE(processor_->took_from_book());
  replay(1);
  EXPECT_TRUE(processor_->took_from_book()) << "a record is missing";
  records_[0].payload = model::Reload{generation_->rules().hash};
  replay(records_.size());
  EXPECT_TRUE(processor_->took_from_book()) << "no routing is recorded";
}

TEST_F(RecordedRouting, OneThatCannotBeReadIsSaidAndTheOneBeforeHolds) {
  turn_to("broken");
  put(support::event_of("linkDown s2", at(records_.size()), "2"));
  open("ops");
  step_all();
  EXPECT_EQ(processor_->parked_count(), 1u);
  EXPECT_EQ(processor_->parked().at(0).reason, "it cannot be read");
  EXPECT_EQ(processor_->routing(), "ops");
  EXPECT_EQ(told(), (Lines{"ops/w/0 pending ", "ops/w/0 pending "}));
}

}  // namespace
}  // namespace alarum::engine
