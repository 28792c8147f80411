// The exchanges of Splunk On-Call's documentation: "REST Endpoint Integration Guide".
#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;
using Kind = Verdict::Kind;

const std::string kVictorOps = "victorops_configs: [{api_key: K3y/1, routing_key: database}]";

TEST(VictorOps, OpensAnIncident) {
  const auto request = request_of(kVictorOps);
  EXPECT_EQ(request.url,
            "https://alert.victorops.com/integrations/generic/20131114/alert/K3y%2F1/database");
  auto body = Json::parse(request.body);
  EXPECT_EQ(body["entity_id"].get<std::string>().size(), 71U);
  body.erase("entity_id");
  EXPECT_EQ(body, Json::parse(R"({
    "message_type": "CRITICAL", "entity_display_name": "FIRING critical NpuFault: NPU 3 is down",
    "state_message":
      "Where: npu=3\nSince: 1970-01-01 00:00:00 UTC\nhttp://bridge/api/v1/history?alert=id3\n",
    "state_start_time": 0, "monitoring_tool": "Alarum", "host_name": "alarum",
    "alert_url": "http://bridge/api/v1/history?alert=id3"})"));
  EXPECT_EQ(judged("victorops", 200, R"({"result":"success","entity_id":"disk space/db01"})").kind,
            Kind::delivered);
}

TEST(VictorOps, RecoversAndAcknowledgesTheSameEntity) {
  const auto open = body_of(kVictorOps), end = body_of(kVictorOps, resolved());
  EXPECT_EQ(end["message_type"], "RECOVERY");
  EXPECT_EQ(end["entity_id"], open["entity_id"]);
  auto message = firing();
  message.changes[0].kind = model::Change::Kind::acknowledged;
  EXPECT_EQ(body_of(kVictorOps, message)["message_type"], "ACKNOWLEDGEMENT");
  message.changes[0].kind = model::Change::Kind::fired;
  message.changes[0].alert.severity = model::Severity::minor;
  EXPECT_EQ(body_of(kVictorOps, message)["message_type"], "WARNING");
  message.changes[0].alert.severity = model::Severity::info;
  EXPECT_EQ(body_of(kVictorOps, message)["message_type"], "INFO");
  const std::string fixed =
      "victorops_configs: [{api_key: k, routing_key: r, message_type: WARNING}]";
  EXPECT_EQ(body_of(fixed)["message_type"], "WARNING");
  EXPECT_EQ(body_of(fixed, resolved())["message_type"], "RECOVERY");
}

TEST(VictorOps, IsJudgedByItsResult) {
  EXPECT_EQ(judged("victorops", 200, R"({"result":"failure","message":"no such key"})").kind,
            Kind::dead);
  EXPECT_EQ(judged("victorops", 200, "<html>").kind, Kind::retry);
  EXPECT_EQ(judged("victorops", 429, "").kind, Kind::retry);
  EXPECT_EQ(judged("victorops", 404, "").kind, Kind::dead);
}

TEST(VictorOps, CutsWhatIsTooLong) {
  auto message = firing();
  message.changes[0].alert.annotations["description"] = std::string(30000, 'x');
  EXPECT_EQ(body_of(kVictorOps, message)["state_message"].get<std::string>().size(), 20480U);
}

TEST(VictorOps, NeedsItsKeys) {
  EXPECT_NE(read_receiver("victorops_configs: [{routing_key: r}]").said.find("no \"api_key\""),
            std::string::npos);
  EXPECT_NE(read_receiver("victorops_configs: [{api_key: k}]").said.find("no \"routing_key\""),
            std::string::npos);
  EXPECT_NE(read_receiver("victorops_configs: [{api_key: k, routing_key: '{{ .x }}'}]")
                .said.find("cannot be a template"),
            std::string::npos);
}

}  // namespace
}  // namespace alarum::receivers
