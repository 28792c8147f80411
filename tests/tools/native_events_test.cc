#include "tools/native_events.h"

#include <gtest/gtest.h>

#include "config/config.h"

namespace alarum::tools::native_events_test {
namespace {

const Time kNow = *parse_rfc3339("2026-11-30T12:00:00Z");

std::string first(const std::string& text, const std::string& format = "") {
  NativeBody body;
  body.text = text, body.format = format, body.now = kNow;
  const auto events = decode_native(body);
  if (!events) return events.error().reason;
  if (events->empty()) return "none";
  const auto& one = events->front();
  return one ? std::string(model::to_text(one->format())) + " " + std::string(one->type())
             : one.error().reason;
}

TEST(NativeEvents, FormatsAreKnownByTheirMembers) {
  EXPECT_EQ(first(R"({"specversion":"1.0","id":"1","source":"s","type":"t"})"), "cloudevents t");
  EXPECT_EQ(first(R"([{"specversion":"1.0","id":"1","source":"s","type":"t"}])"), "cloudevents t");
  EXPECT_EQ(first(R"({"alerts":[{"status":"firing","labels":{"alertname":"A"}}]})"),
            "alertmanager A");
  EXPECT_EQ(first(R"({"Events":[{"MessageId":"E.1.0.FanFailed"}]})"), "redfish E.FanFailed");
  EXPECT_EQ(first("<11>Nov 30 01:02:03 h1 kernel: down"), "syslog kernel");
  EXPECT_EQ(
      first(R"({"version":"0","id":"1","detail-type":"EC2 State","source":"aws.ec2","detail":{}})"),
      "eventbridge EC2 State");
}

TEST(NativeEvents, OneItemOfACloudEyeReportMayStandAlone) {
  EXPECT_EQ(first(R"({"event_name":"linkDown","event_source":"SYS.BMS","time":1795000000000,
      "detail":{"event_state":"normal","event_level":"Major","resource_id":"s1"}})"),
            "ces linkDown");
}

TEST(NativeEvents, WhatCannotBeToldIsAskedFor) {
  EXPECT_EQ(first(R"({"a":1})"), "unknown_format");
  EXPECT_EQ(first("{}", "xml"), "unknown_format");
  EXPECT_EQ(first("{}", "json/ci"), "unknown_source");
  EXPECT_EQ(first("{", "cloudevents"), "bad_json");
}

TEST(NativeEvents, ALineASyslogEvent) {
  NativeBody body;
  body.text = "<11>Nov 30 01:02:03 h1 a: x\n\n<11>Nov 30 01:02:03 h2 b: y\n";
  body.now = kNow;
  const auto events = decode_native(body);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ((*events)[1]->source(), "h2");
}

}  // namespace
}  // namespace alarum::tools::native_events_test
