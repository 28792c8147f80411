#include "ingest/poll/redfish_log.h"

#include <gtest/gtest.h>

#include <map>

#include "ingest/poll/redfish_catch_up.h"
#include "ingest/poll/redfish_missed.h"
#include "ingest/push/redfish.h"

namespace alarum::ingest::redfish_log_test {
namespace {

using namespace std::chrono_literals;
using News = RedfishLog::News;
using Pages = std::map<std::string, std::string>;

const Time kSince = *parse_rfc3339("2026-11-20T12:00:00Z");

struct Reading {
  News news = News::none;
  std::vector<std::string> asked;
};

Reading read_all(RedfishLog& log, const Pages& pages) {
  Reading out;
  while (out.news == News::none && out.asked.size() < 5000) {
    out.asked.push_back(log.next());
    const auto page = pages.find(log.next());
    out.news = page == pages.end() ? log.take(404, "") : log.take(200, page->second);
  }
  return out;
}

std::string logged(int id, const std::string& created, const std::string& more = "") {
  return R"({"@odata.id":"/e/)" + std::to_string(id) + R"(","Id":")" + std::to_string(id) +
         R"(","Created":")" + created + R"(","MessageId":"A.1.0.B")" + more + "}";
}
std::string page_of(const std::vector<std::string>& entries, const std::string& next = "") {
  std::string out = R"({"Members":[)";
  for (const auto& entry : entries) out += (out.back() == '[' ? "" : ",") + entry;
  return out + "]" + (next.empty() ? "" : R"(,"Members@odata.nextLink":")" + next + "\"") + "}";
}

const Pages kPlaces{
    {"/redfish/v1/Managers", R"({"Members":[{"@odata.id":"/m/1"}]})"},
    {"/redfish/v1/Systems", R"({"Members":[{"@odata.id":"/s/1"}]})"},
    {"/m/1", R"({"LogServices":{"@odata.id":"/m/1/LogServices"}})"},
    {"/s/1", R"({"LogServices":{"@odata.id":"/s/1/LogServices"}})"},
    {"/m/1/LogServices",
     R"({"Members":[{"@odata.id":"/m/1/LogServices/Journal"},{"@odata.id":"/m/1/LogServices/Sel"}]})"},
    {"/s/1/LogServices",
     R"({"Members":[{"@odata.id":"/s/1/LogServices/EventLog"},{"@odata.id":"/s/1/LogServices/gone"}]})"},
    {"/m/1/LogServices/Journal", R"({"Id":"Journal","Entries":{"@odata.id":"/journal"}})"},
    {"/m/1/LogServices/Sel", R"({"Id":"Sel","LogEntryType":"SEL","Entries":{"@odata.id":"/sel"}})"},
    {"/s/1/LogServices/EventLog", R"({"Id":"EventLog","Entries":{"@odata.id":"/events"}})"}};

TEST(RedfishLog, FindsTheLogThatHasTheEvents) {
  auto pages = kPlaces;
  pages["/events"] =
      page_of({logged(1, "2026-11-20T11:00:00Z"), logged(2, "2026-11-20T20:00:01+08:00")});
  RedfishLog log("", kSince);
  EXPECT_EQ(read_all(log, pages).news, News::done);
  EXPECT_EQ(log.service(), "/s/1/LogServices/EventLog");
  ASSERT_EQ(log.entries().size(), 1U);
  EXPECT_EQ(log.entries()[0], logged(2, "2026-11-20T20:00:01+08:00")) << "as it stands";
  pages.erase("/s/1/LogServices/EventLog");
  pages["/sel"] = page_of({});
  RedfishLog other("", kSince);
  EXPECT_EQ(read_all(other, pages).news, News::done);
  EXPECT_EQ(other.service(), "/m/1/LogServices/Sel");
}

TEST(RedfishLog, OneThatIsNamedIsReadAtOnceAndNoneIsSaid) {
  auto pages = kPlaces;
  pages["/sel"] = page_of({});
  RedfishLog log("/m/1/LogServices/Sel", kSince);
  const auto reading = read_all(log, pages);
  EXPECT_EQ(reading.news, News::done);
  EXPECT_EQ(reading.asked, (std::vector<std::string>{"/m/1/LogServices/Sel", "/sel"}));
  RedfishLog none("", kSince);
  EXPECT_EQ(read_all(none, {}).news, News::nothing);
  EXPECT_NE(none.text().find("404"), std::string::npos);
  RedfishLog refused("", kSince);
  EXPECT_EQ(refused.take(403, ""), News::fault);
  EXPECT_EQ(refused.text(), "the BMC answers 403 to /redfish/v1/Systems");
}

TEST(RedfishLog, GoesThroughPagesUntilTheyAreTooOld) {
  const std::string service = R"({"Entries":{"@odata.id":"/p1"}})";
  RedfishLog newest("/l", kSince);
  auto reading = read_all(
      newest,
      {{"/l", service},
       {"/p1",
        page_of({logged(9, "2026-11-20T12:09:00Z"), logged(8, "2026-11-20T12:08:00Z")}, "/p2")},
       {"/p2",
        page_of({logged(7, "2026-11-20T12:07:00Z"), logged(6, "2026-11-20T11:06:00Z")}, "/p3")},
       {"/p3", page_of({logged(5, "2026-11-20T11:05:00Z")})}});
  EXPECT_EQ(reading.news, News::done);
  EXPECT_EQ(newest.entries().size(), 3U);
  EXPECT_EQ(reading.asked.back(), "/p2");
  RedfishLog oldest("/l", kSince);
  reading = read_all(
      oldest,
      {{"/l", service},
       {"/p1",
        page_of({logged(1, "2026-11-20T10:09:00Z"), logged(2, "2026-11-20T11:08:00Z")}, "/p2")},
       {"/p2", page_of({logged(3, "2026-11-20T12:07:00Z"), logged(4, "1970-01-01T00:01:00Z")})}});
  EXPECT_EQ(oldest.entries().size(), 1U);
  EXPECT_EQ(oldest.undated(), 1U);
  RedfishLog links("/l", kSince);
  reading = read_all(
      links,
      {{"/l", service},
       {"/p1", R"({"Members":[{"@odata.id":"/e/1"},{"@odata.id":"/e/2"},{"@odata.id":"/e/3"}]})"},
       {"/e/1", logged(1, "2026-11-20T10:09:00Z")},
       {"/e/3", logged(3, "2026-11-20T12:09:00Z")}});
  EXPECT_EQ(reading.news, News::done);
  EXPECT_EQ(links.entries(), std::vector{logged(3, "2026-11-20T12:09:00Z")});
}

TEST(RedfishLog, EntriesThatAreNotThereAreNoReasonToAskForEver) {
  const std::string service = R"({"Entries":{"@odata.id":"/p1"}})";
  RedfishLog none("/l", kSince);
  EXPECT_EQ(read_all(none, {{"/l", service}}).news, News::nothing);
  EXPECT_EQ(none.text(), "the BMC answers 404 to /p1");
  RedfishLog half("/l", kSince);
  EXPECT_EQ(read_all(half, {{"/l", service},
                            {"/p1", page_of({logged(1, "2026-11-20T12:09:00Z")}, "/p2")}})
                .news,
            News::done);
  EXPECT_EQ(half.entries().size(), 1U);
  EXPECT_EQ(half.left_out(), 1U);
}

TEST(RedfishLog, ABmcThatGoesInCirclesOrSaysNonsenseIsLeft) {
  const std::string service = R"({"Entries":{"@odata.id":"/p"}})";
  RedfishLog circle("/l", kSince);
  EXPECT_EQ(read_all(circle,
                     {{"/l", service}, {"/p", page_of({logged(1, "2026-11-20T12:00:01Z")}, "/p")}})
                .news,
            News::done);
  EXPECT_EQ(circle.left_out(), 1U);
  for (const char* nonsense :
       {"", "[]", "{\"Members\":7}", "{\"Members\":[7,null,{}]}", "<html>"}) {
    for (const auto& at : kPlaces) {
      auto pages = kPlaces;
      pages[at.first] = nonsense;
      pages["/events"] = nonsense;
      RedfishLog log("", kSince);
      EXPECT_NE(read_all(log, pages).news, News::none) << at.first << nonsense;
    }
  }
}

std::string record(const std::string& time, const std::string& more = "") {
  return R"({"EventTimestamp":")" + time + R"(","MessageId":"A.1.2.B")" + more + "}";
}

std::vector<std::size_t> missed_of(const std::vector<std::string>& entries,
                                   const std::vector<std::string>& records) {
  std::vector<Occurrence> logged, pushed;
  for (const auto& one : entries) logged.push_back(read_occurrence(one));
  for (const auto& one : records) pushed.push_back(read_occurrence(one));
  return missed(logged, std::move(pushed));
}

TEST(RedfishMissed, EachPushStandsForOneEntry) {
  using V = std::vector<std::size_t>;
  const std::string at = "2026-11-20T12:00:05Z", a = R"(,"MessageArgs":["Fan 1"])",
                    b = R"(,"MessageArgs":["Fan 2"])", type = R"(,"EntryType":"Event")";
  EXPECT_EQ(missed_of({logged(1, at)}, {record(at)}), V{});
  EXPECT_EQ(missed_of({logged(1, at), logged(2, at)}, {record(at)}), V{1})
      << "the same twice in a second, pushed once";
  EXPECT_EQ(missed_of({logged(1, at, a), logged(2, at, b)}, {record(at, b)}), V{0});
  EXPECT_EQ(missed_of({logged(1, at, a)}, {record(at)}), V{}) << "a push without arguments";
  EXPECT_EQ(missed_of({logged(1, at, R"(,"Message":"x")")}, {record(at, R"(,"Message":"y")")}),
            V{0});
  EXPECT_EQ(missed_of({logged(1, "2026-11-20T12:00:03Z")}, {record(at)}), V{})
      << "two stamps of one occurrence";
  EXPECT_EQ(missed_of({logged(1, "2026-11-20T12:00:02Z")}, {record(at)}), V{0});
  EXPECT_EQ(missed_of({logged(1, "2026-11-20T12:00:04Z"), logged(2, at)}, {record(at)}), V{0})
      << "the nearer one";
  EXPECT_EQ(missed_of({logged(1, at), logged(2, at)},
                      {record(at, R"(,"LogEntry":{"@odata.id":"/e/2/"})")}),
            V{0})
      << "the one that it names";
  EXPECT_EQ(missed_of({logged(1, at, type)}, {logged(1, at, type)}), V{}) << "it was fed before";
  EXPECT_EQ(missed_of({logged(1, at)}, {"[]", "{}", record("")}), V{}) << "a push without a time";
  EXPECT_EQ(missed_of({logged(1, at)}, {}), V{0});
}

TEST(RedfishMissed, AnEntryIsTheEventThatAPushWouldHaveBeen) {
  const auto text =
      R"({"@odata.id":"/e/7","Id":"7","EntryType":"Event","Created":"2026-11-20T20:00:05+0800","MessageId":"StorageDevice.1.2.1.DriveFailure","Severity":"Critical","Links":{"OriginOfCondition":{"@odata.id":"/drive/3"}}})";
  const auto event = decode_redfish_entry(text, "10.0.0.7", "rack 7");
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->source(), "10.0.0.7");
  EXPECT_EQ(event->type(), "StorageDevice.DriveFailure");
  EXPECT_EQ(event->subject(), "/drive/3");
  EXPECT_EQ(event->severity(), model::Severity::critical);
  EXPECT_EQ(event->time(), *parse_rfc3339("2026-11-20T12:00:05Z"));
  EXPECT_EQ(event->data(), text);
  EXPECT_EQ(decode_redfish_entry(text, "10.0.0.7", "rack 7")->id(), event->id());
  EXPECT_NE(decode_redfish_entry(text, "10.0.0.8", "rack 7")->id(), event->id());
  for (const char* bad : {"", "[]", "7", "{"})
    EXPECT_FALSE(decode_redfish_entry(bad, "s", "c")) << bad;
}

TEST(RedfishMissed, AClockThatWasLostBringsNothingBack) {
  const auto place = kSince, now = kSince + 1min;
  EXPECT_EQ(redfish_place_time(std::nullopt, Time(), now), Time());
  EXPECT_EQ(redfish_place_time(place, now, now), now);
  EXPECT_EQ(redfish_place_time(place, Time() + 24h * 18000, now), place)
      << "the day its firmware was built";
  EXPECT_EQ(redfish_place_time(place, place - 59min, now), place - 59min) << "corrected a little";
  EXPECT_EQ(redfish_place_time(place + 24h * 9, now, now), now)
      << "it was wrong and is right again";
  EXPECT_EQ(redfish_place_time(place - 24h * 9, now - 24h * 9, now), now - 24h * 9)
      << "always wrong";
}

TEST(RedfishMissed, ThePlaceIsReadAsItWasWritten) {
  const RedfishPlace place{77, kSince};
  EXPECT_EQ(*read_redfish_place(redfish_place_json(place)), place);
  for (const char* bad : {"", "{}", R"({"version":2,"redfish":{"offset":1,"time":2}})",
                          R"({"version":1,"redfish":{"offset":"x"}})"})
    EXPECT_FALSE(read_redfish_place(bad)) << bad;
}

}  // namespace
}  // namespace alarum::ingest::redfish_log_test
