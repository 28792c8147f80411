#include "journal/frame.h"

#include <cstring>

#include "tests/journal/world.h"

namespace alarum::journal {
namespace {

FrameHeader header_of(std::uint32_t count) {
  FrameHeader header;
  header.segment = 3;
  header.first_offset = 40;
  header.count = count;
  header.at = at_second(7);
  header.ahead = std::chrono::hours(48);
  header.generation = 0x1234;
  header.totals = {9, 8, 7, 6};
  return header;
}

// What was written from several places is what one text of all would be.
TEST(Frame, OfPiecesIsTheSameAsOfOneBody) {
  model::EventFields fields;
  fields.source = "test", fields.type = "t";
  model::EventArena arena(4000);
  std::vector<model::Event> events;
  for (const auto* id : {"a", "b", "c", "d"}) fields.id = id, events.emplace_back(fields, arena);
  events.push_back(event_of("e", 10));
  std::vector<std::string_view> pieces;
  std::string body;
  for (const auto number : {0, 1, 3, 4}) {
    append_record(pieces, events[static_cast<std::size_t>(number)]);
    append_record(body, events[static_cast<std::size_t>(number)]);
  }
  ASSERT_EQ(pieces.size(), 3u);  // a and b; d; e
  std::string joined;
  for (const auto piece : pieces) joined += piece;
  EXPECT_EQ(joined, body);
  EXPECT_EQ(encode_head(header_of(4), pieces) + joined, encode_frame(header_of(4), body));
}

TEST(Frame, EveryKindOfRecordComesBack) {
  std::string body;
  append_record(body, event_of("a", 10));
  append_record(body, model::Tick{});
  append_record(body, model::Start{Duration(5)});
  append_record(body, model::Stop{});
  append_record(body, model::Reload{"abc"});
  append_record(body, model::ClockStep{Duration(-6)});
  append_record(body, model::SetSilence{"{}"});
  append_record(body, model::ExpireSilence{"s1"});
  append_record(body, model::Acknowledge{"a1", "kim", ""});
  append_record(body, model::ResolveAlert{"a2", "kim", "gone"});
  append_record(body, model::Acknowledge{"a3", "kim", "soon", Duration(7)});
  append_record(body, model::Unacknowledge{"a4", "joe", "no"});
  const model::Receipts receipts{
      {{"n1", model::Receipt::Outcome::waiting, 1, "500", at_second(1), "ops/w/0", "later"},
       {"n1", model::Receipt::Outcome::dropped, 2, "", at_second(2), "ops/w/0", ""}}};
  append_record(body, receipts);
  append_record(body, model::Redrive{{"n2", "n3"}});
  append_record(body, model::Reload{"def", "{}\n{}\n"});
  append_record(body, model::OwnReceivers{{"ops", "night"}});
  append_record(body, model::CommentAlert{"a5", "kim", "card \"ordered\""});
  const auto bytes = encode_frame(header_of(17), body);
  const auto header = parse_header(bytes);
  ASSERT_TRUE(header && is_whole(bytes, *header));
  EXPECT_EQ(header->totals, (Totals{9, 8, 7, 6}));
  const auto records = decode_records(*header, std::string_view(bytes).substr(kFrameHeader));
  ASSERT_TRUE(records) << records.error().message;
  ASSERT_EQ(records->size(), 17u);
  EXPECT_EQ(std::get<model::OwnReceivers>((*records)[15].payload).names,
            (std::vector<std::string>{"ops", "night"}));
  EXPECT_EQ(std::get<model::CommentAlert>((*records)[16].payload).alert_id, "a5");
  EXPECT_EQ(std::get<model::CommentAlert>((*records)[16].payload).by, "kim");
  EXPECT_EQ(std::get<model::CommentAlert>((*records)[16].payload).comment, "card \"ordered\"");
  EXPECT_EQ(std::get<model::Reload>((*records)[14].payload).hash, "def");
  EXPECT_EQ(std::get<model::Reload>((*records)[14].payload).routing, "{}\n{}\n");
  EXPECT_EQ(std::get<model::Reload>((*records)[4].payload).routing, "");
  EXPECT_EQ(std::get<model::Event>((*records)[0].payload).bytes(), event_of("a", 10).bytes());
  EXPECT_TRUE(std::holds_alternative<model::Tick>((*records)[1].payload));
  EXPECT_EQ(std::get<model::Start>((*records)[2].payload).gap, Duration(5));
  EXPECT_TRUE(std::holds_alternative<model::Stop>((*records)[3].payload));
  EXPECT_EQ(std::get<model::Reload>((*records)[4].payload).hash, "abc");
  EXPECT_EQ(std::get<model::ClockStep>((*records)[5].payload).by, Duration(-6));
  EXPECT_EQ(std::get<model::SetSilence>((*records)[6].payload).silence, "{}");
  EXPECT_EQ(std::get<model::ExpireSilence>((*records)[7].payload).id, "s1");
  EXPECT_EQ(std::get<model::Acknowledge>((*records)[8].payload).alert_id, "a1");
  EXPECT_EQ(std::get<model::Acknowledge>((*records)[8].payload).by, "kim");
  EXPECT_EQ(std::get<model::ResolveAlert>((*records)[9].payload).alert_id, "a2");
  EXPECT_EQ(std::get<model::ResolveAlert>((*records)[9].payload).comment, "gone");
  EXPECT_EQ(std::get<model::Acknowledge>((*records)[8].payload).lasts, Duration::zero());
  EXPECT_EQ(std::get<model::Acknowledge>((*records)[10].payload).lasts, Duration(7));
  EXPECT_EQ(std::get<model::Acknowledge>((*records)[10].payload).comment, "soon");
  EXPECT_EQ(std::get<model::Unacknowledge>((*records)[11].payload).by, "joe");
  EXPECT_EQ(std::get<model::Receipts>((*records)[12].payload).receipts, receipts.receipts);
  EXPECT_EQ(std::get<model::Redrive>((*records)[13].payload).ids,
            (std::vector<std::string>{"n2", "n3"}));
  EXPECT_EQ((*records)[5].offset, 45u);
  EXPECT_EQ((*records)[5].at, at_second(7));
  EXPECT_EQ((*records)[5].arrived(), at_second(7) - std::chrono::hours(48));
}

// What a CRC lets through and no alarum wrote is refused, not guessed at.
TEST(Frame, ReceiptsAndRedrivesThatAreCutShortOrUnknownAreRefused) {
  std::string body;
  append_record(
      body,
      model::Receipts{{{"n1", model::Receipt::Outcome::dead, 1, "500", at_second(1), "t", "a"}}});
  const auto refused = [](std::string bytes) {
    const auto size = static_cast<std::uint32_t>(bytes.size() - 5);
    std::memcpy(bytes.data(), &size, sizeof size);
    const auto records = decode_records(header_of(1), bytes);
    return !records && records.error().reason == "bad_record";
  };
  EXPECT_FALSE(refused(body));
  for (std::size_t left = 6; left < body.size(); ++left)
    EXPECT_TRUE(refused(body.substr(0, left))) << left;
  body[5] = 3;
  EXPECT_TRUE(refused(body)) << "no outcome has that number";
  std::string order;
  append_record(order, model::Redrive{{"n1"}});
  EXPECT_TRUE(refused(order.substr(0, order.size() - 1)));
}

// Version 1 knows no wall clock: both times are one. A segment of it is sealed as it is, byte for
// byte.
TEST(Frame, OfVersionOneArrivedInEngineTimeAndIsWrittenAsItWas) {
  std::string body;
  append_record(body, event_of("a"));
  auto old = header_of(1);
  old.version = 1;
  const auto bytes = encode_frame(old, body);
  std::uint64_t durable_before = 0;
  std::memcpy(&durable_before, bytes.data() + 32, sizeof durable_before);
  EXPECT_EQ(durable_before, 40u);
  const auto header = parse_header(bytes);
  ASSERT_TRUE(header && is_whole(bytes, *header));
  const auto records = decode_records(*header, body);
  ASSERT_TRUE(records);
  EXPECT_EQ((*records)[0].at, at_second(7));
  EXPECT_EQ((*records)[0].arrived(), at_second(7));
  EXPECT_EQ(encode_frame(*header, body), bytes);
}

TEST(Frame, AnyFlippedBitIsFound) {
  std::string body;
  append_record(body, event_of("a"));
  const auto bytes = encode_frame(header_of(1), body);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    const auto header = parse_header(damaged);
    EXPECT_FALSE(header && is_whole(damaged, *header)) << "bit " << bit;
  }
}

TEST(Frame, AnAcknowledgementThatIsCutShortIsAnError) {
  std::string body;
  append_record(body, model::Acknowledge{"a1", "kim", "x"});
  body[5] = 100;  // the length of its first text
  EXPECT_FALSE(decode_records(header_of(1), body));
  body.clear();
  append_record(body, model::Acknowledge{"a1", "kim", "x", Duration(7)});
  body[13] = 100;
  EXPECT_FALSE(decode_records(header_of(1), body));
}

TEST(Frame, ACountThatIsNotThatOfTheRecordsIsAnError) {
  std::string body;
  append_record(body, model::Tick{});
  EXPECT_FALSE(decode_records(header_of(2), body));
  EXPECT_FALSE(decode_records(header_of(1), body.substr(0, body.size() - 1)));
}

}  // namespace
}  // namespace alarum::journal
