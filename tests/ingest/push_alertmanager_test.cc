#include "ingest/push/alertmanager.h"

#include <gtest/gtest.h>

namespace alarum::ingest::push_alertmanager_test {
namespace {

using namespace std::chrono_literals;

const Time kNow = Time(1763800000s);

std::string alert(const std::string& more = "", const std::string& status = "firing") {
  return R"({"status":")" + status +
         R"(","labels":{"alertname":"DiskFull","instance":"h1:9100","severity":"critical"},"annotations":{},)" +
         R"("startsAt":"2025-11-21T10:00:00Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"0123456789abcdef")" +
         more + "}";
}

std::string body(const std::string& alerts, const std::string& more = "") {
  return R"({"version":"4","receiver":"alarum","status":"firing","externalURL":"http://am:9093","alerts":[)" +
         alerts + "]" + more + "}";
}

std::vector<Decoded> decode(const std::string& json, Time now = kNow) {
  auto events = decode_alertmanager(json, "10.0.0.1", now);
  if (!events) throw std::runtime_error(events.error().message);
  return std::move(*events);
}

std::string id_of(const std::string& one, Time now = kNow) {
  return std::string(decode(body(one), now).at(0)->id());
}

TEST(Alertmanager, EachAlertOfTheBodyIsAnEventWithTheAlertAsData) {
  const auto events = decode(body(alert() + "," + alert("", "resolved")));
  ASSERT_EQ(events.size(), 2U);
  const auto& one = *events[0];
  EXPECT_EQ(one.source(), "alertmanager");
  EXPECT_EQ(one.type(), "DiskFull");
  EXPECT_EQ(one.subject(), "h1:9100");
  EXPECT_EQ(one.data(), alert());
  EXPECT_EQ(one.format(), model::Format::alertmanager);
  EXPECT_EQ(one.status(), model::Status::firing);
  EXPECT_EQ(one.severity(), model::Severity::critical);
  ASSERT_EQ(one.extensions().size(), 2U);
  EXPECT_EQ(one.extensions()[1].second, "\"http://am:9093\"");
  EXPECT_EQ(events[1]->status(), model::Status::resolved);
}

TEST(Alertmanager, ARetryIsADuplicateAndARepeatIsNews) {
  EXPECT_EQ(id_of(alert(), Time(1763800020s)), id_of(alert(), Time(1763800030s)));
  EXPECT_NE(id_of(alert(), kNow), id_of(alert(), kNow + 4h));
  EXPECT_TRUE(id_of(alert()).starts_with("0123456789abcdef-firing-"));
}

// Of a pair of Alertmanagers one may be late, and tell of the alert and of its end after the other
// did.
TEST(Alertmanager, AnEndIsAnotherOneAMinuteLater) {
  for (const std::string end :
       {R"("endsAt":"2025-11-22T10:00:00Z",)", R"("endsAt":"0001-01-01T00:00:00Z",)", ""}) {
    const auto ended = R"({"status":"resolved",)" + end + R"("labels":{"alertname":"a"}})";
    EXPECT_EQ(id_of(ended, Time(1763800020s)), id_of(ended, Time(1763800030s))) << end;
    EXPECT_NE(id_of(ended, kNow), id_of(ended, kNow + 1min)) << end;
  }
  EXPECT_NE(id_of(alert("", "resolved")), id_of(alert("", "firing")));
}

TEST(Alertmanager, WhatIsToldIsOfItsArrivalUnlessItHasJustBegun) {
  const auto began = *parse_rfc3339("2025-11-21T10:00:00Z");
  EXPECT_EQ(decode(body(alert()), began + 1min)[0]->time(), began);
  EXPECT_EQ(decode(body(alert()), began + 4h)[0]->time(), std::nullopt);
  EXPECT_EQ(decode(body(alert("", "resolved")), began + 1min)[0]->time(), std::nullopt);
  EXPECT_EQ(decode(body(alert()), began)[0]->time(), began);
  EXPECT_EQ(decode(body(alert()), began - 1ms)[0]->time(), std::nullopt)
      << "of a clock ahead of ours: it would be younger than its own end";
}

TEST(Alertmanager, AnAlertWithoutAStatusHasTheOneOfTheBody) {
  EXPECT_EQ(decode(body(R"({"labels":{"alertname":"a"}})"))[0]->status(), model::Status::firing);
  EXPECT_EQ(decode(body(R"({"labels":{"a":"b"}})"))[0]->type(), "alert");
}

// The fingerprint of {alertname="a", instance="h1"} as Alertmanager 0.25 gives it.
TEST(Alertmanager, WithoutAFingerprintItsLabelsMakeOne) {
  const auto data = [](const std::string& labels, const std::string& more = "") {
    const auto events =
        decode(body(R"({"status":"firing","labels":{)" + labels + "}" + more + "}"));
    return std::string(events[0]->id().substr(0, 17)) + std::string(events[0]->data());
  };
  const std::string labels = R"("instance":"h1","alertname":"a")";
  EXPECT_EQ(
      data(labels),
      "0c84ae6b1c8cf1b3-"
      R"({"status":"firing","labels":{"instance":"h1","alertname":"a"},"fingerprint":"0c84ae6b1c8cf1b3"})");
  EXPECT_EQ(
      data(labels, R"(,"fingerprint":"" )"),
      "0c84ae6b1c8cf1b3-"
      R"({"status":"firing","labels":{"instance":"h1","alertname":"a"},"fingerprint":"0c84ae6b1c8cf1b3" })");
  EXPECT_EQ(data(R"("alertname":"a","empty":"","instance":"h1")").substr(0, 17),
            "0c84ae6b1c8cf1b3-");
  EXPECT_NE(data(R"("alertname":"a","instance":"h2")").substr(0, 17), "0c84ae6b1c8cf1b3-");
  EXPECT_NE(data(R"("alertname":"a","instance":5)").substr(0, 17),
            data(R"("alertname":"a","instance":6)").substr(0, 17));
}

TEST(Alertmanager, AnAlertWithoutLabelsIsRefused) {
  const auto events = decode(body(
      R"({"status":"firing","fingerprint":"x"},{"status":"firing","labels":{"a":""}},{"status":"firing","labels":["a"]},)" +
      alert()));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(events[i].error().reason, "no_labels");
  EXPECT_TRUE(events[3]);
}

TEST(Alertmanager, OneBadAlertLeavesTheOthers) {
  const auto events = decode(body(R"(5,{"status":"odd","labels":{}},)" + alert()));
  EXPECT_EQ(events[0].error().reason, "not_an_object");
  EXPECT_EQ(events[1].error().reason, "bad_member");
  EXPECT_NE(events[1].error().message.find("\"odd\""), std::string::npos);
  EXPECT_TRUE(events[2]);
}

TEST(Alertmanager, WhatTheSenderLeftOutIsCounted) {
  const auto events = decode(body(alert(), R"(,"truncatedAlerts":3)"));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].error().reason, "truncated_alerts");
  EXPECT_EQ(decode(body(alert(), R"(,"truncatedAlerts":0)")).size(), 1U);
}

TEST(Alertmanager, ABodyOfAnotherKindIsRefused) {
  EXPECT_EQ(decode_alertmanager("[]", "", kNow).error().reason, "not_an_object");
  EXPECT_EQ(decode_alertmanager(R"({"alerts":{}})", "", kNow).error().reason, "bad_member");
  EXPECT_EQ(decode_alertmanager("{", "", kNow).error().reason, "bad_json");
}

TEST(Alertmanager, TextsThatNoAttributeMayHaveAreTidied) {
  const auto events = decode(
      body(R"({"status":"firing","labels":{"alertname":"two\nlines","instance":"a\u0085b"}})"));
  ASSERT_TRUE(events[0]) << events[0].error().message;
  EXPECT_EQ(events[0]->type(), "two lines");
  EXPECT_EQ(events[0]->subject(), "a b");
}

}  // namespace
}  // namespace alarum::ingest::push_alertmanager_test
