#include "ingest/stream/redfish_keeper.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ingest/heard.h"

namespace alarum::ingest::redfish_keeper_test {
namespace {

using News = RedfishKeeper::News;

std::string asked(const RedfishKeeper& keeper) {
  return keeper.next().method + " " + keeper.next().path;
}

const std::string kList = "GET /redfish/v1/EventService/Subscriptions",
                  kService = "GET /redfish/v1/EventService",
                  kPost = "POST /redfish/v1/EventService/Subscriptions";

// Before it makes one it asks what the service has: nothing that it says.
void says_nothing(RedfishKeeper& keeper) {
  EXPECT_EQ(asked(keeper), kService);
  EXPECT_EQ(keeper.take(404, "", ""), News::none);
}

std::string members(const std::vector<std::string>& paths) {
  std::string out;
  for (const auto& path : paths)
    out += (out.empty() ? "" : ",") + (R"({"@odata.id": ")" + path + "\"}");
  return R"({"Members": [)" + out + "]}";
}

RedfishKeeper kept() {
  RedfishKeeper keeper("https://us/ingest/redfish", "c");
  keeper.take(200, "", R"({"Members": []})");
  says_nothing(keeper);
  EXPECT_EQ(keeper.take(201, "https://bmc:8443/redfish/v1/EventService/Subscriptions/7", ""),
            News::created);
  return keeper;
}

TEST(RedfishKeeper, MakesASubscriptionWhereThereIsNone) {
  RedfishKeeper keeper("https://us/ingest/redfish", "c");
  EXPECT_EQ(asked(keeper), kList);
  EXPECT_EQ(keeper.take(200, "", R"({"Members": []})"), News::none);
  says_nothing(keeper);
  EXPECT_EQ(asked(keeper), kPost);
  EXPECT_NE(keeper.next().body.find(R"("DeliveryRetryPolicy":"RetryForever")"), std::string::npos);
  EXPECT_EQ(keeper.take(201, "/redfish/v1/EventService/Subscriptions/7", ""), News::created);
  EXPECT_EQ(asked(keeper), kList + "/7");
  EXPECT_EQ(keeper.take(200, "", R"({"Context": "c", "Status": {"State": "Enabled"}})"),
            News::stands);
}

TEST(RedfishKeeper, FindsTheOneThatAnEarlierRunMade) {
  RedfishKeeper keeper("d", "c");
  keeper.take(200, "",
              R"({"Members": [{"@odata.id": "/s/1"}, {"@odata.id": "/s/2"}, {"odd": 1}, 5]})");
  EXPECT_EQ(asked(keeper), "GET /s/2");
  EXPECT_EQ(keeper.take(200, "", R"({"Context": "another's"})"), News::none);
  EXPECT_EQ(asked(keeper), "GET /s/1");
  EXPECT_EQ(keeper.take(200, "", R"({"Context": "c"})"), News::found);
}

TEST(RedfishKeeper, MakesItAgainWhenTheBmcLostItOrGaveItsNumberToAnother) {
  for (const auto& [status, body] :
       {std::pair{404U, ""}, std::pair{200U, R"({"Context": "another's"})"}}) {
    auto keeper = kept();
    EXPECT_EQ(keeper.take(status, "", body), News::none);
    EXPECT_EQ(asked(keeper), kList);
    EXPECT_EQ(keeper.take(200, "", R"({"Members": []})"), News::none);
    says_nothing(keeper);
    EXPECT_EQ(keeper.take(201, "/s/1", ""), News::again);
  }
}

TEST(RedfishKeeper, OneThatTheBmcSwitchedOffIsRemovedFirst) {
  auto keeper = kept();
  EXPECT_EQ(keeper.take(200, "", R"({"Context": "c", "Status": {"State": "Disabled"}})"),
            News::none);
  EXPECT_EQ(asked(keeper), "DELETE /redfish/v1/EventService/Subscriptions/7");
  EXPECT_EQ(keeper.take(204, "", ""), News::none);
  says_nothing(keeper);
  EXPECT_EQ(asked(keeper), kPost);
  EXPECT_EQ(keeper.take(201, "/s/8", ""), News::again);
  RedfishKeeper after("d", "c");
  after.take(200, "", members({"/s/1"}));
  after.take(200, "", R"({"Context": "c", "Status": {"State": "Disabled"}})");
  EXPECT_EQ(asked(after), "DELETE /s/1") << "of an earlier run";
}

TEST(RedfishKeeper, OneOfAnotherPlaceIsLeftAloneAndTold) {
  RedfishKeeper keeper("https://us/ingest/redfish?access_token=a", "c");
  keeper.take(200, "", members({"/s/1"}));
  keeper.take(
      200, "",
      R"({"Context": "c", "Destination": "https://them/ingest/redfish?access_token=secret"})");
  says_nothing(keeper);
  EXPECT_EQ(asked(keeper), kPost);
  EXPECT_EQ(keeper.offload(), "https://them/ingest/redfish");
  EXPECT_EQ(keeper.offload(), "");
  keeper.take(201, "/s/2", "");
  keeper.take(404, "", "");
  keeper.take(200, "", members({"/s/1"}));
  keeper.take(200, "", R"({"Context": "c", "Destination": "https://them/"})");
  EXPECT_EQ(keeper.offload(), "") << "once";
}

TEST(RedfishKeeper, AnotherTokenMakesItAnewOnceAndAHiddenOneDoesNot) {
  RedfishKeeper keeper("https://us/in?access_token=new", "c");
  keeper.take(200, "", members({"/s/1"}));
  const std::string other = R"({"Context": "c", "Destination": "https://us/in?access_token=old"})";
  keeper.take(200, "", other);
  EXPECT_EQ(asked(keeper), "DELETE /s/1");
  keeper.take(204, "", "");
  says_nothing(keeper);
  EXPECT_EQ(keeper.take(201, "/s/2", ""), News::created);
  EXPECT_EQ(keeper.take(200, "", other), News::stands)
      << "a BMC that shows another query than it was given";
  for (const char* shown :
       {R"("https://us/in")", R"("https://us/in?access_token=new")", "null", "7"}) {
    RedfishKeeper hidden("https://us/in?access_token=new", "c");
    hidden.take(200, "", members({"/s/1"}));
    EXPECT_EQ(
        hidden.take(200, "", R"({"Context": "c", "Destination": )" + std::string(shown) + "}"),
        News::found)
        << shown;
  }
}

TEST(RedfishKeeper, WhatALostAnswerMadeIsFoundAndWhatIsTooManyRemoved) {
  RedfishKeeper keeper("d", "c");
  keeper.take(200, "", members({}));
  says_nothing(keeper);
  EXPECT_EQ(keeper.failed("the connection broke"), News::fault);
  EXPECT_EQ(asked(keeper), kList) << "it may be there";
  keeper.take(200, "", members({"/s/1", "/s/2", "/s/3"}));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(keeper.take(200, "", R"({"Context": "c", "Destination": "d"})"), News::none);
  EXPECT_EQ(asked(keeper), "DELETE /s/1");
  keeper.take(204, "", "");
  EXPECT_EQ(asked(keeper), "DELETE /s/2");
  EXPECT_EQ(keeper.take(405, "", ""), News::found) << "one that cannot be removed keeps nobody";
  EXPECT_EQ(asked(keeper), "GET /s/3");
  RedfishKeeper busy("d", "c");
  busy.take(200, "", members({}));
  says_nothing(busy);
  EXPECT_EQ(busy.take(502, "", ""), News::fault);
  EXPECT_EQ(asked(busy), kList);
}

TEST(RedfishKeeper, TurnsThePagesOfTheListAndNoMoreThanSixteen) {
  RedfishKeeper keeper("d", "c");
  EXPECT_EQ(
      keeper.take(
          200, "",
          R"({"Members": [{"@odata.id": "/s/1"}], "Members@odata.nextLink": "/list?$skip=1"})"),
      News::none);
  EXPECT_EQ(asked(keeper), "GET /list?$skip=1");
  keeper.take(200, "", members({"/s/2"}));
  EXPECT_EQ(asked(keeper), "GET /s/2");
  keeper.take(404, "", "");
  EXPECT_EQ(asked(keeper), "GET /s/1");
  EXPECT_EQ(keeper.take(200, "", R"({"Context": "c"})"), News::found);
  RedfishKeeper circle("d", "c");
  int pages = 0;
  for (; asked(circle) != kService && pages < 100; ++pages)
    circle.take(200, "", R"({"Members": [], "Members@odata.nextLink": "/list"})");
  EXPECT_EQ(pages, 16);
  RedfishKeeper broken("d", "c");
  broken.take(200, "",
              R"({"Members": [{"@odata.id": "/s/1"}], "Members@odata.nextLink": "/list"})");
  broken.failed("x");
  EXPECT_EQ(asked(broken), kList) << "from the beginning";
  broken.take(200, "", members({}));
  EXPECT_EQ(asked(broken), kService) << "with nothing of what was read before";
}

TEST(RedfishKeeper, LooksAtSixtyFourMembersAtMost) {
  RedfishKeeper keeper("d", "c");
  keeper.take(200, "", members(std::vector<std::string>(1000, "/s/1")));
  int looks = 0;
  for (; asked(keeper) != kService && looks < 2000; ++looks)
    keeper.take(200, "", R"({"Context": "another's"})");
  EXPECT_EQ(looks, 64);
}

TEST(RedfishKeeper, FindsOutWhereTheNewOneIs) {
  RedfishKeeper keeper("d", "c");
  keeper.take(200, "", members({}));
  says_nothing(keeper);
  EXPECT_EQ(keeper.take(201, "", R"({"@odata.id": "/s/9"})"), News::created);
  EXPECT_EQ(asked(keeper), "GET /s/9");
  RedfishKeeper silent("d", "c");
  silent.take(200, "", members({}));
  says_nothing(silent);
  EXPECT_EQ(silent.take(204, "", "[]"), News::created);
  EXPECT_EQ(asked(silent), kList);
  silent.take(200, "", members({"/s/3"}));
  EXPECT_EQ(silent.take(200, "", R"({"Context": "c"})"), News::stands);
}

TEST(RedfishKeeper, ABmcThatIsBusyOrAwayLosesNothing) {
  auto keeper = kept();
  EXPECT_EQ(keeper.take(503, "", ""), News::fault);
  EXPECT_EQ(keeper.failed("no route"), News::fault);
  EXPECT_EQ(keeper.text(), "no route");
  for (const unsigned status : {401U, 403U, 429U})
    EXPECT_EQ(keeper.take(status, "", R"({"Context": "c"})"), News::fault) << status;
  EXPECT_EQ(keeper.take(200, "", R"({"Context": "c"})"), News::stands);
}

TEST(RedfishKeeper, TriesWhatOlderBmcsTake) {
  RedfishKeeper keeper("d", "c");
  keeper.take(200, "", "not even JSON");
  says_nothing(keeper);
  EXPECT_EQ(keeper.take(400, "", ""), News::none);
  EXPECT_EQ(keeper.next().body.find("EventFormatType"), std::string::npos);
  EXPECT_EQ(keeper.take(400, "", ""), News::none);
  EXPECT_NE(keeper.next().body.find("EventTypes"), std::string::npos);
  EXPECT_EQ(keeper.take(400, "", "why"), News::fault);
  EXPECT_EQ(asked(keeper), kList);
  keeper.take(200, "", members({}));
  says_nothing(keeper);
  EXPECT_NE(keeper.next().body.find("EventFormatType"), std::string::npos)
      << "from the full form again";
  RedfishKeeper none("d", "c");
  EXPECT_EQ(none.take(404, "", R"({"Members": []})"), News::fault) << "no event service";
}

// As the EventService of DSP0268's example, shortened.
const std::string kOffers =
    R"({"EventTypesForSubscription": ["StatusChange", "Alert", "MetricReport", "Other", 7],
  "Actions": {"#EventService.SubmitTestEvent": {"target": "https://bmc/redfish/v1/EventService/Actions/EventService.SubmitTestEvent", "EventType@Redfish.AllowableValues": ["Other"]}}})";
const std::string kTest = "POST /redfish/v1/EventService/Actions/EventService.SubmitTestEvent";

nlohmann::json body_of(const RedfishKeeper& keeper) {
  return nlohmann::json::parse(keeper.next(Time(std::chrono::seconds(1'800'000'000))).body);
}

RedfishKeeper offered(const std::string& offers) {
  RedfishKeeper keeper("d", "c");
  keeper.take(200, "", members({}));
  EXPECT_EQ(keeper.take(200, "", offers), News::none);
  EXPECT_EQ(asked(keeper), kPost);
  return keeper;
}

TEST(RedfishKeeper, AsksForAllEventTypesWhereTheServiceHasThemAndLeavesTheRestOpen) {
  auto keeper = offered(kOffers);
  EXPECT_EQ(body_of(keeper)["EventTypes"],
            (nlohmann::json{"StatusChange", "Alert", "MetricReport", "Other"}));
  EXPECT_EQ(body_of(keeper)["DeliveryRetryPolicy"], "RetryForever");
  keeper.take(400, "", "");
  EXPECT_FALSE(body_of(keeper).contains("EventTypes"));
  EXPECT_EQ(body_of(keeper)["DeliveryRetryPolicy"], "RetryForever");
  keeper.take(400, "", "");
  EXPECT_FALSE(body_of(keeper).contains("EventTypes") ||
               body_of(keeper).contains("DeliveryRetryPolicy"));
  keeper.take(400, "", "");
  EXPECT_EQ(body_of(keeper)["EventTypes"], (nlohmann::json{"Alert", "StatusChange"}))
      << "of those that all had, the ones that this one has";
  EXPECT_EQ(keeper.take(400, "", ""), News::fault);
  auto crashing = offered(kOffers);
  EXPECT_EQ(crashing.take(500, "", ""), News::none) << "some answer so to what they do not like";
  EXPECT_EQ(asked(crashing), kPost);
  EXPECT_FALSE(body_of(crashing).contains("EventTypes"));
  for (const std::string open :
       {R"({"RegistryPrefixes": ["Base"], "ResourceTypes": ["Drive"]})", "{}", "[]", "no"}) {
    const auto body = body_of(offered(open));
    EXPECT_FALSE(body.contains("EventTypes") || body.contains("RegistryPrefixes") ||
                 body.contains("ResourceTypes"))
        << open;
    EXPECT_TRUE(body.contains("DeliveryRetryPolicy")) << open;
  }
}

TEST(RedfishKeeper, HasATestEventSentOnceWhereTheServiceOffersIt) {
  auto keeper = offered(kOffers);
  EXPECT_EQ(keeper.take(201, "/s/7", ""), News::none);
  EXPECT_EQ(asked(keeper), kTest);
  const auto body = body_of(keeper);
  EXPECT_EQ(body["EventType"], "Other") << "one that it allows";
  EXPECT_EQ(body["EventTimestamp"], "2027-01-15T08:00:00Z");
  for (const auto* name :
       {"EventId", "Severity", "Message", "MessageId", "MessageArgs", "OriginOfCondition"})
    EXPECT_TRUE(body.contains(name)) << name;
  EXPECT_FALSE(keeper.tested());
  EXPECT_EQ(keeper.take(204, "", ""), News::created);
  EXPECT_TRUE(keeper.tested());
  EXPECT_FALSE(keeper.tested()) << "once";
  EXPECT_EQ(asked(keeper), "GET /s/7");
  EXPECT_EQ(keeper.take(200, "", R"({"Context": "c"})"), News::stands);
}

TEST(RedfishKeeper, ATestThatIsRefusedOrNotAnsweredKeepsNoSubscription) {
  auto keeper = offered(kOffers);
  keeper.take(201, "/s/7", "");
  EXPECT_EQ(keeper.take(400, "", ""), News::none);
  EXPECT_EQ(asked(keeper), kTest);
  EXPECT_EQ(body_of(keeper).size(), 1u) << "with less";
  EXPECT_EQ(keeper.take(400, "", ""), News::created);
  EXPECT_FALSE(keeper.tested());
  EXPECT_EQ(keeper.test_refused(), 400u);
  EXPECT_EQ(keeper.test_refused(), 0u) << "once";
  EXPECT_EQ(asked(keeper), "GET /s/7");
  auto broken = offered(kOffers);
  broken.take(201, "", "");
  EXPECT_EQ(broken.failed("the connection broke"), News::created);
  EXPECT_EQ(asked(broken), kList) << "it did not say where";
  for (const unsigned status : {401U, 500U}) {
    RedfishKeeper closed("d", "c");
    closed.take(200, "", members({}));
    EXPECT_EQ(closed.take(status, "", ""), News::none) << status;
    EXPECT_EQ(asked(closed), kPost);
  }
  RedfishKeeper busy("d", "c");
  busy.take(200, "", members({}));
  EXPECT_EQ(busy.take(503, "", ""), News::fault);
  EXPECT_EQ(asked(busy), kList);
}

TEST(DeliveryCheck, SaysWhatCameOfATestOnceAndInAMinute) {
  using Check = DeliveryCheck;
  using namespace std::chrono_literals;
  Check check;
  EXPECT_EQ(check.look(5s, 7), Check::News::none) << "nobody asked";
  check.begin(10s, 7);
  EXPECT_EQ(check.left(11s), 59s);
  EXPECT_EQ(check.look(69s, 7), Check::News::none);
  EXPECT_EQ(check.look(70s, 7), Check::News::silent);
  EXPECT_EQ(check.look(71s, 7), Check::News::none);
  EXPECT_EQ(check.left(71s), std::nullopt);
  check.begin(80s, 7);
  EXPECT_EQ(check.look(81s, 8), Check::News::arrives);
  EXPECT_EQ(check.look(200s, 8), Check::News::none);
}

TEST(RedfishKeeper, TakesAPathAndNoOtherHost) {
  EXPECT_EQ(path_of("https://other:1/a/b"), "/a/b");
  EXPECT_EQ(path_of("http://other/a?b"), "/a?b");
  EXPECT_EQ(path_of("/a"), "/a");
  for (const char* text : {"", "a", "//other/a", "https://other", "ftp://x/y"})
    EXPECT_EQ(path_of(text), "") << text;
}

}  // namespace
}  // namespace alarum::ingest::redfish_keeper_test
