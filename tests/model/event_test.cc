#include "model/event.h"

#include <gtest/gtest.h>

namespace alarum::model {
namespace {

EventFields fields_of(std::string_view id, std::string_view data = R"({"a":1})") {
  EventFields fields;
  fields.id = id;
  fields.source = "/rack/1";
  fields.type = "t";
  fields.sender = "192.0.2.7";
  fields.extensions = {{"one", "\"x\""}, {"two", "5"}};
  fields.data_kind = DataKind::json;
  fields.data = data;
  return fields;
}

TEST(Event, SaysWhatItWasMadeOf) {
  auto fields = fields_of("a");
  fields.subject = "s";
  fields.time = Time(Duration(7));
  fields.severity = Severity::major;
  const Event event(fields);
  EXPECT_EQ(event.id(), "a");
  EXPECT_EQ(event.source(), "/rack/1");
  EXPECT_EQ(event.type(), "t");
  EXPECT_EQ(event.subject(), "s");
  EXPECT_EQ(event.datacontenttype(), "");
  EXPECT_EQ(event.dataschema(), "");
  EXPECT_EQ(event.sender(), "192.0.2.7");
  EXPECT_EQ(event.data(), R"({"a":1})");
  EXPECT_EQ(event.time(), Time(Duration(7)));
  EXPECT_EQ(event.severity(), Severity::major);
  ASSERT_EQ(event.extensions().size(), 2u);
  EXPECT_EQ(event.extensions()[1], (std::pair<std::string_view, std::string_view>("two", "5")));
}

// The writer has one piece of memory to write, however many events a batch has.
TEST(Event, ThoseOfABatchStandOneBehindTheOtherAsRecords) {
  EventArena arena(2000);
  const Event first(fields_of("a"), arena), second(fields_of("b"), arena);
  EXPECT_EQ(first.record().data() + first.record().size(), second.record().data());
  EXPECT_TRUE(first.shares_block_with(second));
  EXPECT_EQ(first.block_size(), 2000u);
  EXPECT_EQ(first.bytes(), Event(fields_of("a")).bytes());
  EXPECT_EQ(second.bytes(), Event(fields_of("b")).bytes());
}

TEST(Event, ARecordIsSizeAndKindAndTheBytes) {
  const Event event(fields_of("a"));
  const auto record = event.record();
  ASSERT_EQ(record.size(), Event::kRecordHead + event.bytes().size());
  EXPECT_EQ(static_cast<unsigned char>(record[0]), event.bytes().size());
  EXPECT_EQ(record.substr(1, 4), std::string_view("\0\0\0\1", 4));
  EXPECT_EQ(record.substr(Event::kRecordHead), event.bytes());
}

TEST(Event, TheArenaGrowsPastWhatWasExpected) {
  EventArena arena(10);
  const std::string large = '"' + std::string(200'000, 'x') + '"';
  const Event first(fields_of("a"), arena), second(fields_of("b", large), arena),
      third(fields_of("c"), arena);
  EXPECT_EQ(first.data(), R"({"a":1})");
  EXPECT_EQ(second.data(), large);
  EXPECT_EQ(third.id(), "c");
  EXPECT_FALSE(second.shares_block_with(third));
  EXPECT_EQ(third.block_size(), third.record().size());
}

TEST(Event, OutlivesItsArenaAndTheOthers) {
  std::optional<Event> kept;
  {
    EventArena arena(4000);
    const Event first(fields_of("a"), arena);
    const Event second(fields_of("b"), arena);
    kept = second;
  }
  EXPECT_EQ(kept->id(), "b");
  EXPECT_EQ(kept->bytes(), Event(fields_of("b")).bytes());
}

TEST(Event, AloneItKeepsNoMemoryOfOthers) {
  EventArena arena(4000);
  const Event first(fields_of("a"), arena), second(fields_of("b"), arena);
  const auto alone = second.alone();
  EXPECT_EQ(alone.bytes(), second.bytes());
  EXPECT_EQ(alone.id(), "b");
  EXPECT_EQ(alone.record(), second.record());
  EXPECT_FALSE(alone.shares_block_with(second));
  EXPECT_EQ(alone.block_size(), alone.record().size());
}

TEST(Event, OfItsBytesItIsMadeAgain) {
  const Event event(fields_of("a"));
  const auto again = Event::decode(event.bytes());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->bytes(), event.bytes());
  EXPECT_EQ(again->record(), event.record());
  EXPECT_EQ(again->id(), "a");
  EXPECT_EQ(again->data(), event.data());
  for (std::size_t size = 0; size < event.bytes().size(); ++size)
    EXPECT_FALSE(Event::decode(event.bytes().substr(0, size))) << size;
}

}  // namespace
}  // namespace alarum::model
