#include "deliver/webhook.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "deliver/address.h"

namespace alarum::deliver {
namespace {

using namespace std::chrono_literals;

model::Change change_of(model::AlertState state, const std::string& npu) {
  model::Change change;
  auto& alert = change.alert;
  alert.rule = "NpuFault";
  alert.key = "npu=" + npu;
  alert.labels = {{"alertname", "NpuFault"}, {"severity", "critical"}, {"npu", npu}};
  alert.annotations = {{"summary", "NPU " + npu + " is down"}};
  alert.state = state;
  alert.starts_at = Time(Duration(0s));
  if (state == model::AlertState::resolved) {
    alert.ends_at = Time(Duration(60s));
    alert.reason = model::EndReason::recovered;
  }
  return change;
}

// Alertmanager's documentation, "webhook_config": the members and their forms.
TEST(Webhook, FiringHasTheBodyOfAlertmanagersVersion4) {
  const model::Message message{"ops", "NpuFault{npu=3}", {{"alertname", "NpuFault"}, {"npu", "3"}}, {change_of(model::AlertState::firing, "3")}};
  const auto expected = R"({
    "version": "4", "groupKey": "NpuFault{npu=3}", "truncatedAlerts": 0, "status": "firing", "receiver": "ops",
    "groupLabels": {"alertname": "NpuFault", "npu": "3"},
    "commonLabels": {"alertname": "NpuFault", "npu": "3", "severity": "critical"},
    "commonAnnotations": {"summary": "NPU 3 is down"}, "externalURL": "http://bridge",
    "alerts": [{"status": "firing", "labels": {"alertname": "NpuFault", "npu": "3", "severity": "critical"},
      "annotations": {"summary": "NPU 3 is down"}, "startsAt": "1970-01-01T00:00:00Z", "endsAt": "0001-01-01T00:00:00Z",
      "generatorURL": "http://bridge/api/v2/alerts"}]})";
  auto body = nlohmann::json::parse(webhook_body(message, {"http://bridge", 0}));
  EXPECT_EQ(body["alerts"][0]["fingerprint"].get<std::string>().size(), 16u);
  body["alerts"][0].erase("fingerprint");
  EXPECT_EQ(body, nlohmann::json::parse(expected));
}

TEST(Webhook, ResolvedSaysHowAndWhen) {
  const model::Message message{"ops", "g", {}, {change_of(model::AlertState::resolved, "3")}};
  const auto body = nlohmann::json::parse(webhook_body(message, {"http://bridge", 0}));
  EXPECT_EQ(body["status"], "resolved");
  EXPECT_EQ(body["alerts"][0]["endsAt"], "1970-01-01T00:01:00Z");
  EXPECT_EQ(body["alerts"][0]["annotations"]["resolved_reason"], "recovered");
}

TEST(Webhook, SharesOnlyWhatAllShareAndTellsWhatItLeftOut) {
  const model::Message message{"ops", "g", {}, {change_of(model::AlertState::resolved, "1"), change_of(model::AlertState::firing, "2")}};
  const auto body = nlohmann::json::parse(webhook_body(message, {"", 1}));
  EXPECT_EQ(body["status"], "firing");
  EXPECT_EQ(body["commonLabels"], (nlohmann::json{{"alertname", "NpuFault"}, {"severity", "critical"}}));
  EXPECT_EQ(body["alerts"].size(), 1u);
  EXPECT_EQ(body["truncatedAlerts"], 1);
}

TEST(Address, OfMetadataServicesIsForbiddenInEverySpelling) {
  for (const char* ip : {"169.254.169.254", "169.254.1.1", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "fe80::1", "100.100.100.200",
                         "fd00:ec2::254", "0.0.0.0", "::", "nonsense", ""})
    EXPECT_TRUE(is_forbidden_address(ip)) << ip;
  for (const char* ip : {"127.0.0.1", "10.0.0.1", "192.168.1.1", "::1", "2001:db8::1", "100.100.100.201", "169.253.0.1"})
    EXPECT_FALSE(is_forbidden_address(ip)) << ip;
}

}  // namespace
}  // namespace alarum::deliver
