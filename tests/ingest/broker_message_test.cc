#include "ingest/broker/broker_message.h"

#include <gtest/gtest.h>

namespace alarum::ingest::broker_message_test {
namespace {

// A decoder of any JSON by the mapping `m`, or of CloudEvents.
struct Reader {
  explicit Reader(bool mapped) : pushes(push_of()) {
    source.kind = config::Source::Kind::kafka;
    source.event = {1000, 10};
    if (mapped) source.format = config::LineFormat::json, source.json = "m";
  }
  static std::shared_ptr<const config::PushIngest> push_of() {
    auto pushes = std::make_shared<config::PushIngest>();
    pushes->json["m"].items = config::From{config::From::Kind::item, {"items"}, "/items"};
    return pushes;
  }
  std::vector<Decoded> read(const BrokerMessage& message) {
    const Decoder decoder(source, pushes);
    auto events = decode_message(message, decoder, Time(), [] { return "random"; });
    if (events) return std::move(*events);
    std::vector<Decoded> fault;
    fault.emplace_back(std::unexpected(events.error()));
    return fault;
  }

  config::Source source;
  Snapshot<config::PushIngest> pushes;
};

BrokerMessage binary() {
  return {
      R"({"port": 7})",
      "application/json",
      {{"specversion", "1.0"}, {"id", "1"}, {"source", "s"}, {"type", "t"}, {"subject", "a%20b"}},
      "topic",
      "place",
      "c/t/0/7/9"};
}

TEST(BrokerMessage, IsACloudEventInBinaryModeWhateverTheFormat) {
  for (const bool mapped : {true, false}) {
    const auto events = Reader(mapped).read(binary());
    ASSERT_EQ(events.size(), 1U);
    ASSERT_TRUE(events[0]) << events[0].error().message;
    EXPECT_EQ(events[0]->id(), "1");
    EXPECT_EQ(events[0]->subject(), "a%20b") << "the adapter has decoded it";
    EXPECT_EQ(events[0]->datacontenttype(), "application/json");
    EXPECT_EQ(events[0]->data(), R"({"port": 7})");
    EXPECT_EQ(events[0]->sender(), "topic");
    EXPECT_EQ(events[0]->format(), model::Format::cloudevents);
  }
}

TEST(BrokerMessage, SaysItsMediaTypeOnceOrTwice) {
  auto message = binary();
  message.attributes.emplace_back("datacontenttype", "text/plain");
  EXPECT_EQ(Reader(false).read(message)[0]->datacontenttype(), "application/json");
  message.media_type.clear();
  EXPECT_EQ(Reader(false).read(message)[0]->datacontenttype(), "text/plain");
}

TEST(BrokerMessage, IsACloudEventInStructuredMode) {
  BrokerMessage message;
  message.payload = R"({"specversion": "1.0", "id": "1", "source": "s", "type": "t"})";
  message.media_type = "Application/CloudEvents+json; charset=UTF-8";
  ASSERT_TRUE(Reader(true).read(message)[0]);
  EXPECT_EQ(Reader(true).read(message)[0]->type(), "t");
  message.media_type.clear();  // as the format of the source says
  ASSERT_TRUE(Reader(false).read(message)[0]);
}

TEST(BrokerMessage, NamesWhatIsMissing) {
  const auto reason = [](const BrokerMessage& message) {
    const auto events = Reader(false).read(message);
    return events[0] ? "" : events[0].error().reason;
  };
  auto message = binary();
  message.attributes.erase(message.attributes.begin() + 1);
  EXPECT_EQ(reason(message), "missing_attribute");
  message = binary();
  message.payload = "no JSON";
  EXPECT_EQ(reason(message), "bad_json");
  message = binary();
  message.attributes.emplace_back("data", "x");
  EXPECT_EQ(reason(message), "bad_attribute");
  message = binary();
  message.payload.resize(1001, ' ');
  EXPECT_EQ(reason(message), "event_too_large");
}

TEST(BrokerMessage, GivesItsIdToEventsWithoutOne) {
  BrokerMessage message;
  message.payload = R"({"items": [{"a": 1}, {"a": 2}]})";
  message.id = "c/t/0/7/9";
  auto events = Reader(true).read(message);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0]->id(), "c/t/0/7/9");
  EXPECT_NE(events[1]->id(), events[0]->id());
  EXPECT_EQ(events[1]->id(), Reader(true).read(message)[1]->id()) << "the same when it comes again";
  message.id.clear();
  EXPECT_TRUE(Reader(true).read(message)[0]->id().starts_with("random"));
}

TEST(BrokerMessage, EventsOfOneFormatStandTogetherInTheirOrder) {
  std::vector<model::Event> events;
  const auto add = [&](model::Format format, const char* id) {
    model::EventFields fields;
    fields.id = id, fields.source = "s", fields.type = "t", fields.format = format;
    events.emplace_back(fields);
  };
  add(model::Format::json, "1");
  add(model::Format::json, "2");
  add(model::Format::cloudevents, "3");
  add(model::Format::json, "4");
  const auto runs = runs_of_one_format(std::move(events));
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[0].size(), 2U);
  EXPECT_EQ(runs[1][0].id(), "3");
  EXPECT_EQ(runs[2][0].id(), "4");
  EXPECT_TRUE(runs_of_one_format({}).empty());
}

}  // namespace
}  // namespace alarum::ingest::broker_message_test
