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
std::string alarm(
    const std::string& status,
    const std::string& more =
        R"(,"template_variable":{"ResourceId":"i-1","AlarmLevel":"Critical","EventContent":""})") {
  return R"({"message_type":"alarm","alarm_id":"al17","alarm_name":"alarm-shop","alarm_status":")" +
         status +
         R"(","time":1705078276006,"namespace":"AGT.ECS","metric_name":"cpu_usage","dimension":"instance_id:i-2,disk:sda","comparison_operator":"\u003e=","value":80)" +
         more + "}";
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

TEST(CesAlarm, OkResolves) {
  EXPECT_EQ(decode_notification(carrying(alarm("ok")), "")->status(), model::Status::resolved);
}

TEST(CesAlarm, OnlyAlarmFiresAndOnlyAnOkResolves) {
  const auto status = [](const std::string& word) {
    return decode_notification(carrying(alarm(word)), "")->status();
  };
  EXPECT_EQ(status("ok_manual"), model::Status::resolved);
  EXPECT_EQ(status("OK_Manual"), model::Status::resolved);
  for (const auto* word : {"insufficient_data", "invalid", ""})
    EXPECT_EQ(status(word), model::Status::none) << word;
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

std::string of_extension(const model::Event& event, std::string_view wanted) {
  for (const auto& [name, value] : event.extensions()) {
    if (name == wanted) return std::string(value);
  }
  return "none";
}

// The console's content template of format JSON; `is_alarm` with its comma, or nothing.
std::string of_template(const std::string& is_alarm) {
  return R"({"version":"v1","data":{"Namespace":"弹性云服务器","DimensionName":"云服务器","ResourceName":"ecs-1","MetricName":"CPU使用率",)" +
         is_alarm +
         R"("AlarmLevel":"紧急","ResourceId":"r-1","AlarmTime":"2026/11/28 22:56:15 GMT+08:00","AlarmRecordID":"ah1","AlarmRuleName":"alarm-1"}})";
}

Decoded with_subject(const std::string& message, const std::string& subject) {
  auto m = carrying(message);
  m.subject = subject;
  return decode_notification(m, "");
}

TEST(CesAlarm, OfAContentTemplateIsTheSameEvent) {
  const auto event = decode_notification(carrying(of_template(R"("IsAlarm":true,)")), "");
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->source(), "弹性云服务器");
  EXPECT_EQ(event->type(), "CPU使用率");
  EXPECT_EQ(event->subject(), "r-1");
  EXPECT_EQ(event->severity(), model::Severity::critical);
  EXPECT_EQ(event->status(), model::Status::firing);
  EXPECT_EQ(of_extension(*event, "alarm"), R"("alarm-1")");
  EXPECT_EQ(format_rfc3339(*event->time()), "2026-11-28T14:56:15Z");
  EXPECT_EQ(of_extension(*decode_notification(carrying(alarm("alarm")), ""), "alarm"), R"("al17")");
}

TEST(CesAlarm, OfAContentTemplateWithoutItsFrameIsStillAnAlarm) {
  const auto event = decode_notification(
      carrying(
          R"({"IsAlarm":"true","MetricName":"linkDown","ResourceName":"bms-1","AlarmLevel":"重要"})"),
      "");
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->type(), "linkDown");
  EXPECT_EQ(event->subject(), "bms-1");
  EXPECT_EQ(event->source(), "urn:smn:cn-north-4:p:t");
  EXPECT_EQ(event->severity(), model::Severity::major);
}

TEST(CesAlarm, OfATemplateIsOverWhenIsAlarmIsFalseOrEmpty) {
  const auto status = [](const std::string& value) {
    return decode_notification(carrying(of_template(R"("IsAlarm":)" + value + ",")), "")->status();
  };
  for (const auto* value : {"false", R"("false")", R"("False ")", R"("")", "null"})
    EXPECT_EQ(status(value), model::Status::resolved) << value;
  for (const auto* value : {"true", R"("true")", R"("1")", R"("是")"})
    EXPECT_EQ(status(value), model::Status::firing) << value;
}

TEST(CesAlarm, OfATemplateWithoutIsAlarmFiresUnlessTheSubjectSaysThatItRecovered) {
  const auto status = [](const std::string& subject) {
    return with_subject(of_template(""), subject)->status();
  };
  for (const auto* subject :
       {"[华为云][紧急告警恢复]云监控通知：ecs-1 已恢复正常。", "【华为云】【紧急告警恢复】x",
        "[华为云]云监控通知：ecs-1 已恢复正常。",
        "[Critical Ok]From Cloud Eye: x has changed to OK from Alarm.", "[OK]From Cloud Eye: x",
        "[华为云][恢复]x", "[Major Alarm Cleared]x"})
    EXPECT_EQ(status(subject), model::Status::resolved) << subject;
  for (const auto* subject :
       {"", "[华为云][紧急告警]云监控通知：灾难恢复 的 CPU使用率 已触发告警。",
        "[华为云][紧急告警]云监控通知：x已恢复正常", "[Critical Alarm]From Cloud Eye: ok",
        "[灾难恢复]x 已触发告警。", "[恢复", "[", "[]"})
    EXPECT_EQ(status(subject), model::Status::firing) << subject;
}

TEST(CesAlarm, LevelsAreReadInChineseToo) {
  using model::Severity;
  for (const auto& [word, severity] : {std::pair("紧急", Severity::critical),
                                       {"重要", Severity::major},
                                       {"次要", Severity::minor},
                                       {"提示", Severity::info}}) {
    const auto level = std::string(R"(,"template_variable":{"AlarmLevel":")") + word + R"("})";
    EXPECT_EQ(decode_notification(carrying(alarm("alarm", level)), "")->severity(), severity)
        << word;
    EXPECT_EQ(
        with_subject(alarm("alarm", ""), std::string("[华为云][") + word + "告警]云监控通知：x")
            ->severity(),
        severity)
        << word;
    EXPECT_EQ(
        with_subject(alarm("ok", ""), std::string("[华为云][") + word + "告警恢复]云监控通知：x")
            ->severity(),
        severity)
        << word;
  }
  EXPECT_EQ(with_subject(alarm("alarm", ""), "[Minor Ok]From Cloud Eye: x")->severity(),
            Severity::minor);
}

TEST(CesAlarm, OfAnEventHasNoMetricAndFires) {
  const auto event = decode_notification(
      carrying(
          R"({"message_type":"alarm","alarm_id":"al1","alarm_name":"reboots","namespace":"SYS.ECS","template_variable":{"ResourceId":"i-1"}})"),
      "");
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->type(), "reboots");
  EXPECT_EQ(event->status(), model::Status::firing);
}

TEST(CesAlarm, AnIncompleteCloudEventIsAnEventOfTheTopic) {
  for (const std::string text : {R"({"specversion":"1.0","type":"t"})",
                                 R"({"specversion":"1.0","id":"","source":"s","type":"t"})",
                                 R"({"specversion":"9","id":"1","source":"s","type":"t"})"}) {
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
  const auto event = decode_notification(
      carrying(R"({"specversion":"1.0","id":"7","source":"HC.OBS","type":"t"})"), "");
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
