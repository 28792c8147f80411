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
  EXPECT_EQ(waiting, 9u + batch.notifications.size() + batch.lifecycle.size())
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

model::Event traced(const std::string& id, model::Severity severity, const std::string& parent) {
  model::EventFields fields;
  fields.id = id, fields.source = "s", fields.type = "fault", fields.subject = "s1";
  fields.severity = severity, fields.time = support::kStart;
  fields.extensions = {{"tracestate", R"("a=b")"}};
  if (!parent.empty()) fields.extensions.emplace_back("traceparent", '"' + parent + '"');
  return model::Event(fields);
}

TEST(Traces, AnAlertKeepsThatOfTheEventThatOpenedIt) {
  const std::string first = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                    second = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto generation = generation_of(
      "rules: [{alert: Fault, match: fault, by: subject, resolve_after: 9h, severity: "
      "'{{severity}}'}, {alert: Later, "
      "match: fault, by: subject, for: 10m, resolve_after: 9h}]");
  Engine engine([&](const std::string&) { return generation; });
  model::Offset next = 0;
  const auto step = [&](Time at, model::Payload payload) {
    ASSERT_TRUE(engine.step({next++, at, 0, std::move(payload), {}}));
  };
  const auto traces = [&] {
    std::string out;
    for (const auto& [id, one] : engine.active_alerts().all()) {
      const auto& texts = one.alert.annotations;
      out += id.first + ' ' + std::string(model::to_text(one.alert.severity));
      for (const auto* name : {"traceparent", "tracestate"})
        out += texts.contains(name) ? ' ' + texts.at(name) : " -";
      out += '\n';
    }
    return out;
  };
  step(support::kStart, model::Reload{generation->rules().hash});
  step(support::kStart, traced("1", model::Severity::warning, first));
  EXPECT_EQ(traces(), "Fault warning " + first + " a=b\n");
  step(support::kStart, traced("2", model::Severity::warning, second));
  EXPECT_EQ(traces(), "Fault warning " + first + " a=b\n") << "a repeat has another";
  step(support::kStart, traced("3", model::Severity::critical, second));
  EXPECT_EQ(traces(), "Fault critical " + first + " a=b\n") << "it goes over to the worse one";
  step(support::kStart + std::chrono::minutes(11), model::Tick{});
  EXPECT_NE(traces().find("Later warning 00-"), std::string::npos)
      << "the event is remembered while `for` runs: " << traces();
}

TEST(Traces, WhatIsInvalidIsIgnoredWithItsState) {
  const auto generation =
      generation_of("rules: [{alert: Fault, match: fault, by: subject, resolve_after: 9h}]");
  Engine engine([&](const std::string&) { return generation; });
  ASSERT_TRUE(engine.step({0, support::kStart, 0, model::Reload{generation->rules().hash}, {}}));
  ASSERT_TRUE(
      engine.step({1, support::kStart, 0, traced("1", model::Severity::none, "00-1-2-3"), {}}));
  const auto& texts = engine.active_alerts().all().begin()->second.alert.annotations;
  EXPECT_TRUE(texts.empty());
}

}  // namespace
}  // namespace alarum::engine::repeats_test
