// The exchanges of Rocket.Chat's documentation: "Post Message" and "Rate limiter".
#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;
using Kind = Verdict::Kind;

const std::string kRocket =
    "rocketchat_configs: [{token: RScctEHSmLGZGywfIhWyRpyofhKOiMoUIpimhvheU3f, token_id: "
    "rbAXPnMktTFbNpwtJ, channel: '#general', api_url: 'http://localhost:3000/'";

TEST(RocketChat, PostsOneAttachment) {
  const auto request = request_of(kRocket + ", mention: '@here', emoji: ':fire:'}]");
  EXPECT_EQ(request.url, "http://localhost:3000/api/v1/chat.postMessage");
  EXPECT_EQ(request.headers,
            (std::vector<std::string>{"X-Auth-Token: RScctEHSmLGZGywfIhWyRpyofhKOiMoUIpimhvheU3f",
                                      "X-User-Id: rbAXPnMktTFbNpwtJ"}));
  EXPECT_EQ(Json::parse(request.body),
            Json::parse(R"({
    "channel": "#general", "text": "@here", "emoji": ":fire:",
    "attachments": [{"color": "#d00000", "title": "FIRING critical NpuFault: NPU 3 is down",
      "title_link": "http://bridge/api/v1/history?alert=id3",
      "text": "Where: npu=3\nSince: 1970-01-01 00:00:00 UTC\n)"
                        R"(http://bridge/api/v1/history?alert=id3\n"}]})"));
  EXPECT_EQ(judged("rocketchat", 200, R"({"ts":1481748965123,"channel":"general","message":
    {"_id":"jC9chsFddTvsbFQG7"},"success":true})")
                .kind,
            Kind::delivered);
}

TEST(RocketChat, NoTextOfAnEventMentionsAnybody) {
  auto message = firing();
  message.changes[0].alert.annotations["summary"] = "@all";
  EXPECT_EQ(content_of(kRocket + "}]", message).body.find('@'), std::string::npos);
}

TEST(RocketChat, IsJudgedBySuccess) {
  EXPECT_EQ(judged("rocketchat", 200, R"({"success":false,"error":"x"})").kind, Kind::dead);
  EXPECT_EQ(judged("rocketchat", 200, "<html>").kind, Kind::retry);
  EXPECT_EQ(
      judged("rocketchat", 401, R"({"status":"error","message":"You must be logged in"})").kind,
      Kind::dead);
  for (const long status : {400L, 429L}) {
    const auto limited = judged("rocketchat", status, R"({"success":false,
      "error":"Error, too many requests. [error-too-many-requests]"})");
    EXPECT_EQ(std::tuple(limited.kind, limited.slow_down, limited.retry_after),
              std::tuple(Kind::retry, true, std::chrono::seconds(60)))
        << status;
  }
}

TEST(RocketChat, CutsWhatIsTooLong) {
  auto message = firing();
  message.changes[0].alert.annotations["description"] = std::string(9000, 'x');
  const auto text = body_of(kRocket + "}]", message)["attachments"][0]["text"].get<std::string>();
  EXPECT_EQ(text.size(), 4500U);
}

TEST(RocketChat, NeedsATokenAndAChannel) {
  for (const auto& [entry, missing] : {std::pair("{token_id: u, channel: c}", "\"token\""),
                                       std::pair("{token: t, channel: c}", "\"token_id\""),
                                       std::pair("{token: t, token_id: u}", "\"channel\"")})
    EXPECT_NE(read_receiver("rocketchat_configs: [" + std::string(entry) + "]")
                  .said.find("has no " + std::string(missing)),
              std::string::npos);
}

}  // namespace
}  // namespace alarum::receivers
