// The exchange of incident.io's documentation: "Alert Events V2", create an HTTP event.
#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;
using Kind = Verdict::Kind;

const std::string kIncidentIo =
    "incidentio_configs: [{url: "
    "'https://api.incident.io/v2/alert_events/http/01GW2G3V0S59R238FAHPDS1R66', "
    "alert_source_token: t0ken}]";

TEST(IncidentIo, SendsAnAlertEvent) {
  const auto request = request_of(kIncidentIo);
  EXPECT_EQ(request.url, "https://api.incident.io/v2/alert_events/http/01GW2G3V0S59R238FAHPDS1R66");
  EXPECT_EQ(request.headers, std::vector<std::string>{"Authorization: Bearer t0ken"});
  auto body = Json::parse(request.body);
  EXPECT_EQ(body["deduplication_key"].get<std::string>().size(), 71U);
  body.erase("deduplication_key");
  EXPECT_EQ(body, Json::parse(R"({
    "title": "FIRING critical NpuFault: NPU 3 is down",
    "description":
      "Where: npu=3\nSince: 1970-01-01 00:00:00 UTC\nhttp://bridge/api/v1/history?alert=id3\n",
    "status": "firing", "source_url": "http://bridge/api/v1/history?alert=id3",
    "metadata": {"severity": "critical",
                 "labels": {"alertname": "NpuFault", "npu": "3", "severity": "critical"}}})"));
  EXPECT_EQ(judged("incidentio", 202, R"({"deduplication_key":"4293868629",
    "message":"Event accepted for processing","status":"success"})")
                .kind,
            Kind::delivered);
}

TEST(IncidentIo, ResolvesUnderTheSameKey) {
  const auto open = body_of(kIncidentIo), end = body_of(kIncidentIo, resolved());
  EXPECT_EQ(end["status"], "resolved");
  EXPECT_EQ(end["deduplication_key"], open["deduplication_key"]);
}

TEST(IncidentIo, AnAlertmanagerSourceGetsAlertmanagersBody) {
  const auto body = body_of(
      "incidentio_configs: [{url: 'https://api.incident.io/v2/alert_events/alertmanager/01G', "
      "alert_source_token: t, source: alertmanager, max_alerts: 1}]");
  EXPECT_EQ(body["version"], "4");
  EXPECT_EQ(body["status"], "firing");
  EXPECT_NE(read_receiver("incidentio_configs: [{url: "
                          "'https://api.incident.io/v2/alert_events/alertmanager/01G', "
                          "alert_source_token: t}]")
                .said.find("write source: alertmanager"),
            std::string::npos);
  EXPECT_NE(read_receiver("incidentio_configs: [{url: "
                          "'https://api.incident.io/v2/alert_events/http/01G', "
                          "alert_source_token: t, source: alertmanager}]")
                .said.find("leave out \"source\""),
            std::string::npos);
}

TEST(IncidentIo, NeedsAUrlAndAToken) {
  EXPECT_NE(read_receiver("incidentio_configs: [{url: 'http://x'}]")
                .said.find("has no \"alert_source_token\""),
            std::string::npos);
  EXPECT_NE(
      read_receiver("incidentio_configs: [{alert_source_token: t}]").said.find("has no \"url\""),
      std::string::npos);
}

TEST(IncidentIo, TriesAgainWhenItIsAskedTooOftenAndKeepsToItsSize) {
  EXPECT_TRUE(judged("incidentio", 429, R"({"type":"too_many_requests","status":429})").slow_down);
  EXPECT_EQ(judged("incidentio", 401, "{}").kind, Kind::dead);
  auto message = firing();
  message.changes[0].alert.annotations["description"] = std::string(900000, 'x');
  EXPECT_LE(content_of(kIncidentIo, message).body.size(), 512000U);
}

}  // namespace
}  // namespace alarum::receivers
