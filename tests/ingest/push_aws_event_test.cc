#include "ingest/push/aws_event.h"

#include <gtest/gtest.h>

#include "ingest/push/notification.h"

namespace alarum::ingest::push_aws_event_test {
namespace {

SignedMessage carrying(const std::string& message) {
  SignedMessage m;
  m.service = Service::sns;
  m.id = "s1";
  m.topic = "arn:aws:sns:us-east-1:123456789012:T";
  m.subject = "S";
  m.timestamp = "2024-01-12T16:51:26.655Z";
  m.message = message;
  return m;
}

constexpr const char* kInstance =
    R"({"version":"0","id":"7bf7","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","account":"111122223333","time":"2024-11-11T21:29:54Z",
  "region":"us-east-1","resources":["arn:aws:ec2:us-east-1:111122223333:instance/i-a","arn:b"],"detail":{ "instance-id":"i-a","state":"stopped"}})";

TEST(AwsEvent, AnEventBridgeEventIsUnwrapped) {
  const auto event = decode_notification(carrying(kInstance), "10.0.0.1");
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->id(), "7bf7");
  EXPECT_EQ(event->source(), "aws.ec2");
  EXPECT_EQ(event->type(), "EC2 Instance State-change Notification");
  EXPECT_EQ(event->subject(), "arn:aws:ec2:us-east-1:111122223333:instance/i-a");
  EXPECT_EQ(event->data(), R"({ "instance-id":"i-a","state":"stopped"})");
  EXPECT_EQ(event->format(), model::Format::sns);
  EXPECT_EQ(event->status(), model::Status::none);
  EXPECT_EQ(format_rfc3339(*event->time()), "2024-11-11T21:29:54Z");
  ASSERT_EQ(event->extensions().size(), 4U);
  EXPECT_EQ(event->extensions()[0].second, "\"111122223333\"");
  EXPECT_EQ(event->extensions()[2].second,
            "\"arn:aws:ec2:us-east-1:111122223333:instance/i-a arn:b\"");
}

TEST(AwsEvent, ApiDestinationsPostOneOrSeveral) {
  EXPECT_EQ(decode_eventbridge(kInstance, "")->at(0)->format(), model::Format::eventbridge);
  const auto several =
      decode_eventbridge("[" + std::string(kInstance) + R"(,{"transformed":1},5])", "");
  ASSERT_EQ(several->size(), 3U);
  EXPECT_TRUE(several->at(0));
  EXPECT_EQ(several->at(1).error().reason, "not_an_event");
  EXPECT_EQ(several->at(2).error().reason, "not_an_event");
  EXPECT_EQ(decode_eventbridge("{", "").error().reason, "bad_json");
}

TEST(AwsEvent, HealthAndCloudWatchSayHowItStands) {
  const auto status = [](const std::string& type, const std::string& detail) {
    return decode_eventbridge(R"({"id":"1","source":"aws.x","detail-type":")" + type +
                                  R"(","resources":[],"detail":)" + detail + "}",
                              "")
        ->at(0)
        ->status();
  };
  EXPECT_EQ(status("AWS Health Event", R"({"statusCode":"open"})"), model::Status::firing);
  EXPECT_EQ(status("AWS Health Event", R"({"statusCode":"closed"})"), model::Status::resolved);
  EXPECT_EQ(status("AWS Health Event", R"({"statusCode":"upcoming"})"), model::Status::none);
  EXPECT_EQ(status("CloudWatch Alarm State Change", R"({"state":{"value":"ALARM"}})"),
            model::Status::firing);
  EXPECT_EQ(status("CloudWatch Alarm State Change", R"({"state":{"value":"OK"}})"),
            model::Status::resolved);
  EXPECT_EQ(status("Other", R"({"statusCode":"closed"})"), model::Status::none);
  const auto health = decode_eventbridge(
      R"({"id":"1","source":"aws.health","detail-type":"AWS Health Event","resources":[],"detail":{"eventArn":"arn:e","statusCode":"open"}})",
      "");
  EXPECT_EQ(health->at(0)->subject(), "arn:e");
}

std::string alarm(
    const std::string& state,
    const std::string& trigger = R"({"MetricName":"CPUUtilization","Namespace":"AWS/EC2"})") {
  return R"({"AlarmName":"web cpu","AlarmDescription":null,"AWSAccountId":"123","NewStateValue":")" +
         state +
         R"(","StateChangeTime":"2024-01-12T16:50:00.123+0000","Region":"US East","Trigger":)" +
         trigger + "}";
}

TEST(AwsEvent, ACloudWatchAlarmIsOfItsMetric) {
  const auto event = decode_notification(carrying(alarm("ALARM")), "");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->id(), "s1");
  EXPECT_EQ(event->source(), "AWS/EC2");
  EXPECT_EQ(event->type(), "CPUUtilization");
  EXPECT_EQ(event->subject(), "web cpu");
  EXPECT_EQ(event->status(), model::Status::firing);
  EXPECT_EQ(event->data(), alarm("ALARM"));
  EXPECT_EQ(format_rfc3339(*event->time()), "2024-01-12T16:50:00.123Z");
  EXPECT_EQ(decode_notification(carrying(alarm("OK")), "")->status(), model::Status::resolved);
  EXPECT_EQ(decode_notification(carrying(alarm("INSUFFICIENT_DATA")), "")->status(),
            model::Status::none);
  EXPECT_EQ(decode_notification(carrying(alarm("OK", "{}")), "")->type(), "CloudWatchAlarm");
}

TEST(AwsEvent, AnyOtherMessageIsAnEventOfTheTopic) {
  const auto event = decode_notification(carrying("hello"), "");
  EXPECT_EQ(event->type(), "sns.notification");
  EXPECT_EQ(event->source(), "arn:aws:sns:us-east-1:123456789012:T");
  EXPECT_EQ(event->subject(), "S");
  // A message of the other service's kind is none of ours.
  EXPECT_EQ(decode_notification(carrying(R"({"alarm_id":"a","metric_name":"m"})"), "")->type(),
            "sns.notification");
}

}  // namespace
}  // namespace alarum::ingest::push_aws_event_test
