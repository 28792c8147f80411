// The exchanges of ntfy's documentation: "Publish as JSON" and "Limitations".
#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;
using Kind = Verdict::Kind;

TEST(Ntfy, PublishesAsJson) {
  const auto request = request_of(
      "ntfy_configs: [{topic: mytopic, token: tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2, tags: cd}]");
  EXPECT_EQ(request.url, "https://ntfy.sh");
  EXPECT_EQ(request.headers,
            std::vector<std::string>{"Authorization: Bearer tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"});
  auto body = Json::parse(request.body);
  EXPECT_EQ(body["sequence_id"].get<std::string>().size(), 64U);
  EXPECT_EQ(body["sequence_id"],
            body_of("ntfy_configs: [{topic: mytopic}]", resolved())["sequence_id"]);
  body.erase("sequence_id");
  EXPECT_EQ(body, Json::parse(R"({
    "topic": "mytopic", "title": "FIRING critical NpuFault: NPU 3 is down",
    "message":
      "Where: npu=3\nSince: 1970-01-01 00:00:00 UTC\nhttp://bridge/api/v1/history?alert=id3\n",
    "priority": 5, "tags": ["rotating_light", "cd"],
    "click": "http://bridge/api/v1/history?alert=id3"})"));
  EXPECT_EQ(judged("ntfy", 200, R"({"id":"2YIQkrBVcWVr","time":1773153256,"expires":1773196456,
    "event":"message","topic":"mytopic","message":"x"})")
                .kind,
            Kind::delivered);
}

TEST(Ntfy, AnEndIsNoAlarm) {
  const auto body = body_of("ntfy_configs: [{topic: t}]", resolved());
  EXPECT_EQ(body["priority"], 3);
  EXPECT_EQ(body["tags"], Json::array({"white_check_mark"}));
  EXPECT_EQ(body_of("ntfy_configs: [{topic: t, priority: 1}]")["priority"], 1);
}

TEST(Ntfy, CutsAMessageThatWouldBecomeAnAttachment) {
  auto message = firing();
  for (int i = 0; i < 3000; ++i) message.changes[0].alert.annotations["description"] += "\u4e2d";
  const auto text = body_of("ntfy_configs: [{topic: t}]", message)["message"].get<std::string>();
  EXPECT_LE(text.size(), 4096U);
  EXPECT_GT(text.size(), 4090U);
  EXPECT_TRUE(text.ends_with("中…"));
}

TEST(Ntfy, RefusesWhatIsNoTopic) {
  for (const char* topic : {"'a b'", "a/b", "''"})
    EXPECT_NE(read_receiver("ntfy_configs: [{topic: " + std::string(topic) + "}]")
                  .said.find("c.yaml:4:26: error: \"topic\""),
              std::string::npos)
        << topic;
  EXPECT_NE(read_receiver("ntfy_configs: [{}]").said.find("has no \"topic\""), std::string::npos);
  EXPECT_NE(read_receiver("ntfy_configs: [{topic: t, priority: 6}]").said.find("from 1 to 5"),
            std::string::npos);
}

TEST(Ntfy, TriesAgainWhenItIsAskedTooOften) {
  const auto limited = judged("ntfy", 429, R"({"code":42901,"http":429,
    "error":"limit reached: too many requests","link":"https://ntfy.sh/docs/publish/#limitations"})");
  EXPECT_EQ(std::pair(limited.kind, limited.slow_down), std::pair(Kind::retry, true));
  EXPECT_EQ(judged("ntfy", 403, R"({"code":40301,"http":403,"error":"forbidden"})").kind,
            Kind::dead);
}

}  // namespace
}  // namespace alarum::receivers
