// An alert that many events repeat is one row for the book, however many they are.
#include <gtest/gtest.h>

#include "config/routing.h"
#include "engine/processor.h"
#include "tests/engine/world.h"

namespace alarum::engine::repeats_test {
namespace {

using Kind = model::Change::Kind;

class Repeating {
 public:
  Repeating() { put(model::Reload{generation_->rules().hash}); }
  void put(model::Payload payload) {
    const model::Record record{next_, support::kStart, 0, std::move(payload), std::nullopt};
    ++next_;
    EXPECT_TRUE(processor_.step(record));
  }
  void put(const std::string& event) {
    put(model::Payload(support::event_of(event, support::kStart, std::to_string(next_))));
  }
  std::string firing() const { return engine_.active_alerts().all().begin()->second.alert.id; }
  std::uint64_t entered(const std::string& id) {
    EXPECT_TRUE(processor_.commit());
    const auto alert = book_->alert(id);
    return alert && *alert ? (*alert)->count : 0;
  }
  Processor& processor() { return processor_; }

 private:
  std::shared_ptr<const match::Generation> generation_ =
      generation_of("rules: [{alert: Fault, match: fault, until: mended, by: subject}]");
  Engine engine_{[this](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
    return generation_;
  }};
  std::unique_ptr<alert::Book> book_ = std::move(*alert::Book::open(":memory:"));
  Compose compose_ = [](const std::string&, const model::Message& message) {
    return std::optional(model::Content{message.group_key, ""});
  };
  Processor processor_{engine_,
                       *book_,
                       {std::make_shared<config::Routing>(config::routing_to("ops")),
                        {{"ops/w/0", "ops"}},
                        compose_,
                        {}}};
  model::Offset next_ = 0;
};

std::vector<std::pair<Kind, std::uint64_t>> told(const alert::Book::Batch& batch) {
  std::vector<std::pair<Kind, std::uint64_t>> out;
  for (const auto& change : batch.changes) out.emplace_back(change.kind, change.alert.count);
  return out;
}

using Told = std::vector<std::pair<Kind, std::uint64_t>>;

TEST(Repeats, OfAnAlertThatManyEventsRepeatTheLastRowWaits) {
  Repeating engine;
  for (int i = 0; i < 6; ++i) engine.put("fault s1");
  engine.put("fault s2");
  engine.put("fault s2");
  engine.put("fault s1");
  const auto waiting = engine.processor().waiting();
  const auto batch = engine.processor().hand_out();
  EXPECT_EQ(told(batch),
            (Told{{Kind::fired, 1}, {Kind::fired, 1}, {Kind::repeated, 2}, {Kind::repeated, 7}}));
  EXPECT_EQ(batch.owes.size(), batch.changes.size());
  EXPECT_EQ(batch.owes[0], 1u);
  EXPECT_EQ(batch.owes[1], 1u);
  EXPECT_EQ(waiting, 9u + batch.notifications.size())
      << "all of them count for when the book is written";
}

TEST(Repeats, WhatElseHappensToItKeepsItsPlaceBetweenThem) {
  Repeating engine;
  engine.put("fault s1");
  engine.put("fault s1");
  engine.put("fault s1");
  const auto id = engine.firing();
  engine.put(model::Payload(model::Acknowledge{id, "kim", ""}));
  engine.put("fault s1");
  engine.put("fault s1");
  engine.put("mended s1");
  EXPECT_EQ(told(engine.processor().hand_out()), (Told{{Kind::fired, 1},
                                                       {Kind::repeated, 3},
                                                       {Kind::acknowledged, 3},
                                                       {Kind::repeated, 5},
                                                       {Kind::resolved, 5}}));
}

TEST(Repeats, ABatchThatComesBackIsEnteredBeforeWhatRepeatsItSince) {
  Repeating engine;
  engine.put("fault s1");
  engine.put("fault s1");
  const auto id = engine.firing();
  auto batch = engine.processor().hand_out();
  engine.put("fault s1");
  engine.put("fault s1");
  engine.processor().put_back(std::move(batch));
  engine.put("fault s1");
  EXPECT_EQ(engine.entered(id), 5u);
  engine.put("fault s1");
  EXPECT_EQ(engine.entered(id), 6u);
}

}  // namespace
}  // namespace alarum::engine::repeats_test
