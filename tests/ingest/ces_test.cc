#include "ingest/ces.h"

#include <gtest/gtest.h>

namespace alarum::ingest::ces_test {
namespace {

using namespace std::chrono_literals;

const Time kNow = Time(std::chrono::milliseconds(1763800000000));

std::string item(const std::string& detail = "{}", const std::string& more = "") {
  return R"({"event_name":"LspciCardNotFound","event_source":"SYS.BMS","time":1763800000000,"detail":)" +
         detail + more + "}";
}

Result<std::vector<CesItem>> decode(const std::string& body, bool strict = false) {
  return decode_ces(body, "p1", "10.0.0.1", strict, kNow);
}

// The reason of the refusal; "accepted" where there is none.
std::string refusal(const std::string& one, bool strict = false) {
  const auto items = decode("[" + one + "]", strict);
  return items ? "accepted" : items.error().reason + ": " + items.error().message;
}

TEST(Ces, AnItemBecomesAnEventWithItsDetailAsData) {
  const std::string detail =
      R"({ "content" : "{\"npu\":3}", "resource_id":"r-1", "event_level":"Major", "dimensions": [] })";
  const auto items = decode("[" + item(detail) + "]");
  ASSERT_TRUE(items) << items.error().message;
  const auto& event = items->front().event;
  EXPECT_EQ(event.source(), "SYS.BMS");
  EXPECT_EQ(event.type(), "LspciCardNotFound");
  EXPECT_EQ(event.subject(), "r-1");
  EXPECT_EQ(event.data(), detail);
  EXPECT_EQ(event.time(), kNow);
  EXPECT_EQ(event.severity(), model::Severity::major);
  EXPECT_EQ(event.format(), model::Format::ces);
  ASSERT_EQ(event.extensions().size(), 1U);
  EXPECT_EQ(event.extensions()[0].first, "projectid");
  EXPECT_EQ(event.extensions()[0].second, "\"p1\"");
}

TEST(Ces, TheDerivedIdDependsOnEveryFieldAndTheProject) {
  const auto id = [](const std::string& body, const std::string& project) {
    return decode_ces(body, project, "", false, kNow)->front().event_id;
  };
  const auto one = id("[" + item() + "]", "p1");
  EXPECT_EQ(one.size(), 24U);
  EXPECT_TRUE(one.starts_with("ev"));
  EXPECT_EQ(one, id("[" + item() + "]", "p1"));
  EXPECT_NE(one, id("[" + item() + "]", "p2"));
  EXPECT_NE(one, id("[" + item(R"({"event_user":"u"})") + "]", "p1"));
}

TEST(Ces, AnIdThatIsGivenIsKept) {
  EXPECT_EQ(decode("[" + item("{}", R"(,"event_id":"ev1")") + "]")->front().event_id, "ev1");
}

TEST(Ces, SecondsAreTakenUnlessStrict) {
  const std::string seconds =
      R"({"event_name":"a","event_source":"A.B","time":1763800000,"detail":{}})";
  EXPECT_EQ(decode("[" + seconds + "]")->front().event.time(), kNow);
  EXPECT_EQ(refusal(seconds, true), "bad_member: [0].time is in seconds; milliseconds are wanted");
}

TEST(Ces, WhatTheVendorRefusesIsTakenUnlessStrict) {
  for (const auto* detail : {R"({"event_type":"EVENT.SYS"})", R"({"group_id":""})",
                             R"({"event_user":""})", R"({"resource_id":"a/b"})"}) {
    EXPECT_EQ(refusal(item(detail)), "accepted") << detail;
    EXPECT_NE(refusal(item(detail), true), "accepted") << detail;
  }
  const std::string old =
      R"({"event_name":"a","event_source":"A.B","time":1663800000000,"detail":{}})";
  EXPECT_EQ(refusal(old), "accepted");
  EXPECT_NE(refusal(old, true), "accepted");
}

TEST(Ces, FaultsNameTheItemTheMemberAndTheFix) {
  EXPECT_EQ(
      refusal(item("{}", R"(,"event_nmae":"x")")),
      "unknown_member: [0].event_nmae is not a member of an event (did you mean \"event_name\"?)");
  EXPECT_EQ(refusal(item(R"({"event_levle":"Major"})")),
            "unknown_member: [0].detail.event_levle is not a member of detail (did you mean "
            "\"event_level\"?)");
  EXPECT_EQ(refusal(item(R"({"event_level":"Major","event_level":"Minor"})")),
            "bad_member: [0].detail.event_level is given twice");
  EXPECT_EQ(refusal(item("{}", R"(,"event_name":"x")")),
            "bad_member: [0].event_name is given twice");
  EXPECT_EQ(refusal(item(R"({"event_level":"Fatal"})")),
            "bad_member: [0].detail.event_level \"Fatal\" is none of Critical, Major, Minor, Info");
  EXPECT_EQ(refusal(item(R"({"group_id":"short"})")),
            "bad_member: [0].detail.group_id must have exactly 24 characters");
  EXPECT_EQ(refusal(R"({"event_name":"a","event_source":"A.B","time":1})"),
            "missing_member: [0].detail is required");
  EXPECT_EQ(refusal("7"), "bad_body: [0] must be an object");
  EXPECT_EQ(refusal(item("[]")), "bad_member: [0].detail must be an object");
}

TEST(Ces, NamesAndTimesAreChecked) {
  const auto with = [](const std::string& name, const std::string& source,
                       const std::string& time) {
    return refusal(R"({"event_name":")" + name + R"(","event_source":")" + source + R"(","time":)" +
                   time + R"(,"detail":{}})")
        .substr(0, 10);
  };
  EXPECT_EQ(with("a_1", "A.B", "1763800000000"), "accepted");
  for (const auto* name : {"", "1a", "a-b", "\\u00e9"})
    EXPECT_EQ(with(name, "A.B", "1763800000000"), "bad_member") << name;
  for (const auto* source : {"AB", "A.", ".B", "A.B.C", "1.B"})
    EXPECT_EQ(with("a", source, "1763800000000"), "bad_member") << source;
  for (const auto* time : {"-1", "1.5", "\"1\"", "1e12", "99999999999999999999", "null"})
    EXPECT_EQ(with("a", "A.B", time), "bad_member") << time;
}

TEST(Ces, TheBodyIsAnArrayOfOneToAHundred) {
  EXPECT_FALSE(decode("{}"));
  EXPECT_FALSE(decode("[]"));
  std::string body = item();
  for (int i = 1; i < 100; ++i) body += "," + item();
  EXPECT_TRUE(decode("[" + body + "]"));
  EXPECT_FALSE(decode("[" + body + "," + item() + "]"));
}

TEST(Ces, OneWrongItemRefusesTheWholeCall) {
  EXPECT_EQ(decode("[" + item() + ",{}]").error().message, "[1].event_name is required");
}

TEST(Ces, DimensionsAreFourAtMostEachWithANameAndAValue) {
  const auto with = [](const std::string& dimensions) {
    return refusal(item(R"({"dimensions":)" + dimensions + "}"));
  };
  const std::string good = R"({"name":"instance_id","value":"x"})";
  EXPECT_EQ(with("[" + good + "," + good + "," + good + "," + good + "]"), "accepted");
  EXPECT_EQ(with("[" + good + "," + good + "," + good + "," + good + "," + good + "]"),
            "bad_member: [0].detail.dimensions has 5 items; at most 4 are allowed");
  EXPECT_EQ(with("[" + good + R"(,{"name":"ab"}])"),
            "missing_member: [0].detail.dimensions[1].value is required");
  EXPECT_EQ(with(R"([{"value":"x"}])"),
            "missing_member: [0].detail.dimensions[0].name is required");
  EXPECT_EQ(with(R"([{"name":"ab","value":"x","vlaue":"x"}])"),
            "unknown_member: [0].detail.dimensions[0].vlaue is not a member of a dimension: name "
            "and value are");
  for (const auto& name : {std::string("1"), std::string("\"1a\""), std::string("\"a\""),
                           std::string("\"\""), "\"" + std::string(34, 'a') + "\""})
    EXPECT_EQ(with(R"([{"name":)" + name + R"(,"value":"x"}])").substr(0, 10), "bad_member")
        << name;
  for (const auto& value :
       {std::string("1"), std::string("\"\""), "\"" + std::string(257, 'a') + "\""})
    EXPECT_EQ(with(R"([{"name":"ab","value":)" + value + "}]").substr(0, 10), "bad_member")
        << value;
  std::string wide;
  for (int i = 0; i < 256; ++i) wide += "é";
  EXPECT_EQ(with(R"([{"name":"ab","value":")" + wide + "\"}]"), "accepted");
}

TEST(Ces, TheProjectIsPartOfTheCall) {
  const auto of = [](const std::string& project) {
    return decode_ces("[" + item() + "]", project, "", false, kNow).has_value();
  };
  EXPECT_TRUE(of("04f9aca88c00d3202fd4c01ed679daf0"));
  for (const auto& project :
       {std::string(), std::string("a b"), std::string("a/b"), std::string(65, 'a')})
    EXPECT_FALSE(of(project)) << project;
}

}  // namespace
}  // namespace alarum::ingest::ces_test
