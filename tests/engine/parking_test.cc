// What cannot be processed is passed over and named; everything else goes on.
#include <gtest/gtest.h>

#include "config/routing.h"
#include "engine/processor.h"
#include "model/posted.h"
#include "tests/engine/world.h"

namespace alarum::engine {
namespace {

/// Composition throws for the alert of `s1`; the stored rules `broken` throw when they are looked
/// for.
class Processing {
 public:
  Processing() { put(model::Reload{generation_->rules().hash}); }
  Result<void> put(model::Payload payload, Duration after = {}) {
    const model::Record record{next_, support::kStart + after, 0, std::move(payload), std::nullopt};
    written_.push_back(record);
    ++next_;
    return processor_.step(record);
  }
  Result<void> put(const std::string& event) {
    return put(support::event_of(event, support::kStart, std::to_string(next_)));
  }
  std::vector<std::string> notified() {
    EXPECT_TRUE(processor_.commit());
    std::vector<std::string> keys;
    const auto pending = book_->pending("ops/w/0", 0, 100);
    for (const auto& one : *pending) keys.push_back(one.group_key);
    return keys;
  }
  Processor& processor() { return processor_; }
  alert::Book& book() { return *book_; }
  const std::vector<model::Record>& written() const { return written_; }

  Compose compose = [](const std::string&,
                       const model::Message& message) -> std::optional<model::Content> {
    if (message.group_key.find("s1") != std::string::npos)
      throw std::runtime_error("a text that cannot be composed");
    return model::Content{message.group_key, ""};
  };

 private:
  std::shared_ptr<const match::Generation> generation_ = generation_of(R"(rules:
  - {alert: Fault, match: fault, until: mended, by: subject}
  - {alert: Beat, match: beat, by: subject, resolve_after: 1m})");
  Engine engine_{
      [this](const std::string& hash) -> Result<std::shared_ptr<const match::Generation>> {
        if (hash == "broken") throw std::runtime_error("broken rules");
        return generation_;
      }};
  std::unique_ptr<alert::Book> book_ = std::move(*alert::Book::open(":memory:"));
  Processor processor_{engine_,
                       *book_,
                       {std::make_shared<config::Routing>(config::routing_to("ops")),
                        {{"ops/w/0", "ops"}},
                        compose,
                        {}}};
  model::Offset next_ = 0;
  std::vector<model::Record> written_;
};

TEST(Parking, ANotificationThatCannotBeComposedStopsNoOther) {
  Processing daemon;
  EXPECT_TRUE(daemon.put("fault s0"));
  EXPECT_TRUE(daemon.put("fault s1"));
  EXPECT_TRUE(daemon.put("fault s2"));
  EXPECT_EQ(daemon.notified(),
            (std::vector<std::string>{"Fault{subject=s0}", "Fault{subject=s2}"}));
  EXPECT_EQ(daemon.book().history()->size(), 3U) << "the alert itself is in the book";
  ASSERT_EQ(daemon.processor().parked_count(), 1U);
  const auto& parked = daemon.processor().parked().front();
  EXPECT_EQ(parked.doing, "compose");
  EXPECT_EQ(parked.offset, 2U);
  EXPECT_EQ(parked.reason, "ops/w/0 Fault{subject=s1}: a text that cannot be composed");
}

TEST(Parking, ARecordThatTheEngineThrowsAtIsPassedOver) {
  Processing daemon;
  EXPECT_TRUE(daemon.put("fault s0"));
  const auto done = daemon.put(model::Reload{"broken"});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "broken rules");
  EXPECT_TRUE(daemon.put("fault s2"));
  EXPECT_EQ(daemon.notified(),
            (std::vector<std::string>{"Fault{subject=s0}", "Fault{subject=s2}"}));
  EXPECT_EQ(daemon.book().processed(), 4U) << "a replay does not come to it again";
  EXPECT_EQ(daemon.processor().parked().front().doing, "step");
}

// Its stamp is what timers run by, and what they end and begin is nothing of the record's.
TEST(Parking, WhatWasDueByThenIsNotifiedAllTheSame) {
  Processing daemon;
  EXPECT_TRUE(daemon.put("beat s0"));
  EXPECT_FALSE(daemon.put(model::Reload{"broken"}, std::chrono::minutes(2)));
  EXPECT_EQ(daemon.notified(), (std::vector<std::string>{"Beat{subject=s0}", "Beat{subject=s0}"}));
  EXPECT_EQ(daemon.book().history()->size(), 2U) << "its end is in the book";
}

TEST(Parking, APostedAlertThatCannotBeReadIsNamed) {
  Processing daemon;
  model::EventFields fields;
  fields.id = "p-7";
  fields.source = "alertmanager";
  fields.type = "Disk";
  fields.extensions.emplace_back(model::kPostedMark, "true");
  fields.data_kind = model::DataKind::json;
  fields.data = "[1]";
  fields.format = model::Format::alertmanager;
  EXPECT_FALSE(daemon.put(model::Event(fields)));
  ASSERT_EQ(daemon.processor().parked_count(), 1U);
  EXPECT_EQ(daemon.processor().parked().front().reason,
            "the posted alert p-7 cannot be read: its data is no JSON object");
}

TEST(Parking, TheListIsBoundedTheCountIsNot) {
  Processing daemon;
  for (std::size_t i = 0; i < Processor::kMostParked + 5; ++i)
    (void)daemon.put(model::Reload{"broken"});
  EXPECT_EQ(daemon.processor().parked().size(), Processor::kMostParked);
  EXPECT_EQ(daemon.processor().parked_count(), Processor::kMostParked + 5);
}

}  // namespace
}  // namespace alarum::engine
