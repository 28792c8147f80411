#include "ingest/push/redfish.h"

#include <gtest/gtest.h>

#include "model/flat_event.h"

namespace alarum::ingest::push_redfish_test {
namespace {

using namespace std::chrono_literals;

const Time kNow = *parse_rfc3339("2026-01-02T03:04:05Z");

std::string body(const std::string& records,
                 const std::string& more = R"("Id":"1","Context":"rack-1")") {
  return R"({"@odata.type":"#Event.v1_7_0.Event","Name":"Event Array",)" + more + R"(,"Events":[)" +
         records + "]}";
}

std::string record(const std::string& more = "") {
  return R"({"EventType":"Alert","EventId":"4593","MessageId":"StorageDevice.1.2.1.DriveFailure","MessageSeverity":"Critical","EventTimestamp":"2026-01-02T03:00:00Z",)"
         R"("OriginOfCondition":{"@odata.id":"/redfish/v1/Systems/1/Storage/1/Drives/2"})" +
         more + "}";
}

std::vector<Decoded> decode(const std::string& json, Time now = kNow,
                            const std::string& sender = "10.0.0.9") {
  auto events = decode_redfish(json, sender, now);
  if (!events) throw std::runtime_error(events.error().message);
  return std::move(*events);
}

std::string id_of(const std::string& json, Time now = kNow,
                  const std::string& sender = "10.0.0.9") {
  return std::string(decode(json, now, sender).at(0)->id());
}

TEST(Redfish, ARecordIsAnEventOfItsRegistryAndOrigin) {
  const auto event = std::move(*decode(body(record())).at(0));
  EXPECT_EQ(event.source(), "10.0.0.9");
  EXPECT_EQ(event.type(), "StorageDevice.DriveFailure");
  EXPECT_EQ(event.subject(), "/redfish/v1/Systems/1/Storage/1/Drives/2");
  EXPECT_EQ(event.severity(), model::Severity::critical);
  EXPECT_EQ(event.format(), model::Format::redfish);
  EXPECT_EQ(event.data(), record());
  EXPECT_EQ(format_rfc3339(*event.time()), "2026-01-02T03:00:00Z");
  EXPECT_EQ(event.extensions().at(0).second, "\"rack-1\"");
}

TEST(Redfish, TheTypeHasNoVersion) {
  EXPECT_EQ(without_version("ResourceEvent.1.4.ResourceErrorsDetected"),
            "ResourceEvent.ResourceErrorsDetected");
  EXPECT_EQ(without_version("ResourceEvent.1.4.3.ResourceErrorsDetected"),
            "ResourceEvent.ResourceErrorsDetected");
  EXPECT_EQ(without_version("CMC9000"), "CMC9000");
  EXPECT_EQ(without_version("iLO.Event.Down"), "iLO.Event.Down");
  EXPECT_EQ(without_version("A.B"), "A.B");
  EXPECT_EQ(without_version(""), "");
}

// A BMC that restarts begins again with EventId 1, often with a clock of 1970.
TEST(Redfish, EventIdsThatBeginAnewLoseNothing) {
  const auto first = record(), later = record(R"(,"x":1)");
  EXPECT_EQ(id_of(body(first)), id_of(body(first), kNow + 5min));
  EXPECT_NE(id_of(body(first)), id_of(body(later)));
  EXPECT_NE(id_of(body(first)), id_of(body(first), kNow, "10.0.0.8"));
  for (const auto* timeless :
       {R"({"EventId":"1"})", R"({"EventId":"1","EventTimestamp":"soon"})"}) {
    EXPECT_EQ(id_of(body(timeless)), id_of(body(timeless), kNow + 1s));
    EXPECT_NE(id_of(body(timeless)), id_of(body(timeless), kNow + 2min)) << timeless;
    EXPECT_EQ(decode(body(timeless))[0]->time(), std::nullopt);
  }
}

// A clock that was lost begins in 1970 or at the day the firmware was built, with every start. What
// its time is worth the engine knows.
TEST(Redfish, ATimeThatIsMoreThanADayOffTellsNoTwoEventsApart) {
  const auto at = [](const std::string& time) {
    return body(R"({"EventId":"1","EventTimestamp":")" + time + R"("})");
  };
  for (const char* far : {"1970-01-01T00:00:30Z", "2020-03-01T00:00:00Z", "2026-01-01T03:04:04Z",
                          "2026-01-03T03:04:06Z", "2040-01-01T00:00:00Z"}) {
    EXPECT_EQ(decode(at(far))[0]->time(), *parse_rfc3339(far));
    EXPECT_NE(id_of(at(far)), id_of(at(far), kNow + 2min)) << far;
  }
  for (const char* near : {"2026-01-01T03:04:05Z", "2026-01-03T03:04:05Z"})
    EXPECT_EQ(id_of(at(near)), id_of(at(near), kNow)) << near;
  const std::string metrics =
      R"({"Id":"1","Timestamp":"2020-01-01T00:00:00Z","MetricValues":[{"MetricId":"m","MetricValue":"1"}]})";
  EXPECT_EQ(format_rfc3339(*decode(metrics)[0]->time()), "2020-01-01T00:00:00Z");
}

TEST(Redfish, WhatRealBmcsSendIsTaken) {
  const auto one = [](const std::string& more) {
    return std::move(*decode(body("{" + more + "}", R"("Id":5)")).at(0));
  };
  EXPECT_EQ(one(R"("OriginOfCondition":"/redfish/v1/Chassis/1")").subject(),
            "/redfish/v1/Chassis/1");
  EXPECT_EQ(one(R"("OriginOfCondition":{"@odata.id":"/x","Name":"whole resource"})").subject(),
            "/x");
  EXPECT_EQ(one(R"("EventId":7,"MessageId":"TST100")").type(), "TST100");
  EXPECT_EQ(one(R"("EventType":"Alert")").type(), "Alert");
  EXPECT_EQ(one(R"("Message":"x")").type(), "RedfishEvent");
  EXPECT_EQ(one(R"("Severity":"Informational")").severity(), model::Severity::info);
  EXPECT_EQ(one(R"("Severity":"Critical","MessageSeverity":"OK")").severity(),
            model::Severity::info);
  EXPECT_EQ(format_rfc3339(*one(R"("EventTimestamp":"2026-01-02T03:00:00+0800")").time()),
            "2026-01-01T19:00:00Z");
  EXPECT_EQ(one(R"("Context":"old place")").extensions().at(0).second, "\"old place\"");
  EXPECT_EQ(one(R"("Context":12)").extensions().at(0).second, "\"12\"");
  EXPECT_EQ(decode(body("{}", R"("Context":7)")).at(0)->extensions().at(0).second, "\"7\"");
  EXPECT_EQ(decode(R"({"Context":7,"MetricValues":[{}]})").at(0)->extensions().at(0).second,
            "\"7\"");
}

TEST(Redfish, AMetricReportIsAnEventAValue) {
  const auto events = decode(
      R"({"@odata.type":"#MetricReport.v1_5_2.MetricReport","Id":"Power","ReportSequence":"3","Timestamp":"2026-01-02T03:00:00Z","Context":"c","MetricValues":[
    {"MetricId":"Watts","MetricValue":"94.5","MetricProperty":"/redfish/v1/Chassis/1#/P"},{"MetricId":"Watts","MetricValue":"94.5","MetricProperty":"/redfish/v1/Chassis/1#/P"},
    {"MetricValue":"Enabled","Timestamp":"2026-01-02T02:00:00Z"}]})");
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0]->type(), "MetricReport.Watts");
  EXPECT_EQ(events[0]->subject(), "/redfish/v1/Chassis/1#/P");
  EXPECT_NE(events[0]->id(), events[1]->id());
  EXPECT_EQ(events[2]->type(), "MetricReport.Power");
  EXPECT_EQ(format_rfc3339(*events[2]->time()), "2026-01-02T02:00:00Z");
  const auto flat = model::FlatEvent::of(*events[0]), word = model::FlatEvent::of(*events[2]);
  EXPECT_EQ(flat.at("metric.value").front().text, "94.5");
  EXPECT_EQ(flat.at("metric.value").front().kind, model::LeafKind::number);
  EXPECT_EQ(word.at("metric.value").front().kind, model::LeafKind::string);
}

TEST(Redfish, WhatIsNeitherIsRefused) {
  EXPECT_EQ(decode_redfish("{}", "", kNow).error().reason, "not_redfish");
  EXPECT_EQ(decode_redfish("[]", "", kNow).error().reason, "not_redfish");
  EXPECT_EQ(decode_redfish("{", "", kNow).error().reason, "bad_json");
  const auto events = decode(body("5," + record()));
  EXPECT_EQ(events[0].error().reason, "not_an_object");
  EXPECT_TRUE(events[1]);
}

}  // namespace
}  // namespace alarum::ingest::push_redfish_test
