// The exchanges of Mattermost's documentation: "Incoming webhooks" and "Message attachments".
#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;
using Kind = Verdict::Kind;

TEST(Mattermost, SendsOneAttachment) {
  const auto request = request_of(
      "mattermost_configs: [{webhook_url: 'https://your-mattermost-server.com/hooks/xxx-key', "
      "channel: town-square, username: test-automation, icon_url: "
      "'https://mattermost.org/i.png', icon_emoji: ':robot:', mention: '@channel'}]");
  EXPECT_EQ(request.url, "https://your-mattermost-server.com/hooks/xxx-key");
  EXPECT_EQ(Json::parse(request.body),
            Json::parse(R"({
    "channel": "town-square", "username": "test-automation",
    "icon_url": "https://mattermost.org/i.png", "icon_emoji": ":robot:", "text": "@channel",
    "attachments": [{"fallback": "FIRING critical NpuFault: NPU 3 is down", "color": "#d00000",
      "title": "FIRING critical NpuFault: NPU 3 is down",
      "title_link": "http://bridge/api/v1/history?alert=id3",
      "text": "Where: npu=3\nSince: 1970-01-01 00:00:00 UTC\n)"
                        R"(<http://bridge/api/v1/history?alert=id3>\n"}]})"));
  EXPECT_EQ(judged("mattermost", 200, "ok").kind, Kind::delivered);
}

TEST(Mattermost, NoTextOfAnEventMentionsAnybody) {
  auto message = firing();
  message.changes[0].alert.annotations["summary"] = "@channel [x](http://evil)";
  message.changes[0].alert.annotations["description"] = "@all";
  const auto body = content_of("mattermost_configs: [{url: 'http://x'}]", message).body;
  EXPECT_EQ(body.find('@'), std::string::npos) << body;
  EXPECT_EQ(body.find("[x]("), std::string::npos) << body;
}

TEST(Mattermost, ATwoHundredWithoutOkIsAFailure) {
  EXPECT_EQ(judged("mattermost", 200, "<html>").kind, Kind::retry);
  EXPECT_EQ(judged("mattermost", 400, R"({"id":"web.incoming_webhook.channel.app_error",
    "message":"Couldn't find the channel.","request_id":"x","status_code":400})")
                .kind,
            Kind::dead);
}

TEST(Mattermost, KeepsToWhatARoomShows) {
  auto message = firing();
  message.changes[0].alert.annotations["description"] = std::string(20000, 'x');
  const auto body = body_of("mattermost_configs: [{url: 'http://x'}]", message);
  EXPECT_EQ(body["attachments"][0]["text"].get<std::string>().size(), 7600U);
}

}  // namespace
}  // namespace alarum::receivers
