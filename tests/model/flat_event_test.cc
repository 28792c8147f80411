#include "model/flat_event.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/time.h"

namespace alarum::model {
namespace {

std::string show(const FlatEvent& event, const Leaf& leaf) {
  std::string out =
      leaf.kind == LeafKind::string ? '"' + std::string(leaf.text) + '"' : std::string(leaf.text);
  for (const auto& [array, element] : event.steps(leaf))
    out += " " + std::to_string(array) + "[" + std::to_string(element) + "]";
  return out;
}

// The leaves of a path, `;` between them, each with its steps as array[element].
std::string at(const FlatEvent& event, std::string_view path) {
  std::string out;
  for (const auto& leaf : event.at(path)) out += (out.empty() ? "" : "; ") + show(event, leaf);
  return out;
}

FlatEvent flat(std::string_view text) {
  auto event = FlatEvent::of_json(text);
  EXPECT_TRUE(event) << text;
  return std::move(*event);
}

TEST(FlatEvent, HasALeafForEachScalarByItsDottedPath) {
  const auto event = flat(R"( {"a":"x","b":{"c":1.50,"d":{"e":null}},"f":true,"":{"":false}} )");
  EXPECT_EQ(at(event, "a"), "\"x\"");
  EXPECT_EQ(at(event, "b.c"), "1.50");
  EXPECT_EQ(at(event, "b.d.e"), "null");
  EXPECT_EQ(at(event, "f"), "true");
  EXPECT_EQ(event.at("b.d.e").front().kind, LeafKind::null);
  EXPECT_EQ(event.at("f").front().kind, LeafKind::boolean);
  EXPECT_EQ(at(event, "b"), "");
  EXPECT_EQ(at(event, "b.d"), "");
  EXPECT_EQ(at(event, "nothing"), "");
}

// Each member of an object has the whole path: a text of 64 KiB would take 128 MB.
TEST(FlatEvent, HasNoLeavesOfPathsThatNobodyWrites) {
  const std::string name(32 * 1024, 'n');
  std::string text = "{\"a\":1,\"" + name + "\":{\"" + name + "\":[{";
  for (int i = 0; i < 4000; ++i) text += (i ? ",\"" : "\"") + std::to_string(i) + "\":[1]";
  const auto event =
      flat(text + "}]},\"" + name.substr(0, 1023) + "\":[2,{\"b\":3}],\"c\":[{\"d\":4}]}");
  EXPECT_EQ(event.under("").size(), 3U);
  EXPECT_EQ(at(event, "c.d"), "4 1[0]");
}

TEST(FlatEvent, KeepsNumbersAsTheyWereWritten) {
  const auto event = flat(R"({"a":[9007199254740993,-0,1e999,123456789012345678901234567890,5.0 ,5e0
]})");
  EXPECT_EQ(at(event, "a"),
            "9007199254740993; -0; 1e999; 123456789012345678901234567890; 5.0; 5e0");
}

TEST(FlatEvent, DecodesStringsAndNames) {
  const auto event = flat(R"({"\u0061\"":"\ud83d\ude00\n\u0000x","é":"é"})");
  ASSERT_EQ(event.at("a\"").size(), 1U);
  EXPECT_EQ(event.at("a\"").front().text, std::string_view("😀\n\0x", 7));
  EXPECT_EQ(at(event, "é"), "\"é\"");
}

TEST(FlatEvent, FlattensArraysAndRemembersTheElements) {
  const auto event =
      flat(R"({"a":[{"b":1,"c":[{"d":2},{"d":3}]},{"b":4}],"e":[5,[6,[7]]],"z":[{"b":8}]})");
  EXPECT_EQ(at(event, "a.b"), "1 0[0]; 4 0[1]");
  EXPECT_EQ(at(event, "a.c.d"), "2 0[0] 1[0]; 3 0[0] 1[1]");
  EXPECT_EQ(at(event, "e"), "5; 6 2[1]; 7 2[1] 3[1]");
  EXPECT_EQ(at(event, "z.b"), "8 5[0]");
}

TEST(FlatEvent, LeavesScalarElementsFreeToGoWithAnyOtherElement) {
  EXPECT_EQ(at(flat(R"({"a":["x",{"a":"y"}]})"), "a"), "\"x\"");
}

TEST(FlatEvent, EmptyArraysAndObjectsHaveNoLeaf) {
  const auto event = flat(R"({"a":[],"b":{},"c":[[],{}]})");
  for (const auto* path : {"a", "b", "c"}) EXPECT_TRUE(event.at(path).empty());
}

TEST(FlatEvent, TakesBothSpellingsOfAPathAndEveryDuplicate) {
  const auto event = flat(R"({"a":{"b":1},"a.b":2,"a":{"b":3},"a":{"b":"x"}})");
  EXPECT_EQ(at(event, "a.b"), "1; 2; 3; \"x\"");
}

TEST(FlatEvent, RefusesWhatIsNoObject) {
  for (const auto* text : {"[]", "[{\"a\":1}]", "\"x\"", "5", "null", " true "}) {
    const auto event = FlatEvent::of_json(text);
    ASSERT_FALSE(event) << text;
    EXPECT_EQ(event.error().reason, "not_an_object");
  }
  EXPECT_EQ(FlatEvent::of_json("{\"a\":1} trailing").error().reason, "bad_json");
  EXPECT_EQ(FlatEvent::of_json("").error().reason, "bad_json");
  EXPECT_EQ(FlatEvent::of_json("{\"a\":tru}").error().reason, "bad_json");
  EXPECT_EQ(FlatEvent::of_json(R"({"a":)" + std::string(128, '[') + std::string(128, ']') + "}")
                .error()
                .reason,
            "too_deep");
}

TEST(FlatEvent, AddsWhatRulesMakeOfIt) {
  auto event = flat(R"({"code":"a","z":1})");
  const std::string gone = "80E18402";
  event.add("code", LeafKind::string, std::string(gone));
  event.add("rack", LeafKind::string, "r1");
  event.add("ratio", LeafKind::number, "0.5");
  EXPECT_EQ(at(event, "code"), "\"a\"; \"80E18402\"");
  EXPECT_EQ(at(event, "rack"), "\"r1\"");
  EXPECT_EQ(event.at("ratio").front().kind, LeafKind::number);
  EXPECT_EQ(at(event, "z"), "1");
}

TEST(FlatEvent, CopiesAndMovesKeepTheirTexts) {
  auto first = std::make_unique<FlatEvent>(
      flat(R"({"a":"short","b":"a text too long for any buffer inside a string object"})"));
  const auto copy = *first;
  const auto moved = std::move(*first);
  first.reset();
  EXPECT_EQ(at(copy, "b"), at(moved, "b"));
  EXPECT_EQ(at(copy, "a"), "\"short\"");
}

EventFields fields() {
  EventFields f;
  f.id = "1";
  f.source = "SYS.BMS";
  f.type = "NPUSMICardNotFound";
  f.data_kind = DataKind::json;
  f.data = R"({"content":"{\"npu\": 3, \"codes\":[\"80E18402\"]}","state":"normal"})";
  return f;
}

TEST(FlatEvent, HasTheAttributesOfAnEventByName) {
  auto f = fields();
  f.subject = "server-1";
  f.datacontenttype = "application/json";
  f.sender = "10.0.0.7";
  f.time = *parse_rfc3339("2026-01-02T03:04:05.5Z");
  f.extensions = {{"projectid", "\"p1\""}, {"sequence", "7"}, {"sampled", "true"}};
  f.format = Format::ces;
  f.status = Status::firing;
  f.severity = Severity::major;
  const auto event = FlatEvent::of(Event(f));
  EXPECT_EQ(at(event, "id"), "\"1\"");
  EXPECT_EQ(at(event, "source"), "\"SYS.BMS\"");
  EXPECT_EQ(at(event, "type"), "\"NPUSMICardNotFound\"");
  EXPECT_EQ(at(event, "subject"), "\"server-1\"");
  EXPECT_EQ(at(event, "datacontenttype"), "\"application/json\"");
  EXPECT_EQ(at(event, "sender"), "\"10.0.0.7\"");
  EXPECT_EQ(at(event, "time"), "\"" + format_rfc3339(*f.time) + "\"");
  EXPECT_EQ(at(event, "projectid"), "\"p1\"");
  EXPECT_EQ(at(event, "sequence"), "7");
  EXPECT_EQ(event.at("sampled").front().kind, LeafKind::boolean);
  EXPECT_EQ(at(event, "format"), "\"ces\"");
  EXPECT_EQ(at(event, "status"), "\"firing\"");
  EXPECT_EQ(at(event, "severity"), "\"major\"");
  EXPECT_EQ(at(event, "dataschema"), "");
}

TEST(FlatEvent, LacksWhatTheEventLacks) {
  const auto event = FlatEvent::of(Event(fields()));
  for (const auto* path :
       {"subject", "time", "status", "severity", "sender", "datacontenttype", "data"})
    EXPECT_TRUE(event.at(path).empty()) << path;
}

TEST(FlatEvent, ReadsStatusAndSeverityInOurWordsOnly) {
  auto f = fields();
  f.extensions = {{"status", "\"RESOLVED\""}, {"severity", "\"1\""}};
  f.status = Status::resolved;
  const auto event = FlatEvent::of(Event(f));
  EXPECT_EQ(at(event, "status"), "\"resolved\"");
  EXPECT_EQ(at(event, "severity"), "");
}

// A format that could not be read back would be damage at the next start.
TEST(Event, OfEveryFormatIsReadBack) {
  for (int format = 1; format <= static_cast<int>(Format::eventbridge); ++format) {
    auto f = fields();
    f.format = static_cast<Format>(format);
    const Event event(f);
    const auto again = Event::decode(event.bytes());
    ASSERT_TRUE(again) << format;
    EXPECT_EQ(again->format(), f.format);
  }
}

// Rules that ask for `sender` decide by it whom they believe.
TEST(FlatEvent, ASenderCannotNameItselfOrItsFormatByExtensions) {
  auto f = fields();
  f.extensions = {{"sender", "\"trusted\""}, {"format", "\"redfish\""}};
  f.sender = "lab";
  const auto event = FlatEvent::of(Event(f));
  EXPECT_EQ(event.at("sender").size(), 1u);
  EXPECT_EQ(at(event, "sender"), "\"lab\"");
  EXPECT_EQ(at(event, "format"), "\"cloudevents\"");
}

TEST(FlatEvent, StandsThePayloadUnderDataAndItsInnerObjectUnderContent) {
  const auto event = FlatEvent::of(Event(fields()));
  EXPECT_EQ(at(event, "data.state"), "\"normal\"");
  EXPECT_EQ(at(event, "data.content"), R"("{"npu": 3, "codes":["80E18402"]}")");
  EXPECT_EQ(at(event, "content.npu"), "3");
  EXPECT_EQ(at(event, "content.codes"), "\"80E18402\"");
}

TEST(FlatEvent, LooksForTheInnerObjectWhereVendorsPutIt) {
  for (const auto* data :
       {R"({"detail":{"content":"{\"n\":1}"}})", R"({"EventContent":"{\"n\":1}"})",
        R"({"template_variable":{"EventContent":"{\"n\":1}"}})",
        R"({"content":"not json","detail":{"content":"{\"n\":1}"}})",
        R"({"content":"[1]","EventContent":" {\"n\":1} "})"}) {
    auto f = fields();
    f.data = data;
    EXPECT_EQ(at(FlatEvent::of(Event(f)), "content.n"), "1") << data;
  }
  for (const auto* data : {R"({"content":{"n":1}})", R"({"content":"{\"n\":1"})",
                           R"({"content":"5"})", R"("{\"n\":1}")"}) {
    auto f = fields();
    f.data = data;
    EXPECT_EQ(at(FlatEvent::of(Event(f)), "content.n"), "") << data;
  }
}

TEST(FlatEvent, TakesPayloadsThatAreNoObject) {
  auto f = fields();
  f.data = " [1,{\"a\":2}] ";
  EXPECT_EQ(at(FlatEvent::of(Event(f)), "data"), "1");
  EXPECT_EQ(at(FlatEvent::of(Event(f)), "data.a"), "2 0[1]");
  for (const auto& [data, leaf] :
       {std::pair(" 5.0 ", "5.0"), std::pair("null", "null"), std::pair("\"x\\n\"", "\"x\n\""),
        std::pair("false", "false"),
        std::pair("123456789012345678901234567890", "123456789012345678901234567890")}) {
    f.data = data;
    EXPECT_EQ(at(FlatEvent::of(Event(f)), "data"), leaf) << data;
  }
  f.data_kind = DataKind::text;
  f.data = "disk \"sda\" failed";
  EXPECT_EQ(at(FlatEvent::of(Event(f)), "data"), "\"disk \"sda\" failed\"");
  f.data_kind = DataKind::binary;
  EXPECT_EQ(at(FlatEvent::of(Event(f)), "data"), "");
  f.data_kind = DataKind::none;
  f.data = "";
  EXPECT_EQ(at(FlatEvent::of(Event(f)), "data"), "");
}

TEST(FlatEvent, TakesLongArraysInLinearTime) {
  std::string text = R"({"items":[)";
  for (int i = 0; i < 100'000; ++i) text += R"({"a":"x","b":)" + std::to_string(i) + "},";
  text.back() = ']';
  text += '}';
  const auto event = flat(text);
  EXPECT_EQ(event.at("items.a").size(), 100'000U);
  EXPECT_EQ(show(event, event.at("items.b").back()), "99999 0[99999]");
}

}  // namespace
}  // namespace alarum::model
