// The exchanges of the Bot API's documentation: "sendMessage", "Making requests" and
// "ResponseParameters".
#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;
using Kind = Verdict::Kind;

const std::string kTelegram =
    "telegram_configs: [{bot_token: '123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11', chat_id: "
    "-1001234567890";

TEST(Telegram, SendsAMessageToTheChat) {
  const auto request = request_of(kTelegram + ", message_thread_id: 7}]");
  EXPECT_EQ(request.url,
            "https://api.telegram.org/bot123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11/sendMessage");
  EXPECT_EQ(Json::parse(request.body),
            Json::parse(R"({
    "chat_id": -1001234567890, "message_thread_id": 7, "parse_mode": "HTML",
    "link_preview_options": {"is_disabled": true},
    "text": "<b>FIRING critical NpuFault: NPU 3 is down</b>\nWhere: npu=3\nSince: 1970-01-01 )"
                        R"(00:00:00 UTC\n<a href=\"http://bridge/api/v1/)"
                        R"(history?alert=id3\">http://bridge/api/v1/)"
                        R"(history?alert=id3</a>\n"})"));
  EXPECT_EQ(request.body.find("ABC-DEF"), std::string::npos);
  EXPECT_EQ(judged("telegram", 200, R"({"ok":true,"result":{"message_id":1,"date":1441645532,
    "chat":{"id":-1001234567890,"type":"supergroup"},"text":"x"}})")
                .kind,
            Kind::delivered);
}

TEST(Telegram, TakesAChannelsNameAndRefusesWhatIsNoChat) {
  EXPECT_EQ(body_of("telegram_configs: [{bot_token: t, chat_id: '@ops'}]")["chat_id"], "@ops");
  EXPECT_EQ(body_of("telegram_configs: [{bot_token: t, chat_id: '-7'}]")["chat_id"], -7);
  for (const char* chat : {"ops", "1.5", "'@'", "[1]", "true"})
    EXPECT_NE(
        read_receiver("telegram_configs: [{bot_token: t, chat_id: " + std::string(chat) + "}]")
            .said.find("\"chat_id\" must be a whole number, or the name of a channel"),
        std::string::npos)
        << chat;
  EXPECT_NE(read_receiver("telegram_configs: [{bot_token: t}]").said.find("has no \"chat_id\""),
            std::string::npos);
  EXPECT_NE(read_receiver("telegram_configs: [{chat_id: 1}]").said.find("has no \"bot_token\""),
            std::string::npos);
}

TEST(Telegram, KeepsToFourThousandCharactersAndWholeTags) {
  auto message = firing();
  message.changes[0].alert.annotations["description"] = std::string(9000, '<');
  const auto ours = body_of(kTelegram + "}]", message);
  EXPECT_LE(ours["text"].get<std::string>().size(), 4096U);
  const auto own = body_of(kTelegram + ", text: '<b>{{description}}</b>'}]", message);
  EXPECT_LE(own["text"].get<std::string>().size(), 4096U);
  EXPECT_FALSE(own.contains("parse_mode")) << "a tag that is not closed would be refused";
  EXPECT_TRUE(body_of(kTelegram + ", text: '<b>{{alertname}}</b>'}]")["parse_mode"] == "HTML");
}

TEST(Telegram, WaitsAsLongAsItIsAsked) {
  const auto limited = judged("telegram", 429, R"({"ok":false,"error_code":429,
    "description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}})");
  EXPECT_EQ(std::tuple(limited.kind, limited.slow_down, limited.retry_after),
            std::tuple(Kind::retry, true, std::chrono::seconds(35)));
  EXPECT_EQ(judged("telegram", 429, "<html>").retry_after, 0s);
  EXPECT_EQ(judged("telegram", 400, R"({"ok":false,"error_code":400,
    "description":"Bad Request: chat not found"})")
                .kind,
            Kind::dead);
  EXPECT_EQ(judged("telegram", 200, R"({"ok":false})").kind, Kind::retry);
  EXPECT_EQ(judged("telegram", 200, "<html>").kind, Kind::retry);
}

}  // namespace
}  // namespace alarum::receivers
