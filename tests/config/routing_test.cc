#include "config/routing.h"

#include <gtest/gtest.h>

#include "config/config.h"
#include "tests/config/parse.h"

namespace alarum::config::routing_test {
namespace {

std::string faults(const std::string& yaml) {
  Diagnostics out;
  (void)parse(yaml + "\nreceivers: [{name: a}, {name: b}]\n", "c.yaml", out);
  std::string text;
  for (const auto& one : out.sorted()) {
    if (one.level == Diagnostic::Level::error)
      text += std::to_string(one.place.line) + ':' + std::to_string(one.place.column) + ": " +
              one.message + '\n';
  }
  return text;
}

std::vector<NamedIntervals> intervals(const std::string& yaml) {
  Diagnostics out;
  auto read = read_time_intervals(*parse_yaml(yaml, "t.yaml", out), out);
  EXPECT_EQ(out.text(), "");
  return read;
}

bool contains(const std::string& interval, const std::string& time) {
  return intervals("[{name: n, time_intervals: [" + interval + "]}]")
      .front()
      .contains(*parse_rfc3339(time));
}

std::string warnings(const std::string& yaml) {
  Diagnostics out;
  (void)parse(yaml + "\nreceivers: [{name: a}, {name: b}]\n", "c.yaml", out);
  std::string text;
  for (const auto& one : out.sorted()) {
    if (one.place.line < 20 && one.message.find("never") != std::string::npos)
      text += std::to_string(one.place.line) + ": " + one.message.substr(0, one.message.find(':')) +
              '\n';
  }
  return text;
}

TEST(Routing, ReadsNewAlertWaitAndItsOlderName) {
  const auto waits = [](const std::string& keys) {
    Diagnostics out;
    const auto config =
        parse("receivers: [{name: a}]\nroute: {receiver: a, " + keys + "}\n", "c.yaml", out);
    return std::pair(config ? config->routing.root.new_alert_wait : std::nullopt, out.text());
  };
  const auto today = waits("new_alert_wait: 7s");
  EXPECT_EQ(today.first, std::chrono::seconds(7));
  EXPECT_EQ(today.second.find("news_wait"), std::string::npos);
  const auto older = waits("news_wait: 7s");
  EXPECT_EQ(older.first, std::chrono::seconds(7));
  EXPECT_NE(
      older.second.find("c.yaml:2:33: warning: deprecated: \"news_wait\" is the older name of "
                        "\"new_alert_wait\""),
      std::string::npos)
      << older.second;
  EXPECT_NE(waits("news_wait: 7s, new_alert_wait: 7s").second.find("take \"news_wait\" away"),
            std::string::npos);
}

TEST(Routing, WarnsOfARouteThatIsNeverReached) {
  const auto routes = [](const std::string& list) {
    return warnings("route:\n  receiver: a\n  routes:\n" + list);
  };
  EXPECT_EQ(routes("  - {receiver: b}\n  - {receiver: a, matchers: [t=x]}"),
            "5: this route is never reached\n");
  EXPECT_EQ(
      routes(
          "  - {receiver: b, matchers: ['t=~\"x|y\"']}\n  - {receiver: a, matchers: [t=x, u=z]}"),
      "5: this route is never reached\n");
  EXPECT_EQ(routes("  - {receiver: b, continue: true}\n  - {receiver: a, matchers: [t=x]}"), "");
  EXPECT_EQ(routes("  - {receiver: b, matchers: [t=x]}\n  - {receiver: a, matchers: [u=x]}\n  - "
                   "{receiver: a}"),
            "");
  EXPECT_EQ(routes("  - matchers: [t=x]\n    routes:\n    - {receiver: b, matchers: [t=y]}\n    - "
                   "{receiver: b, matchers: [u=y]}"),
            "6: this route is never reached\n");
}

TEST(Routing, WarnsOfAnInhibitionThatNeverApplies) {
  EXPECT_EQ(
      warnings(
          "inhibit_rules: [{source_matchers: [c=x, s=1], target_matchers: [c=y], equal: [c]}]"),
      "1: this inhibit rule never applies\n");
  EXPECT_EQ(
      warnings("inhibit_rules: [{source_matchers: [s=1], target_matchers: [s=1], equal: [c]}]"),
      "1: this inhibit rule never applies\n");
  EXPECT_EQ(
      warnings("inhibit_rules: [{source_matchers: [s=1], target_matchers: [s=2], equal: [c]}]"),
      "");
}

TEST(Routing, WarnsOfATimeThatNeverComes) {
  const auto time = [](const std::string& interval) {
    return warnings("time_intervals: [{name: n, time_intervals: [" + interval + "]}]");
  };
  EXPECT_EQ(time("{years: ['2020:2022']}"), "1: the time interval \"n\" never comes\n");
  EXPECT_EQ(time("{days_of_month: ['31'], months: [april]}"),
            "1: the time interval \"n\" never comes\n");
  EXPECT_EQ(time(""), "1: the time interval \"n\" never comes\n");
  EXPECT_EQ(time("{days_of_month: ['29'], months: [february], weekdays: [monday]}"), "");
  EXPECT_EQ(time("{years: ['2020', '2090']}, {years: ['2020']}"), "");
  EXPECT_EQ(time("{years: ['2020']}, {weekdays: [monday]}"), "");
  EXPECT_EQ(warnings("time_intervals: [{name: n, time_intervals: [{years: ['2020']}]}]\nroute: "
                     "{receiver: a, routes: [{receiver: b, active_time_intervals: [n]}]}"),
            "1: the time interval \"n\" never comes\n2: this route is never active\n");
}

TEST(Routing, RefusesMatchersThatContradictEachOther) {
  EXPECT_EQ(faults("route: {receiver: a, routes: [{receiver: b, matchers: [t=x, t=y]}]}"),
            "1:31: \"matchers\": t=\"x\" and t=\"y\" contradict each other: no alert has both; "
            "several values of one label are written label=~\"a|b\"\n");
  EXPECT_NE(faults("inhibit_rules: [{source_matchers: [t=x, 't!=x'], target_matchers: [t=x]}]"),
            "");
  EXPECT_EQ(faults("route: {receiver: a, routes: [{receiver: b, matchers: [t=x, 't=~\"x|y\"']}]}"),
            "");
}

TEST(Routing, ReadsAlertmanagersTree) {
  EXPECT_EQ(
      faults("route:\n  receiver: a\n  group_by: [alertname, 'x y']\n  group_wait: 30s\n  "
             "group_interval: 5m\n  repeat_interval: 4h\n  routes:\n"
             "  - matchers: [team=\"x\", 'n=~\"a|b\"']\n    receiver: b\n    continue: true\n    "
             "mute_time_intervals: [night]\n  - match: {t: v}\n    match_re: {u: 'v.*'}\n"
             "    active_time_intervals: [night]\ninhibit_rules:\n- source_matchers: [s=1]\n  "
             "target_match: {t: 1}\n  equal: [c]\n"
             "mute_time_intervals: [{name: night, time_intervals: [{weekdays: ['monday:friday'], "
             "times: [{start_time: '22:00', end_time: '24:00'}]}]}]"),
      "");
}

TEST(Routing, TellsWhatIsWrongAndWhere) {
  EXPECT_EQ(faults("route: {receiver: a, routes: [{receiver: bb, matchers: ['x', 'y=~\"(\"'], "
                   "mute_time_intervals: [night]}]}"),
            "1:42: there is no receiver \"bb\" (did you mean \"b\"?)\n"
            "1:57: \"matchers\": 0:1: end of input: expected an operator such as '=', '!=', '=~' "
            "or '!~'\n"
            "1:62: \"matchers\": the regular expression \"(\" of \"y\" does not compile (RE2): "
            "missing ): (\n"
            "1:95: there is no time interval \"night\"\n");
  EXPECT_EQ(
      faults("route: {receiver: a, matchers: [x=1], group_by: ['...', b], repeat_interval: 0s}"),
      "1:32: the root of the routes takes every alert: \"matchers\" belongs into one of its "
      "\"routes\"\n"
      "1:49: \"group_by\" has '...' and other labels: '...' must be the only one, each alert is "
      "then a "
      "group\n"
      "1:78: \"repeat_interval\" must be a duration from 1s to 365d, not string \"0s\"\n");
}

TEST(TimeInterval, TellsWhatIsWrong) {
  EXPECT_EQ(
      faults("route: {receiver: a}\ntime_intervals:\n- name: n\n  time_intervals:\n  - weekdays: "
             "['friday:monday', noday]\n    days_of_month: ['0', '-1:5']\n"
             "    times: [{start_time: '9:00', end_time: '10:00'}, {start_time: '10:00', end_time: "
             "'09:00'}]\n    location: Nowhere/Town\n"),
      "5:16: \"friday:monday\" of \"weekdays\" ends before it begins\n"
      "5:33: \"weekdays\" must hold a day as in \"monday\", or a range as in \"monday:friday\", "
      "not \"noday\"\n"
      "6:21: \"days_of_month\" must hold a day from 1 to 31, from -31 to -1 counted from the "
      "month's end, or a range as in \"-3:-1\", not \"0\"\n"
      "6:26: \"-1:5\" of \"days_of_month\": the end must be negative too when the beginning is\n"
      "7:26: \"start_time\" must be a time as in \"09:30\", up to \"24:00\", not string \"9:00\"\n"
      "7:54: \"start_time\" must be before \"end_time\": write two entries for a night\n"
      "8:15: \"Nowhere/Town\" is no time zone of this machine; write one as in "
      "\"Asia/Shanghai\"\n");
}

TEST(TimeInterval, KnowsDaysMonthsYearsAndTheMonthsEnd) {
  // A Tuesday
  EXPECT_TRUE(contains("{weekdays: ['monday:friday', sunday]}", "2026-11-24T12:00:00Z"));
  EXPECT_FALSE(contains("{weekdays: ['Wednesday:Saturday']}", "2026-11-24T12:00:00Z"));
  EXPECT_TRUE(contains("{days_of_month: ['-1']}", "2028-02-29T00:00:00Z"));
  EXPECT_FALSE(contains("{days_of_month: ['-1']}", "2028-02-28T00:00:00Z"));
  EXPECT_FALSE(contains("{days_of_month: ['30:31']}", "2026-02-28T00:00:00Z"))
      << "a month without these days";
  EXPECT_TRUE(contains("{days_of_month: ['28:31']}", "2026-02-28T00:00:00Z"));
  EXPECT_TRUE(contains("{months: ['november:12'], years: ['2025:2026']}", "2026-11-24T12:00:00Z"));
  EXPECT_FALSE(contains("{months: [may], years: ['2026']}", "2026-11-24T12:00:00Z"));
}

TEST(TimeInterval, TimesEndBeforeTheirEndAndStandInTheirZone) {
  constexpr auto kOffice =
      "{times: [{start_time: '09:00', end_time: '17:00'}], location: Asia/Shanghai}";
  EXPECT_TRUE(contains(kOffice, "2026-11-24T01:00:00Z"));
  EXPECT_FALSE(contains(kOffice, "2026-11-24T00:59:59Z"));
  EXPECT_TRUE(contains(kOffice, "2026-11-24T08:59:59Z"));
  EXPECT_FALSE(contains(kOffice, "2026-11-24T09:00:00Z"));
  EXPECT_TRUE(
      contains("{times: [{start_time: '02:00', end_time: '03:00'}], location: Europe/Berlin}",
               "2026-07-01T00:30:00Z"))
      << "summer time";
}

}  // namespace
}  // namespace alarum::config::routing_test
