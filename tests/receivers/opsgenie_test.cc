// The exchanges of its documentation: "Create Alert" and "Close Alert" of the Alert API.
#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;
using Kind = Verdict::Kind;

const std::string kFull =
    "opsgenie_configs: [{api_key: eb243592, tags: 'OverwriteQuietHours, Critical', entity: An "
    "example entity, priority: P1, responders: [{id: 4513b7ea-3b91-438f-b7e4-e3e54af9147c, type: "
    "team}, {username: trinity@opsgenie.com, type: user}]}]";

TEST(Opsgenie, CreatesAnAlertUnderAnAlias) {
  const auto request = request_of(kFull);
  EXPECT_EQ(request.url, "https://api.opsgenie.com/v2/alerts");
  EXPECT_EQ(request.headers, std::vector<std::string>{"Authorization: GenieKey eb243592"});
  auto body = Json::parse(request.body);
  EXPECT_EQ(body["alias"].get<std::string>().size(), 71U) << "at most 512 characters";
  body.erase("alias");
  EXPECT_EQ(body, Json::parse(R"({
    "message": "FIRING critical NpuFault: NPU 3 is down",
    "description":
      "Where: npu=3\nSince: 1970-01-01 00:00:00 UTC\nhttp://bridge/api/v1/history?alert=id3\n",
    "details": {"alarum": "http://bridge", "alertname": "NpuFault", "npu": "3",
                "severity": "critical"},
    "source": "Alarum", "entity": "An example entity", "priority": "P1",
    "tags": ["OverwriteQuietHours", "Critical"],
    "responders": [{"id": "4513b7ea-3b91-438f-b7e4-e3e54af9147c", "type": "team"},
                   {"username": "trinity@opsgenie.com", "type": "user"}]})"));
  EXPECT_EQ(judged("opsgenie", 202, R"({"result":"Request will be processed","took":0.302,
    "requestId":"43a29c5c-3dbf-4fa4-9c26-f4f71023e120"})")
                .kind,
            Kind::delivered);
}

TEST(Opsgenie, ClosesAndAcknowledgesTheSameAlias) {
  const std::string alias = Json::parse(request_of(kFull).body)["alias"];
  const auto close = request_of(kFull, resolved());
  EXPECT_EQ(close.url,
            "https://api.opsgenie.com/v2/alerts/" + alias + "/close?identifierType=alias");
  const auto body = Json::parse(close.body);
  EXPECT_EQ(body["user"], "Alarum");
  EXPECT_EQ(body["source"], "Alarum");
  EXPECT_NE(body["note"].get<std::string>().find("How: recovered"), std::string::npos);
  EXPECT_EQ(body.size(), 3U);
  auto acknowledged = firing();
  acknowledged.changes[0].kind = model::Change::Kind::acknowledged;
  EXPECT_EQ(request_of("opsgenie_configs: [{api_key: k, api_url: 'http://x/', notify_ack: true}]",
                       acknowledged)
                .url,
            "http://x/v2/alerts/" + alias + "/acknowledge?identifierType=alias");
}

TEST(Opsgenie, KeepsToTheSizesOfTheApi) {
  auto message = firing();
  auto& alert = message.changes[0].alert;
  alert.annotations["summary"] = std::string(300, 's');
  alert.annotations["description"] = std::string(40000, 'x');
  alert.labels["long"] = std::string(9000, 'y');
  const auto body = body_of("opsgenie_configs: [{api_key: k}]", message);
  const std::string title = body["message"];
  EXPECT_EQ(title, "FIRING critical NpuFault: " + std::string(103, 's') + "…") << "130 characters";
  EXPECT_LE(body["description"].get<std::string>().size(), 15000U);
  EXPECT_LE(body["details"].dump().size(), 8200U);
}

TEST(Opsgenie, HasAPriorityForEachSeverity) {
  const auto priority = [](model::Severity severity) {
    auto message = firing();
    message.changes[0].alert.severity = severity;
    return body_of("opsgenie_configs: [{api_key: k}]", message)["priority"].get<std::string>();
  };
  using model::Severity;
  EXPECT_EQ(priority(Severity::critical) + priority(Severity::major) + priority(Severity::minor) +
                priority(Severity::warning) + priority(Severity::info),
            "P1P2P3P4P5");
}

TEST(Opsgenie, RefusesWhatItCannotSend) {
  const auto said = [](const std::string& entry) {
    return read_receiver("opsgenie_configs: [" + entry + "]").said;
  };
  EXPECT_EQ(said("{}"),
            "c.yaml:4:22: error: opsgenie_configs of receiver \"a\" has no \"api_key\" (or "
            "\"api_key_file\")\n");
  EXPECT_TRUE(integration_of("opsgenie_configs: [{api_key: k, http_config: {bearer_token: t}}]")
                  .http.authorization.empty())
      << "one Authorization header, that of the key";
  EXPECT_NE(said("{api_key: k, priority: P6}").find("must be one of P1, P2, P3, P4, P5"),
            std::string::npos);
  EXPECT_NE(said("{api_key: k, responders: [{type: team}]}").find("a responder needs a \"type\""),
            std::string::npos);
  EXPECT_NE(said("{api_key: k, responders: [{name: n, type: x}]}").find("must be one of team"),
            std::string::npos);
  EXPECT_NE(said("{api_key: k, tags: '" + std::string(51, 't') + "'}").find("at most 50 bytes"),
            std::string::npos);
  EXPECT_NE(said("{api_key: k, message: m}").find("\"message\" is not available"),
            std::string::npos);
}

TEST(Opsgenie, TriesAgainWhenItIsAskedTooOften) {
  const auto late = judge(integration_of("opsgenie_configs: [{api_key: k}]"), {429, "{}", 20s});
  EXPECT_EQ(std::tuple(late.kind, late.slow_down, late.retry_after),
            std::tuple(Kind::retry, true, std::chrono::seconds(20)));
  EXPECT_EQ(judged("opsgenie", 422, R"({"message":"Request body is not processable"})").kind,
            Kind::dead);
  EXPECT_EQ(judged("opsgenie", 403, R"({"message":"You are not authorized"})").kind, Kind::dead);
}

}  // namespace
}  // namespace alarum::receivers
