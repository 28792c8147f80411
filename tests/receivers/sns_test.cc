// The exchanges of AWS' documentation: "Publish" of the SNS API, and "Signature Version 4".
#include <gtest/gtest.h>

#include "receivers/signing.h"
#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Kind = Verdict::Kind;

const std::string kSnsKeys =
    "sns_configs: [{access_key: AKIDEXAMPLE, secret_key: "
    "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY, ";

// The example request of "Create a signed AWS API request".
TEST(Sns, SignsAsAwsDocuments) {
  const Time at = *parse_rfc3339("2015-08-30T12:36:00Z");
  const AwsRequest request{"GET",
                           "iam.amazonaws.com",
                           "/",
                           "Action=ListUsers&Version=2010-05-08",
                           "application/x-www-form-urlencoded; charset=utf-8",
                           "us-east-1",
                           "iam",
                           "",
                           at};
  EXPECT_EQ(aws_date(at), "20150830T123600Z");
  EXPECT_EQ(aws_authorization(request, "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

TEST(Sns, PublishesAForm) {
  const auto request =
      request_of(kSnsKeys +
                     "topic_arn: 'arn:aws:sns:us-west-2:123456789012:My-Topic', attributes: "
                     "{team: core}}]",
                 firing(), *parse_rfc3339("2015-08-30T12:36:00Z"));
  EXPECT_EQ(request.url, "https://sns.us-west-2.amazonaws.com/");
  EXPECT_EQ(request.body,
            "Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aus-west-2%3A123456789012"
            "%3AMy-Topic&Subject=FIRING%20critical%20NpuFault%3A%20NPU%203%20is%20down&Message="
            "FIRING%20critical%20NpuFault%3A%20NPU%203%20is%20down%0AWhere%3A%20npu%3D3%0ASince%3A"
            "%201970-01-01%2000%3A00%3A00%20UTC%0Ahttp%3A%2F%2Fbridge%2Fapi%2Fv1%2Fhistory%3Falert"
            "%3Did3%0A&MessageAttributes.entry.1.Name=team&MessageAttributes.entry.1.Value.DataType"
            "=String&MessageAttributes.entry.1.Value.StringValue=core");
  ASSERT_EQ(request.headers.size(), 3U);
  EXPECT_EQ(request.headers[0], "X-Amz-Date: 20150830T123600Z");
  EXPECT_TRUE(request.headers[1].starts_with(
      "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-west-2/sns/aws4_request, "
      "SignedHeaders=content-type;host;x-amz-date, Signature="))
      << request.headers[1];
  EXPECT_EQ(request.headers[2], "Content-Type: application/x-www-form-urlencoded; charset=utf-8");
  EXPECT_EQ(
      judged("sns", 200, R"(<PublishResponse xmlns="https://sns.amazonaws.com/doc/2010-03-31/">
    <PublishResult><MessageId>567910cd-659e-55d4-8ccb-5aaf14679dc0</MessageId></PublishResult>
    <ResponseMetadata><RequestId>d74b8436-ae13-5ab4-a9ff-ce54dfea72a0</RequestId></ResponseMetadata>
    </PublishResponse>)")
          .kind,
      Kind::delivered);
}

TEST(Sns, AFifoTopicTakesAMessageOnce) {
  const auto body =
      request_of(kSnsKeys + "topic_arn: 'arn:aws:sns:us-west-2:1:My-Topic.fifo'}]").body;
  EXPECT_NE(body.find("&MessageGroupId="), std::string::npos);
  EXPECT_TRUE(body.ends_with("&MessageDeduplicationId=ntf-1")) << body;
}

TEST(Sns, ASubjectIsAsciiAndShort) {
  auto message = firing();
  message.changes[0].alert.annotations["summary"] = "\u4e2d\n" + std::string(150, 'x');
  const auto body = request_of(kSnsKeys + "topic_arn: 'arn:aws:sns:us-west-2:1:t'}]", message).body;
  const auto at = body.find("&Subject=") + 9;
  EXPECT_EQ(body.substr(at, body.find("&Message=") - at),
            "FIRING%20critical%20NpuFault%3A%20%3F%20" + std::string(68, 'x') + "...");
}

TEST(Sns, GoesToOneTarget) {
  const auto phone = request_of(kSnsKeys + "phone_number: '+15550100', region: cn-north-1}]");
  EXPECT_EQ(phone.url, "https://sns.cn-north-1.amazonaws.com.cn/");
  EXPECT_NE(phone.body.find("&PhoneNumber=%2B15550100&Message="), std::string::npos) << phone.body;
  const auto said = [](const std::string& rest) {
    return read_receiver(kSnsKeys + rest + "}]").said;
  };
  EXPECT_NE(said("region: eu-west-1").find("needs one of \"topic_arn\""), std::string::npos);
  EXPECT_NE(said("topic_arn: 'arn:aws:sns:a:1:t', target_arn: 'arn:b'").find("needs one of"),
            std::string::npos);
  EXPECT_NE(said("phone_number: '+1'").find("has no \"region\""), std::string::npos);
  EXPECT_NE(said("topic_arn: t").find("must begin with arn:"), std::string::npos);
  EXPECT_NE(read_receiver("sns_configs: [{topic_arn: 'arn:aws:sns:a:1:t'}]")
                .said.find("has no \"access_key\""),
            std::string::npos);
}

TEST(Sns, TriesAgainWhenItIsThrottled) {
  const auto throttled = judged("sns", 400, R"(<ErrorResponse><Error><Type>Sender</Type>
    <Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>)");
  EXPECT_EQ(std::pair(throttled.kind, throttled.slow_down), std::pair(Kind::retry, true));
  EXPECT_EQ(judged("sns", 400, R"(<ErrorResponse><Error><Type>Sender</Type>
    <Code>InvalidParameter</Code><Message>x</Message></Error></ErrorResponse>)")
                .kind,
            Kind::dead);
  EXPECT_EQ(judged("sns", 200, "<html>").kind, Kind::retry);
}

TEST(Sns, KeepsToTheSizeOfAMessage) {
  auto message = firing();
  message.changes[0].alert.annotations["description"] = std::string(400000, 'x');
  EXPECT_LE(request_of(kSnsKeys + "topic_arn: 'arn:aws:sns:us-west-2:1:t'}]", message).body.size(),
            262144U);
}

}  // namespace
}  // namespace alarum::receivers
