// The exchanges of Pushover's documentation: "Pushing Messages", "Emergency Priority" and
// "Response Format".
#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;
using Kind = Verdict::Kind;

const std::string kPushover =
    "pushover_configs: [{token: azGDORePK8gMaC0QOYAMyEEuzJnyUi, user_key: "
    "uQiRzpo4DXghDmr9QzzfQu27cmVRsG";

TEST(Pushover, PushesAMessage) {
  const auto request = request_of(kPushover + ", device: droid2, sound: siren}]");
  EXPECT_EQ(request.url, "https://api.pushover.net/1/messages.json");
  EXPECT_EQ(Json::parse(request.body), Json::parse(R"({
    "token": "azGDORePK8gMaC0QOYAMyEEuzJnyUi", "user": "uQiRzpo4DXghDmr9QzzfQu27cmVRsG",
    "device": "droid2", "sound": "siren", "priority": 1,
    "title": "FIRING critical NpuFault: NPU 3 is down",
    "message":
      "Where: npu=3\nSince: 1970-01-01 00:00:00 UTC\nhttp://bridge/api/v1/history?alert=id3\n",
    "url": "http://bridge/api/v1/history?alert=id3"})"));
  EXPECT_EQ(
      judged("pushover", 200, R"({"status":1,"request":"647d2300-702c-4b38-8b2f-d56326ae460b"})")
          .kind,
      Kind::delivered);
}

TEST(Pushover, AnEmergencyRepeatsUntilSomebodyTakesIt) {
  const auto body = body_of(kPushover + ", priority: emergency, emergency_retry: 45s, ttl: 1h}]");
  EXPECT_EQ(Json::array({body["priority"], body["retry"], body["expire"]}),
            Json::array({2, 45, 3600}));
  EXPECT_FALSE(body.contains("ttl")) << "which an emergency has not";
  const auto end = body_of(kPushover + ", priority: emergency, ttl: 1h}]", resolved());
  EXPECT_EQ(Json::array({end["priority"], end["ttl"]}), Json::array({0, 3600}));
  EXPECT_EQ(body_of(kPushover + ", priority: low}]", resolved())["priority"], -1);
  EXPECT_NE(read_receiver(kPushover + ", emergency_retry: 10s}]").said.find("emergency_retry"),
            std::string::npos);
}

TEST(Pushover, KeepsToTheSizesOfAMessage) {
  auto message = firing();
  for (int i = 0; i < 3000; ++i) message.changes[0].alert.annotations["description"] += "\u4e2d";
  const auto text = body_of(kPushover + "}]", message)["message"].get<std::string>();
  EXPECT_LE(text.size(), 1024U);
  EXPECT_TRUE(text.ends_with("中…"));
}

TEST(Pushover, IsJudgedByItsStatus) {
  EXPECT_EQ(judged("pushover", 200, R"({"status":0})").kind, Kind::retry);
  EXPECT_EQ(judged("pushover", 200, "<html>").kind, Kind::retry);
  EXPECT_EQ(judged("pushover", 400, R"({"user":"invalid","errors":["user identifier is invalid"],
    "status":0,"request":"5042853c-402d-4a18-abcb-168734a801de"})")
                .kind,
            Kind::dead);
  EXPECT_EQ(judged("pushover", 429, R"({"status":0})").kind, Kind::retry);
}

TEST(Pushover, NeedsBothKeys) {
  EXPECT_NE(read_receiver("pushover_configs: [{token: t}]").said.find("has no \"user_key\""),
            std::string::npos);
  EXPECT_NE(read_receiver("pushover_configs: [{user_key: u}]").said.find("has no \"token\""),
            std::string::npos);
}

}  // namespace
}  // namespace alarum::receivers
