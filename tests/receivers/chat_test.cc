// TargetQuota of people: slack, teams, dingtalk, feishu, wecom; and smn.
#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;

TEST(Chat, EachVendorsBody) {
  EXPECT_EQ(body_of("slack_configs: [{api_url: 'http://x', channel: '#ops'}]")["channel"], "#ops");
  const auto teams = body_of("teams_configs: [{url: 'http://x'}]");
  EXPECT_EQ(teams["attachments"][0]["contentType"], "application/vnd.microsoft.card.adaptive");
  EXPECT_EQ(teams["attachments"][0]["content"]["version"], "1.4");
  const auto ding = body_of("dingtalk_configs: [{url: 'http://x', at_mobiles: ['138']}]");
  EXPECT_EQ(ding["msgtype"], "markdown");
  EXPECT_NE(ding["markdown"]["text"].get<std::string>().find("@138"), std::string::npos);
  EXPECT_EQ(body_of("feishu_configs: [{url: 'http://x'}]")["card"]["header"]["template"], "red");
  EXPECT_EQ(body_of("wecom_configs: [{url: 'http://x'}]")["msgtype"], "markdown");
  EXPECT_EQ(body_of("smn_configs: [{url: 'http://x', project_id: p, topic_urn: t, access_key: a, "
                    "secret_key: s}]")["subject"],
            "FIRING critical NpuFault: NPU 3 is down");
}

TEST(Feishu, SignsInTheBody) {
  const std::string configs = "feishu_configs: [{url: 'http://x', secret: demo}]";
  const auto body =
      Json::parse(prepared(configs, content_of(configs).body, Time(1599360473s)).body);
  EXPECT_EQ(body["timestamp"], "1599360473");
  EXPECT_EQ(body["sign"], "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
}

TEST(DingTalk, SignsInTheQuery) {
  const std::string signature =
      "timestamp=1577262236757&sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D";
  EXPECT_EQ(
      prepared("dingtalk_configs: [{url: 'http://x/robot?access_token=a', secret: this is secret}]",
               "{}", Time(1577262236757ms))
          .url,
      "http://x/robot?access_token=a&" + signature);
  EXPECT_EQ(prepared("dingtalk_configs: [{url: 'http://x/robot', secret: this is secret}]", "{}",
                     Time(1577262236757ms))
                .url,
            "http://x/robot?" + signature);
  EXPECT_EQ(
      prepared("dingtalk_configs: [{url: 'http://x/robot'}]", "{}", Time(1577262236757ms)).url,
      "http://x/robot");
}

TEST(Smn, IsSignedForItsTopic) {
  const auto attempt = prepared(
      "smn_configs: [{url: 'https://smn.example.org/', project_id: p, topic_urn: t, access_key: "
      "AK, secret_key: SK}]",
      "{}", Time(1591583940s));
  EXPECT_EQ(attempt.url, "https://smn.example.org/v2/p/notifications/topics/t/publish");
  ASSERT_EQ(attempt.headers.size(), 3u);
  EXPECT_EQ(attempt.headers[0], "X-Sdk-Date: 20200608T023900Z");
  EXPECT_EQ(attempt.headers[1], "X-Project-Id: p");
  EXPECT_TRUE(attempt.headers[2].starts_with(
      "Authorization: SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature="))
      << attempt.headers[2];
}

// The vendors' limits, unless the config says otherwise.
TEST(Chat, ARoomIsWrittenToAsOftenAsItsVendorAllows) {
  const auto limit = [](const std::string& configs) {
    const auto how = integration_of(configs);
    return std::to_string(how.rate) + " in " +
           std::to_string(std::chrono::duration_cast<std::chrono::seconds>(how.rate_per).count()) +
           " s, " + std::to_string(how.concurrency) + " at once";
  };
  EXPECT_EQ(limit(least_of("slack")), "1 in 1 s, 1 at once");
  EXPECT_EQ(limit(least_of("teams")), "4 in 1 s, 1 at once");
  EXPECT_EQ(limit(least_of("dingtalk")), "20 in 60 s, 1 at once");
  EXPECT_EQ(limit(least_of("feishu")), "4 in 3 s, 1 at once");
  EXPECT_EQ(limit(least_of("wecom")), "20 in 60 s, 1 at once");
  EXPECT_EQ(
      limit("wecom_configs: [{url: 'http://x', concurrency: 2, rate_limit: {count: 5, per: 10s}}]"),
      "5 in 10 s, 2 at once");
  EXPECT_EQ(limit("wecom_configs: [{url: 'http://x', rate_limit: {count: 0}}]"),
            "0 in 60 s, 1 at once");
}

TEST(Chat, AUrlGoesByTheVendorsWordOrByOurs) {
  for (const char* configs :
       {"slack_configs: [{api_url: 'http://x'}]", "slack_configs: [{url: 'http://x'}]",
        "teams_configs: [{url: 'http://x'}]", "teams_configs: [{webhook_url: 'http://x'}]",
        "msteamsv2_configs: [{webhook_url: 'http://x'}]"})
    EXPECT_EQ(integration_of(configs).url.reveal(), "http://x") << configs;
  EXPECT_EQ(integration_of("msteamsv2_configs: [{webhook_url: 'http://x'}]").kind, "teams");
  EXPECT_EQ(read_receiver("slack_configs: [{api_url: http://x, pretext: a}]").said,
            "c.yaml:4:39: error: \"pretext\" is not available in this version (slack_configs of "
            "receiver \"a\")\n");
}

}  // namespace
}  // namespace alarum::receivers
