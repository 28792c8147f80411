#include "ingest/ces.h"

#include <gtest/gtest.h>

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;

const Time kNow = Time(std::chrono::milliseconds(1763800000000));

std::string item(const std::string& detail = "{}", const std::string& more = "") {
  return R"({"event_name":"LspciCardNotFound","event_source":"SYS.BMS","time":1763800000000,"detail":)" + detail +
         more + "}";
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
      R"({ "content" : "{\"npu\":3}", "resource_id":"r-1", "event_level":"Major", "extra": [1] })";
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
  const std::string seconds = R"({"event_name":"a","event_source":"A.B","time":1763800000,"detail":{}})";
  EXPECT_EQ(decode("[" + seconds + "]")->front().event.time(), kNow);
  EXPECT_EQ(refusal(seconds, true), "bad_member: [0].time is in seconds; milliseconds are wanted");
}

TEST(Ces, WhatTheVendorRefusesIsTakenUnlessStrict) {
  for (const auto* detail :
       {R"({"event_type":"EVENT.SYS"})", R"({"group_id":""})", R"({"event_user":""})", R"({"mystery":1})"}) {
    EXPECT_EQ(refusal(item(detail)), "accepted") << detail;
    EXPECT_NE(refusal(item(detail), true), "accepted") << detail;
  }
  const std::string old = R"({"event_name":"a","event_source":"A.B","time":1663800000000,"detail":{}})";
  EXPECT_EQ(refusal(old), "accepted");
  EXPECT_NE(refusal(old, true), "accepted");
}

TEST(Ces, FaultsNameTheItemTheMemberAndTheFix) {
  EXPECT_EQ(refusal(item("{}", R"(,"event_nmae":"x")")),
            "unknown_member: [0].event_nmae is not a member of an event (did you mean \"event_name\"?)");
  EXPECT_EQ(refusal(item(R"({"event_level":"Fatal"})")),
            "bad_member: [0].detail.event_level \"Fatal\" is none of Critical, Major, Minor, Info");
  EXPECT_EQ(refusal(item(R"({"group_id":"short"})")),
            "bad_member: [0].detail.group_id must have exactly 24 characters");
  EXPECT_EQ(refusal(R"({"event_name":"a","event_source":"A.B","time":1})"), "missing_member: [0].detail is required");
  EXPECT_EQ(refusal("7"), "bad_body: [0] must be an object");
  EXPECT_EQ(refusal(item("[]")), "bad_member: [0].detail must be an object");
}

TEST(Ces, NamesAndTimesAreChecked) {
  const auto with = [](const std::string& name, const std::string& source, const std::string& time) {
    return refusal(R"({"event_name":")" + name + R"(","event_source":")" + source + R"(","time":)" + time +
                   R"(,"detail":{}})")
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

TEST(Ces, DimensionsAreFourAtMost) {
  EXPECT_EQ(refusal(item(R"({"dimensions":[{"name":"instance_id","value":"x"}]})")), "accepted");
  EXPECT_NE(refusal(item(R"({"dimensions":[{},{},{},{},{}]})")), "accepted");
  EXPECT_NE(refusal(item(R"({"dimensions":[{"name":1}]})")), "accepted");
}

}  // namespace
}  // namespace alarum::ingest
