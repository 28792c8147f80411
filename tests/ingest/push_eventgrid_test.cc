#include "ingest/push/eventgrid.h"

#include <gtest/gtest.h>

namespace alarum::ingest::push_eventgrid_test {
namespace {

Result<std::vector<Decoded>> decode(const std::string& body,
                                    const std::string& type = "application/json",
                                    const http::Headers& more = {}) {
  http::Request request;
  request.headers = more;
  request.headers.emplace_back("Content-Type", type);
  request.peer = "10.0.0.1";
  return decode_eventgrid(request, body);
}

const std::string kAzure =
    R"({"id":"a1","topic":"/subscriptions/x/resourceGroups/y","subject":"vms/1","eventType":"Microsoft.Resources.ResourceWriteFailure","eventTime":"2026-01-02T03:04:05.1234567Z",
  "data":{ "status":"Failed"},"dataVersion":"2","metadataVersion":"1"})";
const std::string kCloud =
    R"({"specversion":"1.0","id":"4b26","source":"HC.OBS","type":"object:put","subject":"x.jpg","data":{"state":"enable"}})";

TEST(EventGrid, AzuresOwnSchema) {
  const auto events = decode("[" + kAzure + "," + kAzure + "]");
  ASSERT_TRUE(events) << events.error().message;
  ASSERT_EQ(events->size(), 2U);
  const auto& one = *events->at(0);
  EXPECT_EQ(one.id(), "a1");
  EXPECT_EQ(one.source(), "/subscriptions/x/resourceGroups/y");
  EXPECT_EQ(one.type(), "Microsoft.Resources.ResourceWriteFailure");
  EXPECT_EQ(one.subject(), "vms/1");
  EXPECT_EQ(one.data(), R"({ "status":"Failed"})");
  EXPECT_EQ(one.format(), model::Format::eventgrid);
  EXPECT_EQ(one.extensions().at(0).second, "\"2\"");
  EXPECT_EQ(format_rfc3339(*one.time()), "2026-01-02T03:04:05.123456Z");
}

TEST(EventGrid, CloudEventsInEveryMode) {
  EXPECT_EQ(decode(kCloud, "application/cloudevents+json; charset=utf-8")->at(0)->source(),
            "HC.OBS");
  EXPECT_EQ(decode(kCloud)->at(0)->id(), "4b26");
  EXPECT_EQ(decode("[" + kCloud + "," + kAzure + "]", "application/cloudevents-batch+json")->size(),
            2U);
  EXPECT_EQ(decode(R"({"events":[)" + kCloud + "]}")->at(0)->type(), "object:put");
  const auto binary =
      decode("text", "text/plain",
             {{"ce-specversion", "1.0"}, {"ce-id", "b"}, {"ce-source", "s"}, {"ce-type", "t"}});
  EXPECT_EQ(binary->at(0)->id(), "b");
  EXPECT_EQ(binary->at(0)->data_kind(), model::DataKind::text);
}

TEST(EventGrid, TheValidationCodeIsFound) {
  const std::string question =
      R"({"id":"1","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"512d38b6","validationUrl":"https://x"}})";
  EXPECT_EQ(validation_code("[" + question + "]"), "512d38b6");
  EXPECT_EQ(validation_code(question), "512d38b6");
  EXPECT_EQ(validation_code("[" + kAzure + "]"), std::nullopt);
  EXPECT_EQ(validation_code("[" + question + "," + kAzure + "]"), std::nullopt);
  EXPECT_EQ(
      validation_code(
          R"({"eventType":"x","data":{"validationCode":"Microsoft.EventGrid.SubscriptionValidationEvent"}})"),
      std::nullopt);
  EXPECT_EQ(validation_code(
                R"([{"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{}}])"),
            std::nullopt);
  EXPECT_EQ(validation_code("Microsoft.EventGrid.SubscriptionValidationEvent"), std::nullopt);
}

TEST(EventGrid, WhatIsNoEventIsNamed) {
  const auto events = decode("[5,{}," + kCloud + R"(,{"eventType":"t"}])");
  EXPECT_EQ(events->at(0).error().reason, "not_an_event");
  EXPECT_EQ(events->at(1).error().reason, "not_an_event");
  EXPECT_TRUE(events->at(2));
  EXPECT_EQ(events->at(3).error().reason, "missing_attribute");
  EXPECT_TRUE(decode(kCloud, "text/plain").has_value()) << "the route says what it is";
  EXPECT_EQ(decode("{").error().reason, "bad_json");
}

}  // namespace
}  // namespace alarum::ingest::push_eventgrid_test
