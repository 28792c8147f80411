// The vendor's documented samples (../shared/samples): as they stand, and tampered with.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "ingest/ces.h"
#include "ingest/poll/cloud_eye_event.h"
#include "ingest/push/eventgrid.h"
#include "ingest/push/notification.h"
#include "tests/ingest/key_pair.h"

namespace alarum::ingest::samples_test {
namespace {

using Json = nlohmann::ordered_json;
using namespace std::chrono_literals;

// They stand beside the recorded cases, and are skipped like those.
class Samples : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::getenv("ALARUM_CONFORMANCE")) GTEST_SKIP() << "ALARUM_CONFORMANCE is not set";
  }
};

Json sample(const std::string& name) {
  std::ifstream file(std::getenv("ALARUM_CONFORMANCE") + ("/../samples/" + name + ".json"));
  return Json::parse(file);
}

const Time kAt = *parse_rfc3339("2024-01-12T16:51:26Z");

const KeyPair& our_keys() {
  static const KeyPair pair(std::chrono::floor<std::chrono::seconds>(kAt));
  return pair;
}

// Over the members that the vendor's list names, in its order, by our key.
Json signed_again(Json message, const Json& names) {
  std::string text;
  for (const std::string listed : names) {
    const auto name = listed.substr(0, listed.find(' '));
    if (!message.value(name, "").empty())
      text += name + "\n" + message[name].get<std::string>() + "\n";
  }
  message["signature"] = our_keys().sign(text);
  return message;
}

std::string verdict_on(const Json& message, Time now = kAt) {
  auto source = config::default_smn();
  source.topics = {"urn:smn:sa-brazil-1:*:alarm-testing"};
  source.subscribe_hosts = {"console.example.com"};
  const auto read = read_signed_message(Service::smn, message.dump());
  if (!read) return read.error().reason;
  if (auto fine = check_origin(*read, source, now); !fine) return fine.error().reason;
  const auto fine = check_signature(*read, our_keys().pem(), now);
  return fine ? "yes" : fine.error().reason;
}

TEST_F(Samples, SmnMessagesAreTakenAndNoneThatWasTamperedWith) {
  const auto all = sample("smn-http-messages");
  for (const auto& [name, type] :
       {std::pair("subscription_confirmation", "SubscriptionConfirmation"),
        std::pair("notification", "Notification"),
        std::pair("unsubscribe_confirmation", "UnsubscribeConfirmation")}) {
    const auto& names = all["signed_fields"][type];
    auto message = all[name];
    message["timestamp"] = "2024-01-12T16:51:26Z";
    EXPECT_EQ(verdict_on(message), "bad_signature") << name << " with the page's placeholder";
    message = signed_again(message, names);
    EXPECT_EQ(verdict_on(message), "yes") << name;
    for (const std::string listed : names) {
      const auto member = listed.substr(0, listed.find(' '));
      auto changed = message;
      auto text = changed[member].get<std::string>();
      text.back() ^= 1;
      changed[member] = text;
      EXPECT_NE(verdict_on(changed), "yes") << name << ": one bit of " << member;
    }
    auto elsewhere = message;
    elsewhere["signing_cert_url"] =
        "https://smn.sa-brazil-1.myhuaweicloud.com.example.com/smn/SMN_x.pem";
    EXPECT_EQ(verdict_on(elsewhere), "bad_certificate_url") << name;
    EXPECT_EQ(verdict_on(message, kAt + 2h), "stale_message") << name;
  }
}

TEST_F(Samples, CapturedAlarmsOverSmnFireAndResolveAndAReplayIsTheSameEvent) {
  const auto all = sample("ces-smn-alarm-messages");
  const auto messages = sample("smn-http-messages");
  int seen = 0;
  for (const auto& [name, alarm] : all.items()) {
    if (!name.starts_with("capture_")) continue;
    ++seen;
    auto outer = messages["notification"];
    outer["message"] = alarm.dump();
    const auto message = read_signed_message(Service::smn, outer.dump());
    ASSERT_TRUE(message) << name;
    const auto event = decode_notification(*message, "10.0.0.1");
    ASSERT_TRUE(event) << name << ": " << event.error().message;
    EXPECT_EQ(event->source(), alarm["namespace"].get<std::string>());
    EXPECT_EQ(event->type(), alarm["metric_name"].get<std::string>());
    EXPECT_EQ(event->status(),
              alarm["alarm_status"] == "ok" ? model::Status::resolved : model::Status::firing)
        << name;
    EXPECT_NE(event->severity(), model::Severity::none) << name;
    EXPECT_FALSE(event->subject().empty()) << name;
    EXPECT_EQ(event->id(), decode_notification(*message, "10.0.0.2")->id())
        << "a replay is a duplicate, whoever sends it";
  }
  EXPECT_EQ(seen, 4);
}

TEST_F(Samples, CloudEyesReportAndItsAnswersToQueries) {
  const auto report = sample("ces-report-events");
  const auto query = sample("ces-query-events");
  const auto body = report["request_example"].dump();
  const Time then =
      Time(std::chrono::milliseconds(report["request_example"][0]["time"].get<std::int64_t>()));
  const auto items = decode_ces(body, "p1", "", true, then);
  ASSERT_TRUE(items) << items.error().message;
  EXPECT_EQ(items->at(0).event.type(), "systemInvaded");
  EXPECT_EQ(items->at(0).event_id, decode_ces(body, "p1", "", true, then)->at(0).event_id)
      << "a retry is a duplicate";
  EXPECT_NE(items->at(0).event_id, decode_ces(body, "p2", "", true, then)->at(0).event_id);
  EXPECT_FALSE(decode_ces(body, "p1", "", true, then + 2h))
      << "an old time stamp, where we are as strict as the vendor";
  EXPECT_TRUE(decode_ces(body, "p1", "", false, then + 2h));

  const auto counts = read_cloud_eye_counts(query["list"]["response_example"].dump());
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->rows.size(), 3u);
  EXPECT_EQ(counts->total, 10u);
  EXPECT_EQ(counts->rows[0].count, 5u);
  const auto details =
      read_cloud_eye_items(query["detail"]["response_example"].dump(), "p1", "ces", kAt);
  ASSERT_TRUE(details) << details.error().message;
  EXPECT_EQ(details->items.size(), 3u);
  for (const auto& item : details->items) EXPECT_TRUE(item.event) << item.event.error().message;
  EXPECT_EQ(details->items[0].id, "ev1606302402256R6doP5YeZ");
}

TEST_F(Samples, EventsOfServersAreTakenAsCloudEyeShowsThem) {
  const auto events = sample("constructed-bms-events");
  const Json page{{"event_info", events["events"]},
                  {"meta_data", {{"total", events["events"].size()}}}};
  const auto read = read_cloud_eye_items(page.dump(), "p1", "ces", kAt);
  ASSERT_TRUE(read) << read.error().message;
  std::set<std::string> ids;
  for (const auto& item : read->items) {
    ASSERT_TRUE(item.event) << item.event.error().message;
    EXPECT_EQ(item.event->source(), "SYS.BMS");
    ids.insert(item.id);
  }
  EXPECT_EQ(ids.size(), events["events"].size());
}

TEST_F(Samples, WhatEventGridPublishesIsTakenAndAReplayIsTheSameEvent) {
  const auto grid = sample("eg-events");
  http::Request request;
  request.headers = {{"Content-Type", "application/json"}};
  const auto body = grid["publish"]["request"].dump();
  const auto events = decode_eventgrid(request, body);
  ASSERT_TRUE(events) << events.error().message;
  ASSERT_TRUE(events->at(0)) << events->at(0).error().message;
  EXPECT_EQ(events->at(0)->type(), "object:put");
  EXPECT_EQ(events->at(0)->id(), "4b26115b-778e-11ec-0000");
  EXPECT_FALSE(decode_eventgrid(request, body.substr(0, body.size() - 1)));
}

}  // namespace
}  // namespace alarum::ingest::samples_test
