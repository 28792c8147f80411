#include "ingest/cloudevents.h"

#include <gtest/gtest.h>

namespace alarum::ingest::cloudevents_test {
namespace {

std::string event(const std::string& more) {
  return R"({"specversion":"1.0","id":"1","source":"/s","type":"A")" + more + "}";
}

std::string reason(const std::string& json) {
  const auto decoded = decode_structured(json, "");
  return decoded ? "accepted" : decoded.error().reason;
}

// Done-when 3 of the issue: what is accepted never depends on the rules, so everything is checked
// before them.
TEST(CloudEvents, ValidityIsCheckedToTheLastByte) {
  EXPECT_EQ(reason(R"({"data":{"x":tru,"y":[1 2 3]},"type":"A"})"), "bad_json");
  for (const auto* data : {R"({"x":tru,"y":[1 2 3]})", R"({"a":01e})", R"({"a":"\q"})",
                           R"({"a":"\ud800"})", R"({"k" 1,,})", "[1,]", "\"\t\""}) {
    EXPECT_EQ(reason(event(std::string(R"(,"data":)") + data)), "bad_json") << data;
  }
  EXPECT_EQ(reason(event(R"(,"data":{"n":123456789012345678901234567890})")), "accepted");
  EXPECT_EQ(reason(event(",\"data\":\"\xff\"")), "bad_utf8");
  EXPECT_EQ(reason(event(R"(,"data":)" + std::string(200, '[') + std::string(200, ']'))),
            "too_deep");
  EXPECT_EQ(reason(event("") + " x"), "bad_json");
}

TEST(CloudEvents, WhatIsRequiredIsNamed) {
  EXPECT_EQ(reason(R"({"specversion":"1.0","id":"1","source":"/s"})"), "missing_attribute");
  EXPECT_EQ(reason(R"({"specversion":"0.3","id":"1","source":"/s","type":"A"})"),
            "bad_specversion");
  EXPECT_EQ(reason(R"({"specversion":"1.0","id":"","source":"/s","type":"A"})"), "bad_attribute");
  EXPECT_EQ(reason(event(R"(,"time":"yesterday")")), "bad_attribute");
  EXPECT_EQ(reason(event(R"(,"data":1,"data_base64":"YQ==")")), "bad_data");
  EXPECT_EQ(reason(event(R"(,"data_base64":"!")")), "bad_data");
  EXPECT_EQ(reason("[]"), "not_an_object");
}

TEST(CloudEvents, TheDataIsKeptByteForByte) {
  const std::string data = "{ \"b\" : 1.50,\n\"a\":\"\\u00e9\" }";
  const auto decoded = decode_structured(event(",\"data\":" + data), "10.0.0.9");
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->data(), data);
  EXPECT_EQ(decoded->sender(), "10.0.0.9");
}

TEST(CloudEvents, ABatchTellsOfEachItem) {
  const auto batch = decode_batch("[" + event("") + ",{\"id\":1}," + event("") + "]", "");
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->size(), 3U);
  EXPECT_TRUE((*batch)[0]);
  EXPECT_FALSE((*batch)[1]);
  EXPECT_TRUE((*batch)[2]);
  EXPECT_TRUE(decode_batch("[]", "")->empty());
  EXPECT_FALSE(decode_batch("{}", ""));
}

TEST(CloudEvents, BinaryModeTakesAttributesFromHeaders) {
  const std::vector<std::pair<std::string, std::string>> headers{
      {"Ce-Specversion", "1.0"},
      {"ce-id", "1"},
      {"ce-source", "/s"},
      {"ce-type", "A"},
      {"ce-subject", "Euro%20%E2%82%AC"},
      {"Content-Type", "application/json"}};
  const auto decoded = decode_binary(headers, R"({"x":1})", "");
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->subject(), "Euro \u20ac");
  EXPECT_EQ(decoded->data_kind(), model::DataKind::json);
  EXPECT_FALSE(decode_binary(headers, R"({"x":)", ""));
}

TEST(CloudEvents, StatusAndSeverityAreNormalised) {
  const auto of = [](const std::string& data) {
    return *decode_structured(event(",\"data\":" + data), "");
  };
  EXPECT_EQ(of(R"({"status":"OK"})").status(), model::Status::resolved);
  EXPECT_EQ(of(R"({"severity":"Critical"})").severity(), model::Severity::critical);
  EXPECT_EQ(of(R"({"event_level":"Info"})").severity(), model::Severity::info);
  EXPECT_EQ(of("{}").status(), model::Status::none);
}

std::string extensions_of(const Decoded& event) {
  if (!event) return event.error().message;
  std::string out;
  for (const auto& [name, value] : event->extensions())
    out += std::string(name) + '=' + std::string(value) + ' ';
  return out;
}

TEST(CloudEvents, GetTheTraceOfTheirRequestUnlessTheyHaveOne) {
  const TraceHeaders trace{"00-1-2-01", "a=b"};
  const std::string head = R"({"specversion":"1.0","id":"1","source":"s","type":"t")";
  EXPECT_EQ(extensions_of(decode_structured(head + "}", "", trace)),
            R"(traceparent="00-1-2-01" tracestate="a=b" )");
  EXPECT_EQ(extensions_of(decode_structured(head + R"(,"traceparent":"own"})", "", trace)),
            R"(traceparent="own" )");
  EXPECT_EQ(extensions_of(decode_structured(head + R"(,"tracestate":"x=y"})", "", trace)),
            R"(traceparent="00-1-2-01" tracestate="a=b" )")
      << "a state belongs to its trace";
  EXPECT_EQ(extensions_of(decode_structured(head + "}", "")), "");
  const auto batch = decode_batch("[" + head + "}]", "", trace);
  ASSERT_TRUE(batch);
  EXPECT_EQ(extensions_of(batch->front()), R"(traceparent="00-1-2-01" tracestate="a=b" )");
  EXPECT_EQ(extensions_of(decode_binary(
                {{"ce-specversion", "1.0"}, {"ce-id", "1"}, {"ce-source", "s"}, {"ce-type", "t"}},
                "", "", {trace.parent, ""})),
            R"(traceparent="00-1-2-01" )");
}

}  // namespace
}  // namespace alarum::ingest::cloudevents_test
