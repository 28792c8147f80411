// The exchanges of Webex' documentation: "Create a Message" and "Rate limiting".
#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;
using Kind = Verdict::Kind;

const std::string kWebex = "webex_configs: [{room_id: Y2lzY29zcGFyazovL3VzL1JPT00v, token: T0k}]";

TEST(Webex, PostsAMessageIntoTheRoom) {
  const auto request = request_of(kWebex);
  EXPECT_EQ(request.url, "https://webexapis.com/v1/messages");
  EXPECT_EQ(request.headers, std::vector<std::string>{"Authorization: Bearer T0k"});
  EXPECT_EQ(Json::parse(request.body),
            Json::parse(R"({
    "roomId": "Y2lzY29zcGFyazovL3VzL1JPT00v",
    "markdown": "**FIRING critical NpuFault: NPU 3 is down**\n\nWhere: npu=3\n\nSince: )"
                        R"(1970-01-01 00:00:00 UTC\n\n)"
                        R"(<http://bridge/api/v1/history?alert=id3>\n\n"})"));
  EXPECT_EQ(
      judged("webex", 200, R"({"id":"Y2lzY29zcGFyazovL3VzL01FU1NBR0Uv","roomType":"group"})").kind,
      Kind::delivered);
}

TEST(Webex, NoTextOfAnEventMentionsAnybody) {
  auto message = firing();
  message.changes[0].alert.annotations["summary"] = "<@all> @x";
  const std::string text = body_of(kWebex, message)["markdown"];
  EXPECT_EQ(text.find("<@"), std::string::npos) << text;
  EXPECT_EQ(text.find('@'), std::string::npos) << text;
}

TEST(Webex, KeepsToTheSizeOfAMessage) {
  auto message = firing();
  message.changes[0].alert.annotations["summary"] = std::string(250, '*');
  message.changes[0].alert.annotations["description"] = std::string(9000, '[');
  const auto size = body_of(kWebex, message)["markdown"].get<std::string>().size();
  EXPECT_LE(size, 7439U);
  EXPECT_GT(size, 7000U);
}

TEST(Webex, NeedsARoomAndCredentials) {
  EXPECT_NE(read_receiver("webex_configs: [{token: t}]").said.find("has no \"room_id\""),
            std::string::npos);
  EXPECT_NE(read_receiver("webex_configs: [{room_id: r}]").said.find("has no \"token\""),
            std::string::npos);
  EXPECT_TRUE(integration_of("webex_configs: [{room_id: r, token: t, http_config: {bearer_token: "
                             "x}}]")
                  .http.authorization.empty())
      << "one Authorization header";
}

TEST(Webex, WaitsAsLongAsItIsAsked) {
  const auto limited = judge(integration_of(kWebex), {429, R"({"message":"Too many requests",
    "trackingId":"NA_x"})",
                                                      17s});
  EXPECT_EQ(std::tuple(limited.kind, limited.slow_down, limited.retry_after),
            std::tuple(Kind::retry, true, std::chrono::seconds(17)));
  EXPECT_EQ(judged("webex", 401, "{}").kind, Kind::dead);
}

}  // namespace
}  // namespace alarum::receivers
