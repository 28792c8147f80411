// The senders with a route of their own: the samples of their documentation
// (tests/fuzz/corpus/push), and what is missing in them or of another kind.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ingest/push/named_decoder.h"

namespace alarum::ingest::named_decoders_test {
namespace {

using Json = nlohmann::ordered_json;
using namespace std::chrono_literals;

const Time kNow = *parse_rfc3339("2026-11-28T10:00:00Z");

Result<std::vector<Decoded>> decoded(std::string_view name, const std::string& body) {
  http::Request request;
  request.peer = "10.0.0.1";
  for (const auto& one : named_decoders()) {
    if (one.name == name) return one.decode(request, body, kNow);
  }
  throw std::runtime_error("no decoder of that name");
}

model::Event event_of(std::string_view name, const Json& body) {
  auto events = decoded(name, body.dump());
  if (!events || !events->at(0)) throw std::runtime_error("not taken");
  return *events->at(0);
}

Json sample_of(const std::string& name) {
  const auto path = std::string(ALARUM_SOURCE_DIR) + "/tests/fuzz/corpus/push/" + name + ".json";
  return Json::parse(std::ifstream(path));
}

// What the body, or its one event, is refused with.
std::string refusal(std::string_view name, const Json& body) {
  const auto events = decoded(name, body.dump());
  if (!events) return events.error().reason + ": " + events.error().message;
  return events->at(0) ? "taken"
                       : events->at(0).error().reason + ": " + events->at(0).error().message;
}

struct Named {
  std::string name;
  std::vector<std::string> required;  // pointers into its sample
  std::string state, fired, resolved;
};

const std::vector<Named> kNamed{
    {"azure",
     {"/data/essentials/alertId", "/data/essentials/alertRule",
      "/data/essentials/monitorCondition"},
     "/data/essentials/monitorCondition",
     "Fired",
     "Resolved"},
    {"gcp",
     {"/incident/incident_id", "/incident/policy_name", "/incident/state"},
     "/incident/state",
     "open",
     "closed"},
    {"zabbix",
     {"/event_id", "/event_value", "/trigger_id", "/name", "/host"},
     "/event_value",
     "1",
     "0"},
    {"datadog",
     {"/id", "/alert_id", "/monitor", "/transition"},
     "/transition",
     "Triggered",
     "Recovered"},
    {"grafana", {"/alerts/0/status"}, "/alerts/0/status", "firing", "resolved"},
};

TEST(NamedDecoders, ARetryIsADuplicateAndARecoveryIsNot) {
  for (const auto& one : kNamed) {
    auto fired = sample_of(one.name), resolved = fired;
    fired[Json::json_pointer(one.state)] = one.fired;
    resolved[Json::json_pointer(one.state)] = one.resolved;
    if (one.name == "datadog") resolved["id"] = "1234568";  // each transition has one of its own
    const auto a = event_of(one.name, fired), b = event_of(one.name, resolved);
    EXPECT_EQ(a.status(), model::Status::firing) << one.name;
    EXPECT_EQ(b.status(), model::Status::resolved) << one.name;
    EXPECT_EQ(event_of(one.name, fired).id(), a.id()) << one.name;
    EXPECT_NE(a.id(), b.id()) << one.name;
    EXPECT_EQ(std::tuple(a.source(), a.type(), a.subject()),
              std::tuple(b.source(), b.type(), b.subject()))
        << one.name << ": a rule pairs them";
    EXPECT_EQ(Json::parse(a.data()), one.name == "grafana" ? fired["alerts"][0] : fired);
  }
}

TEST(NamedDecoders, WhatIsMissingIsNamed) {
  for (const auto& one : kNamed) {
    for (const auto& path : one.required) {
      const Json::json_pointer at(path);
      auto body = sample_of(one.name);
      for (const Json& value : {Json(), Json(""), Json::array({1}), Json::object()}) {
        body[at] = value;
        const auto said = refusal(one.name, body);
        EXPECT_TRUE(said.starts_with("missing_member: ") || said.starts_with("bad_member: "))
            << one.name << path << ' ' << value << said;
        EXPECT_NE(said.find(at.back()), std::string::npos) << one.name << path << ' ' << said;
      }
      body[at.parent_pointer()].erase(at.back());
      if (one.name == "grafana") continue;  // whose body has a status as well
      EXPECT_NE(refusal(one.name, body).find(at.back()), std::string::npos) << one.name << path;
    }
    auto odd = sample_of(one.name);
    odd[Json::json_pointer(one.state)] = "odd";
    EXPECT_NE(refusal(one.name, odd).find("not \"odd\""), std::string::npos)
        << one.name << refusal(one.name, odd);
    for (const char* body : {"", "[]", "1", "{", "null", "{}", "\"x\""}) {
      const auto events = decoded(one.name, body);
      EXPECT_FALSE(events && (events->empty() || events->at(0))) << one.name << body;
    }
  }
}

TEST(NamedDecoders, AzuresCommonAlertSchema) {
  const auto event = event_of("azure", sample_of("azure"));
  EXPECT_EQ(event.id(),
            "b9569717-bc32-442f-add5-83a997729330-resolved-2019-03-22T14:03:16.2246313Z");
  EXPECT_EQ(event.source(), "azure-monitor");
  EXPECT_EQ(event.type(), "WCUS-R2-Gen2");
  EXPECT_EQ(event.subject(), "wcus-r2-gen2");
  EXPECT_EQ(event.severity(), model::Severity::info);
  EXPECT_EQ(std::chrono::floor<std::chrono::seconds>(*event.time()),
            *parse_rfc3339("2019-03-22T14:03:16Z"));
  auto body = sample_of("azure");
  auto& essentials = body["data"]["essentials"];
  essentials.erase("configurationItems");
  essentials["severity"] = "Sev0", essentials["monitorCondition"] = "Fired";
  EXPECT_EQ(event_of("azure", body).subject(), "wcus-r2-gen2") << "of the target's id";
  EXPECT_EQ(event_of("azure", body).severity(), model::Severity::critical);
  const std::string first(event_of("azure", body).id());
  essentials["firedDateTime"] = "2019-03-23T13:58:24Z";
  EXPECT_NE(event_of("azure", body).id(), first) << "it fires again";
  body["schemaId"] = "Microsoft.Insights/activityLogs";
  EXPECT_NE(refusal("azure", body).find("enable the common alert schema"), std::string::npos);
}

TEST(NamedDecoders, GooglesIncident) {
  const auto event = event_of("gcp", sample_of("gcp"));
  EXPECT_EQ(event.id(), "f2e08c333dc64cb09f75eaab355393bz-resolved");
  EXPECT_EQ(event.source(), "google-cloud-monitoring");
  EXPECT_EQ(event.type(), "Monitor-Project-Cluster");
  EXPECT_EQ(event.subject(), "gce-instance-1");
  EXPECT_EQ(event.severity(), model::Severity::critical);
  EXPECT_EQ(event.time(), Time(1577877071s));
  auto body = sample_of("gcp");
  body["incident"]["state"] = "OPEN";
  body["incident"].erase("resource_display_name");
  body["incident"]["severity"] = "Warning";
  EXPECT_EQ(event_of("gcp", body).time(), Time(1577840461s));
  EXPECT_EQ(event_of("gcp", body).subject(), "internal-project gce-instance-1");
  EXPECT_EQ(event_of("gcp", body).severity(), model::Severity::warning);
}

TEST(NamedDecoders, GrafanasAlerts) {
  const auto events = decoded("grafana", sample_of("grafana").dump());
  ASSERT_EQ(events->size(), 2U);
  const auto& one = *events->at(0);
  EXPECT_EQ(one.source(), "grafana");
  EXPECT_EQ(one.type(), "High memory usage");
  EXPECT_EQ(one.format(), model::Format::alertmanager);
  EXPECT_TRUE(one.id().starts_with("c6eadffa33fcdf37-firing-")) << one.id();
  EXPECT_EQ(Json::parse(one.data())["values"]["C"], 1);
  EXPECT_EQ(events->at(1)->status(), model::Status::resolved);
}

TEST(NamedDecoders, ZabbixsScript) {
  const auto event = event_of("zabbix", sample_of("zabbix"));
  EXPECT_EQ(event.id(), "1234567-firing");
  EXPECT_EQ(event.source(), "zabbix");
  EXPECT_EQ(event.type(), "Zabbix agent is not available (for 3m)");
  EXPECT_EQ(event.subject(), "db-1");
  EXPECT_EQ(event.severity(), model::Severity::major);
  auto body = sample_of("zabbix");
  body["update_status"] = "1", body["message"] = "I look at it";
  const std::string update(event_of("zabbix", body).id());
  EXPECT_TRUE(update.starts_with("1234567-update-")) << update;
  body["message"] = "found it";
  EXPECT_NE(event_of("zabbix", body).id(), update);
  for (const auto& [word, severity] :
       {std::pair("5", model::Severity::critical), std::pair("Average", model::Severity::minor),
        std::pair("2", model::Severity::warning), std::pair("1", model::Severity::info),
        std::pair("0", model::Severity::none)}) {
    body["severity"] = word;
    EXPECT_EQ(event_of("zabbix", body).severity(), severity) << word;
  }
  body["trigger_id"] = "{TRIGGER.ID}";
  EXPECT_NE(refusal("zabbix", body).find("\"trigger_id\" is \"{TRIGGER.ID}\": Zabbix has not"),
            std::string::npos);
  body["trigger_id"] = "*UNKNOWN*";
  EXPECT_NE(refusal("zabbix", body).find("has not replaced"), std::string::npos);
}

TEST(NamedDecoders, DatadogsPayload) {
  const auto event = event_of("datadog", sample_of("datadog"));
  EXPECT_EQ(event.id(), "1234567");
  EXPECT_EQ(event.source(), "datadog");
  EXPECT_EQ(event.type(), "CPU is high");
  EXPECT_EQ(event.subject(), "web-1");
  EXPECT_EQ(event.severity(), model::Severity::major);
  EXPECT_EQ(event.time(), Time(1577840461s));
  auto body = sample_of("datadog");
  body["host"] = "$HOSTNAME", body["priority"] = "";
  EXPECT_EQ(event_of("datadog", body).subject(), "host:web-1");
  for (const auto& [word, severity] : {std::pair("Re-Triggered", model::Severity::critical),
                                       std::pair("Warn", model::Severity::warning),
                                       std::pair("Re-No Data", model::Severity::major),
                                       std::pair("Re-Renotify", model::Severity::major)}) {
    body["transition"] = word;
    EXPECT_EQ(event_of("datadog", body).severity(), severity) << word;
    EXPECT_EQ(event_of("datadog", body).status(), model::Status::firing) << word;
  }
  body["alert_id"] = "$ALERT_ID";
  EXPECT_NE(refusal("datadog", body).find("\"alert_id\" is \"$ALERT_ID\": Datadog has not"),
            std::string::npos);
}

// A text of a sender can be no attribute: longer than one may be, or with control characters.
TEST(NamedDecoders, HostileTextsAreTidiedOrRefused) {
  auto body = sample_of("gcp");
  body["incident"]["policy_name"] = std::string(10000, 'p') + "\n";
  body["incident"]["resource_display_name"] = "a\nb";
  const auto event = event_of("gcp", body);
  EXPECT_EQ(event.type().size(), 4096U);
  EXPECT_EQ(event.subject(), "a b");
  body["incident"]["incident_id"] = std::string(10000, 'i');
  EXPECT_TRUE(refusal("gcp", body).starts_with("bad_attribute")) << refusal("gcp", body);
}

}  // namespace
}  // namespace alarum::ingest::named_decoders_test
