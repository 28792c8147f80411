// The exchanges of Discord's documentation: "Execute Webhook" and "Rate Limits".
#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;
using Kind = Verdict::Kind;

const std::string kDiscord =
    "discord_configs: [{webhook_url: 'https://discord.com/api/webhooks/223704706495545344/3d89'}]";

TEST(Discord, SendsOneEmbed) {
  const auto request = request_of(kDiscord);
  EXPECT_EQ(request.url, "https://discord.com/api/webhooks/223704706495545344/3d89");
  EXPECT_EQ(Json::parse(request.body), Json::parse(R"({
    "embeds": [{"title": "FIRING critical NpuFault: NPU 3 is down",
                "description": "Where: npu=3\nSince: 1970-01-01 00:00:00 UTC\n)"
                                                   R"(<http://bridge/api/v1/history?alert=id3>\n",
                "color": 13631488, "url": "http://bridge/api/v1/history?alert=id3"}],
    "allowed_mentions": {"parse": []}})"));
  EXPECT_EQ(body_of(kDiscord, resolved())["embeds"][0]["color"], 0x2e8540);
  EXPECT_EQ(judged("discord", 204, "").kind, Kind::delivered);
}

TEST(Discord, MentionsOnlyWhomTheOperatorDoes) {
  auto message = firing();
  message.changes[0].alert.annotations["summary"] = "@everyone **x**";
  EXPECT_EQ(body_of(kDiscord, message)["embeds"][0]["title"],
            "FIRING critical NpuFault: @everyone \\*\\*x\\*\\*")
      << "an embed mentions nobody";
  const auto body = body_of(
      "discord_configs: [{url: 'http://x', content: '@here', username: Alarum, avatar_url: "
      "'http://i'}]");
  EXPECT_EQ(body["content"], "@here");
  EXPECT_EQ(body["username"], "Alarum");
  EXPECT_EQ(body["avatar_url"], "http://i");
  EXPECT_FALSE(body.contains("allowed_mentions"));
}

TEST(Discord, WaitsAsLongAsItIsAsked) {
  const auto limited = judged("discord", 429, R"({
    "message": "You are being rate limited.", "retry_after": 64.57, "global": false})");
  EXPECT_EQ(std::tuple(limited.kind, limited.slow_down, limited.retry_after),
            std::tuple(Kind::retry, true, std::chrono::seconds(65)));
  EXPECT_EQ(judged("discord", 429, R"({"retry_after": 1e300})").retry_after, kMostRetryAfter);
  EXPECT_EQ(judged("discord", 429, R"({"retry_after": "x"})").retry_after, 0s);
  EXPECT_EQ(judged("discord", 404, R"({"message": "Unknown Webhook", "code": 10015})").kind,
            Kind::dead);
}

TEST(Discord, KeepsToTheSizesOfAnEmbed) {
  auto message = firing();
  message.changes[0].alert.annotations["summary"] = std::string(190, '*');
  message.changes[0].alert.annotations["description"] = std::string(9000, 'x');
  const auto embed = body_of(kDiscord, message)["embeds"][0];
  EXPECT_EQ(cut_units(embed["title"], 256), embed["title"]);
  EXPECT_TRUE(embed["title"].get<std::string>().ends_with("…"));
  EXPECT_EQ(embed["description"].get<std::string>().size(), 4096U);
  EXPECT_NE(read_receiver("discord_configs: [{url: 'http://x', content: '" +
                          std::string(2001, 'c') + "'}]")
                .said.find("\"content\" has at most 2000 characters"),
            std::string::npos);
}

}  // namespace
}  // namespace alarum::receivers
