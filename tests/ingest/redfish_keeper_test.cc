#include "ingest/stream/redfish_keeper.h"

#include <gtest/gtest.h>

namespace alarum::ingest::redfish_keeper_test {
namespace {

using News = RedfishKeeper::News;

std::string asked(const RedfishKeeper& keeper) { return keeper.next().method + " " + keeper.next().path; }

const std::string kList = "GET /redfish/v1/EventService/Subscriptions", kPost = "POST /redfish/v1/EventService/Subscriptions";

RedfishKeeper kept() {
  RedfishKeeper keeper("https://us/ingest/redfish", "c");
  keeper.take(200, "", R"({"Members": []})");
  EXPECT_EQ(keeper.take(201, "https://bmc:8443/redfish/v1/EventService/Subscriptions/7", ""), News::created);
  return keeper;
}

TEST(RedfishKeeper, MakesASubscriptionWhereThereIsNone) {
  RedfishKeeper keeper("https://us/ingest/redfish", "c");
  EXPECT_EQ(asked(keeper), kList);
  EXPECT_EQ(keeper.take(200, "", R"({"Members": []})"), News::none);
  EXPECT_EQ(asked(keeper), kPost);
  EXPECT_NE(keeper.next().body.find(R"("DeliveryRetryPolicy":"RetryForever")"), std::string::npos);
  EXPECT_EQ(keeper.take(201, "/redfish/v1/EventService/Subscriptions/7", ""), News::created);
  EXPECT_EQ(asked(keeper), kList + "/7");
  EXPECT_EQ(keeper.take(200, "", R"({"Context": "c", "Status": {"State": "Enabled"}})"), News::stands);
}

TEST(RedfishKeeper, FindsTheOneThatAnEarlierRunMade) {
  RedfishKeeper keeper("d", "c");
  keeper.take(200, "", R"({"Members": [{"@odata.id": "/s/1"}, {"@odata.id": "/s/2"}, {"odd": 1}, 5]})");
  EXPECT_EQ(asked(keeper), "GET /s/2");
  EXPECT_EQ(keeper.take(200, "", R"({"Context": "another's"})"), News::none);
  EXPECT_EQ(asked(keeper), "GET /s/1");
  EXPECT_EQ(keeper.take(200, "", R"({"Context": "c"})"), News::found);
}

TEST(RedfishKeeper, MakesItAgainWhenTheBmcLostItOrGaveItsNumberToAnother) {
  for (const auto& [status, body] : {std::pair{404U, ""}, std::pair{200U, R"({"Context": "another's"})"}}) {
    auto keeper = kept();
    EXPECT_EQ(keeper.take(status, "", body), News::none);
    EXPECT_EQ(asked(keeper), kList);
    EXPECT_EQ(keeper.take(200, "", R"({"Members": []})"), News::none);
    EXPECT_EQ(keeper.take(201, "/s/1", ""), News::again);
  }
}

TEST(RedfishKeeper, OneThatTheBmcSwitchedOffIsRemovedFirst) {
  auto keeper = kept();
  EXPECT_EQ(keeper.take(200, "", R"({"Context": "c", "Status": {"State": "Disabled"}})"), News::none);
  EXPECT_EQ(asked(keeper), "DELETE /redfish/v1/EventService/Subscriptions/7");
  EXPECT_EQ(keeper.take(204, "", ""), News::none);
  EXPECT_EQ(asked(keeper), kList);
}

TEST(RedfishKeeper, ABmcThatIsBusyOrAwayLosesNothing) {
  auto keeper = kept();
  EXPECT_EQ(keeper.take(503, "", ""), News::fault);
  EXPECT_EQ(keeper.failed("no route"), News::fault);
  EXPECT_EQ(keeper.text(), "no route");
  EXPECT_EQ(keeper.take(401, "", ""), News::fault);
  EXPECT_EQ(keeper.take(200, "", R"({"Context": "c"})"), News::stands);
}

TEST(RedfishKeeper, TriesWhatOlderBmcsTake) {
  RedfishKeeper keeper("d", "c");
  keeper.take(200, "", "not even JSON");
  EXPECT_EQ(keeper.take(400, "", ""), News::none);
  EXPECT_EQ(keeper.next().body.find("EventFormatType"), std::string::npos);
  EXPECT_EQ(keeper.take(400, "", ""), News::none);
  EXPECT_NE(keeper.next().body.find("EventTypes"), std::string::npos);
  EXPECT_EQ(keeper.take(400, "", "why"), News::fault);
  EXPECT_EQ(asked(keeper), kList);
}

TEST(RedfishKeeper, TakesAPathAndNoOtherHost) {
  EXPECT_EQ(path_of("https://other:1/a/b"), "/a/b");
  EXPECT_EQ(path_of("/a"), "/a");
  for (const char* text : {"", "a", "//other/a", "https://other", "ftp://x/y"}) EXPECT_EQ(path_of(text), "") << text;
}

}  // namespace
}  // namespace alarum::ingest::redfish_keeper_test
