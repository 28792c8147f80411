#include "ingest/push/notification.h"

#include <gtest/gtest.h>

namespace alarum::ingest::push_ces_alarm_test {
namespace {

SignedMessage carrying(const std::string& message) {
  SignedMessage m;
  m.id = "d3df";
  m.topic = "urn:smn:cn-north-4:p:t";
  m.subject = "[Major Alarm]From Cloud Eye: x";
  m.timestamp = "2024-01-12T16:51:26Z";
  m.message = message;
  return m;
}

// Of the capture of 2024, shortened.
std::string alarm(const std::string& status, const std::string& more = R"(,"template_variable":{"ResourceId":"i-1","AlarmLevel":"Critical","EventContent":""})") {
  return R"({"message_type":"alarm","alarm_id":"al17","alarm_name":"alarm-shop","alarm_status":")" + status +
         R"(","time":1705078276006,"namespace":"AGT.ECS","metric_name":"cpu_usage","dimension":"instance_id:i-2,disk:sda","comparison_operator":"\u003e=","value":80)" + more + "}";
}

TEST(CesAlarm, IsAnEventOfItsMetricAndResource) {
  const auto event = decode_notification(carrying(alarm("alarm")), "10.0.0.1");
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->id(), "d3df");
  EXPECT_EQ(event->source(), "AGT.ECS");
  EXPECT_EQ(event->type(), "cpu_usage");
  EXPECT_EQ(event->subject(), "i-1");
  EXPECT_EQ(event->status(), model::Status::firing);
  EXPECT_EQ(event->severity(), model::Severity::critical);
  EXPECT_EQ(event->format(), model::Format::smn);
  EXPECT_EQ(event->data(), alarm("alarm"));
  EXPECT_EQ(format_rfc3339(*event->time()), "2024-01-12T16:51:16.006Z");
  EXPECT_EQ(event->extensions().at(0).second, "\"urn:smn:cn-north-4:p:t\"");
}

TEST(CesAlarm, OkResolves) { EXPECT_EQ(decode_notification(carrying(alarm("ok")), "")->status(), model::Status::resolved); }

TEST(CesAlarm, OnlyAlarmFiresAndOnlyAnOkResolves) {
  const auto status = [](const std::string& word) { return decode_notification(carrying(alarm(word)), "")->status(); };
  EXPECT_EQ(status("ok_manual"), model::Status::resolved);
  EXPECT_EQ(status("OK_Manual"), model::Status::resolved);
  for (const auto* word : {"insufficient_data", "invalid", ""}) EXPECT_EQ(status(word), model::Status::none) << word;
}

TEST(CesAlarm, ItsDimensionsTellItFromOthersInAnyOrder) {
  const auto dimension = [](const std::string& text) {
    auto message = alarm("alarm");
    message.replace(message.find("instance_id:i-2,disk:sda"), 24, text);
    const auto event = decode_notification(carrying(message), "");
    for (const auto& [name, value] : event->extensions()) {
      if (name == "dimension") return std::string(value);
    }
    return std::string("none");
  };
  EXPECT_EQ(dimension("instance_id:i-2,disk:sda"), R"("disk:sda,instance_id:i-2")");
  EXPECT_EQ(dimension(" disk:sda , instance_id:i-2"), R"("disk:sda,instance_id:i-2")");
  EXPECT_EQ(dimension("instance_id:i-2"), R"("instance_id:i-2")");
  EXPECT_EQ(dimension(""), "none");
}

TEST(CesAlarm, AnIncompleteCloudEventIsAnEventOfTheTopic) {
  for (const std::string text : {R"({"specversion":"1.0","type":"t"})", R"({"specversion":"1.0","id":"","source":"s","type":"t"})", R"({"specversion":"9","id":"1","source":"s","type":"t"})"}) {
    const auto event = decode_notification(carrying(text), "");
    ASSERT_TRUE(event) << event.error().message;
    EXPECT_EQ(event->id(), "d3df");
    EXPECT_EQ(event->type(), "smn.notification");
    EXPECT_EQ(event->data(), text);
  }
}

TEST(CesAlarm, WhatIsMissingIsTakenFromElsewhere) {
  const auto event = decode_notification(carrying(alarm("alarm", R"(,"unknown":{"a":[1]})")), "");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->subject(), "i-2");
  EXPECT_EQ(event->severity(), model::Severity::major);
}

TEST(CesAlarm, AnotherMessageIsAnEventOfTheTopic) {
  const auto text = decode_notification(carrying("disk full"), "");
  EXPECT_EQ(text->type(), "smn.notification");
  EXPECT_EQ(text->source(), "urn:smn:cn-north-4:p:t");
  EXPECT_EQ(text->subject(), "[Major Alarm]From Cloud Eye: x");
  EXPECT_EQ(text->data(), "\"disk full\"");
  EXPECT_EQ(decode_notification(carrying(R"( {"a":1} )"), "")->data(), R"({"a":1})");
  EXPECT_EQ(decode_notification(carrying("[1]"), "")->type(), "smn.notification");
}

TEST(CesAlarm, ACloudEventOfEventGridIsItself) {
  const auto event = decode_notification(carrying(R"({"specversion":"1.0","id":"7","source":"HC.OBS","type":"t"})"), "");
  EXPECT_EQ(event->id(), "7");
  EXPECT_EQ(event->source(), "HC.OBS");
}

TEST(CesAlarm, TheEndOfASubscriptionIsAnEvent) {
  auto message = carrying("You are unsubscribed");
  message.kind = SignedMessage::Kind::unsubscribe;
  EXPECT_EQ(decode_notification(message, "")->type(), "smn.unsubscribed");
}

}  // namespace
}  // namespace alarum::ingest::push_ces_alarm_test
