// The exchange of ServiceNow's documentation: "Event collection via web service API" and "Event
// field format for event collection".
#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;
using Kind = Verdict::Kind;

const std::string kServiceNow = "servicenow_configs: [{url: 'https://dev1.service-now.com/'}]";

TEST(ServiceNow, SendsAnEventForEachAlert) {
  const auto request = request_of(kServiceNow);
  EXPECT_EQ(request.url, "https://dev1.service-now.com/api/global/em/jsonv2");
  auto body = Json::parse(request.body);
  ASSERT_EQ(body["records"].size(), 1U);
  auto& record = body["records"][0];
  EXPECT_EQ(record["message_key"].get<std::string>().size(), 71U);
  record.erase("message_key");
  EXPECT_EQ(Json::parse(record["additional_info"].get<std::string>()), Json::parse(R"({
    "severity": "critical", "link": "http://bridge/api/v1/history?alert=id3",
    "alertname": "NpuFault", "npu": "3", "summary": "NPU 3 is down"})"));
  record.erase("additional_info");
  EXPECT_EQ(record, Json::parse(R"({
    "source": "Alarum", "event_class": "Alarum", "node": "alarum", "resource": "npu=3",
    "metric_name": "NpuFault", "type": "NpuFault", "severity": "1",
    "time_of_event": "1970-01-01 00:01:40",
    "description": "FIRING critical NpuFault: NPU 3 is down\nWhere: npu=3\nSince: 1970-01-01 )"
                                R"(00:00:00 UTC\nhttp://bridge/api/v1/history?alert=id3\n"})"));
  EXPECT_EQ(
      judged("servicenow", 200, R"({"result":{"Default Bulk Endpoint":"1 events were inserted"}})")
          .kind,
      Kind::delivered);
}

TEST(ServiceNow, ClearsUnderTheSameKey) {
  auto message = firing();
  message.changes.push_back(change_of(model::AlertState::firing, "4", model::Severity::warning));
  message.changes[0] = resolved().changes[0];
  const auto records = body_of(kServiceNow, message)["records"];
  EXPECT_EQ(records[0]["severity"], "0");
  EXPECT_EQ(records[1]["severity"], "4");
  EXPECT_EQ(records[0]["message_key"], body_of(kServiceNow)["records"][0]["message_key"]);
  EXPECT_NE(records[0]["message_key"], records[1]["message_key"]);
}

TEST(ServiceNow, KeepsToTheSizesOfTheFields) {
  auto message = firing();
  auto& alert = message.changes[0].alert;
  alert.labels["server"] = std::string(300, 's');
  alert.annotations["description"] = std::string(9000, 'd');
  const auto record = body_of(kServiceNow, message)["records"][0];
  EXPECT_EQ(cut_units(record["node"], 100), record["node"]);
  EXPECT_TRUE(record["node"].get<std::string>().ends_with("s…"));
  EXPECT_EQ(cut_units(record["description"], 4000), record["description"]);
  EXPECT_LE(record["additional_info"].get<std::string>().size(), 4000U);
}

TEST(ServiceNow, IsJudgedByItsResult) {
  EXPECT_EQ(
      judged("servicenow", 200, R"({"result":{"Default Bulk Endpoint":"0 events were inserted"}})")
          .kind,
      Kind::dead);
  EXPECT_EQ(judged("servicenow", 200, "<html>an instance that sleeps</html>").kind, Kind::retry);
  EXPECT_EQ(judged("servicenow", 401, R"({"error":{"message":"User Not Authenticated"}})").kind,
            Kind::dead);
}

TEST(ServiceNow, TakesAPlaceOfItsOwn) {
  EXPECT_EQ(request_of("servicenow_configs: [{url: 'https://mid:8443/api/mid/em/jsonv2'}]").url,
            "https://mid:8443/api/mid/em/jsonv2");
  EXPECT_NE(read_receiver("servicenow_configs: [{}]").said.find("has no \"url\""),
            std::string::npos);
}

}  // namespace
}  // namespace alarum::receivers
