#include "cli/alert_table.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace alarum::cli::alert_table_test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

const Time kNow = *parse_rfc3339("2026-11-30T12:00:00Z");

Json alert(const std::string& id, const std::string& name, const std::string& severity,
           Duration age, const std::string& server = "s1") {
  return {{"id", id},
          {"labels", {{"alertname", name}, {"severity", severity}, {"server", server}}},
          {"annotations", Json::object()},
          {"startsAt", format_rfc3339(kNow - age)},
          {"count", 1},
          {"status", {{"state", "active"}, {"silencedBy", Json::array()}}}};
}

std::string shown(Json alerts, AlertTable how = {}) {
  how.now = kNow;
  sort_alerts(alerts);
  return alerts_text(alerts, how);
}

TEST(AlertTable, TheWorstComeFirstThenTheNewest) {
  const auto text =
      shown({alert("aaaaaaaa1", "Old", "critical", 2h), alert("bbbbbbbb1", "Minor", "minor", 1s),
             alert("cccccccc1", "New", "critical", 5min)});
  EXPECT_EQ(text,
            "ID        SEVERITY  ALERT  AGE  COUNT  LABELS\n"
            "cccccccc  critical  New     5m      1  server=s1\n"
            "aaaaaaaa  critical  Old     2h      1  server=s1\n"
            "bbbbbbbb  minor     Minor   1s      1  server=s1\n");
}

TEST(AlertTable, SaysWhoTakesCareAndWhatSuppresses) {
  auto one = alert("aaaaaaaa1", "A", "major", 1h);
  one["acknowledged"] = {{"by", "kim"}, {"comment", "on it"}};
  one["status"]["silencedBy"] = {"52322296-a26c-42d4-bdd5-056716714731"};
  one["status"]["mutedBy"] = {"night"};
  const auto text = shown({one});
  EXPECT_NE(text.find("acknowledged by kim: on it, silenced by 52322296, muted by night\n"),
            text.npos)
      << text;
}

TEST(AlertTable, WhatIsPartOfARollUpSaysSoOnce) {
  auto one = alert("aaaaaaaa1", "A", "major", 1h);
  one["status"]["inhibitedBy"] = {"Rack"};
  one["absorbedBy"] = Json::array({{{"rule", "Rack"}}});
  const auto text = shown({one});
  EXPECT_NE(text.find("  part of Rack\n"), text.npos) << text;
  EXPECT_EQ(text.find("inhibited"), text.npos) << text;
}

TEST(AlertTable, ManyOfOneNameStandInOneRow) {
  auto alerts = Json::array({alert("ffffffff1", "Lost", "major", 1h)});
  for (int i = 0; i < 29; ++i)
    alerts.push_back(alert("aaaaaaaa" + std::to_string(i), "NpuOverheated", "critical",
                           std::chrono::minutes(i + 3), "s" + std::to_string(i % 8)));
  const auto text = shown(alerts);
  EXPECT_NE(text.find("…         critical  NpuOverheated   3m     29  ×29 on 8 servers\n"),
            text.npos)
      << text;
  EXPECT_EQ(std::ranges::count(text, '\n'), 4);
  AlertTable each;
  each.fold = false;
  EXPECT_EQ(std::ranges::count(shown(alerts, each), '\n'), 31);
}

TEST(AlertTable, OneNameAloneIsNeverFolded) {
  auto alerts = Json::array();
  for (int i = 0; i < 29; ++i)
    alerts.push_back(alert("aaaaaaaa" + std::to_string(i), "A", "critical", 1h));
  EXPECT_EQ(std::ranges::count(shown(alerts), '\n'), 30);
}

TEST(AlertTable, TheHeadLineCountsFromTheWorst) {
  auto silenced = alert("a", "A", "minor", 1h);
  silenced["status"]["state"] = "suppressed";
  auto over = alert("b", "B", "critical", 1h);
  over["status"]["state"] = "resolved";
  EXPECT_EQ(head_line({alert("c", "C", "minor", 1h), silenced, over,
                       alert("d", "D", "critical", 1h), alert("e", "E", "page", 1h)}),
            "4 firing: 1 critical, 2 minor, 1 of another severity; 1 suppressed, 1 resolved");
}

TEST(AlertTable, ALineIsCutAtTheTerminalsWidth) {
  AlertTable how;
  how.width = 20;
  const auto text = shown({alert("aaaaaaaa1", "A", "major", 1h)}, how);
  EXPECT_NE(text.find("\naaaaaaaa  major    …\n"), text.npos) << text;
}

TEST(AlertTable, ColourIsARowsOwnAndEnds) {
  AlertTable how;
  how.colour = true;
  const auto text = shown({alert("aaaaaaaa1", "A", "critical", 1h)}, how);
  EXPECT_NE(text.find("\x1b[1;31maaaaaaaa"), text.npos);
  EXPECT_TRUE(text.ends_with("\x1b[0m\n"));
}

TEST(AlertTable, WhatASenderWroteCannotMoveTheCursor) {
  auto one = alert("aaaaaaaa1", "A\x1b[2J", "major", 1h, "s\n1");
  one["acknowledged"] = {{"by", "k\x1b"}, {"comment", ""}};
  for (const auto& text : {shown(Json::array({one})), simple_text(Json::array({one}))}) {
    EXPECT_EQ(text.find('\x1b'), text.npos) << text;
    EXPECT_NE(text.find("server=s 1"), text.npos) << text;
  }
}

TEST(AlertTable, SimpleIsALineAnAlertWithTabs) {
  EXPECT_EQ(simple_text(Json::array({alert("aaaaaaaa1", "A", "major", 1h)})),
            "aaaaaaaa1\tmajor\tfiring\tA\t2026-11-30T11:00:00Z\t1\tserver=s1\n");
}

TEST(AlertTable, AgesAreShort) {
  EXPECT_EQ(age_text(-1s), "0s");
  EXPECT_EQ(age_text(59s), "59s");
  EXPECT_EQ(age_text(60s), "1m");
  EXPECT_EQ(age_text(2h), "2h");
  EXPECT_EQ(age_text(3h + 20min), "3h20m");
  EXPECT_EQ(age_text(48h), "2d");
}

TEST(Columns, AreAsWideAsWhatIsInThem) {
  EXPECT_EQ(columns_text({{"A", "BB", "C"}, {"aaa", "", "…c"}}, {1}), "A    BB  C\naaa      …c\n");
  EXPECT_EQ(columns_text({{"a", "", "c"}}), "a  c\n") << "an empty column takes no room";
}

}  // namespace
}  // namespace alarum::cli::alert_table_test
