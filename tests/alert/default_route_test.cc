// What people get where the config has no `route`, and what a reminder says.
#include <array>
#include <random>
#include <sstream>

#include "tests/alert/world.h"

namespace alarum::alert {
namespace {

using namespace std::chrono_literals;

constexpr auto kWrittenOut =
    "route:\n"
    "  receiver: a\n"
    "  group_by: [alertname, rack]\n"
    "  group_wait: 20s\n"
    "  group_interval: 5m\n"
    "  new_alert_wait: 20s\n"
    "  repeat_interval: 24h\n"
    "  routes:\n"
    "    - {matchers: [severity=\"info\"], log_only: true}\n"
    "    - {matchers: [severity=~\"minor|warning\"], group_wait: 5m, group_interval: 1h}\n";

std::string labels(const std::string& n, const std::string& severity,
                   const std::string& rack = "r1") {
  return "alertname=Down,severity=" + severity + ",rack=" + rack + ",n=" + n;
}

TEST(DefaultRoute, IsWhatTheManualWritesOut) {
  const RouteTree ours(routing_of("{}").root), written(routing_of(kWrittenOut).root);
  ASSERT_EQ(ours.size(), written.size());
  EXPECT_TRUE(routing_of("{}").by_default);
  EXPECT_FALSE(routing_of(kWrittenOut).by_default);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const auto &a = ours.node(i), &b = written.node(i);
    EXPECT_EQ(std::tie(a.key, a.receiver, a.group_by, a.each_alone, a.wait, a.interval, a.news,
                       a.repeat, a.log_only),
              std::tie(b.key, b.receiver, b.group_by, b.each_alone, b.wait, b.interval, b.news,
                       b.repeat, b.log_only))
        << i;
  }
  EXPECT_EQ(ours.node(0).news, Duration(20s));
  EXPECT_EQ(ours.node(2).news, std::nullopt) << "what is gathered waits for its interval";
}

TEST(DefaultRoute, WhatIsCriticalIsNotifiedTwentySecondsAfterItFires) {
  Town town("{}");
  EXPECT_EQ(town.post("0s", labels("1", "critical")), "");
  EXPECT_EQ(town.post("10s", labels("2", "major")), "");
  EXPECT_EQ(town.post("15s", labels("3", "critical", "r2")), "");
  EXPECT_EQ(town.until("1m"), "20s a: +1 +2\n35s a: +3\n") << "one message a name and rack";
  town.post("2m", labels("4", "critical"));
  EXPECT_EQ(town.until("3m"), "2m20s a: +1 +2 +4\n") << "not at the group's next tick";
  town.end("3m", labels("1", "critical"));
  EXPECT_EQ(town.until("1h"), "7m20s a: -1 +2 +4\n") << "an end can wait for it";
  town.post("2h", "n=5,alertname=Posted,severity=page");
  EXPECT_EQ(town.until("3h"), "2h20s a: +5\n") << "no severity that we know: nobody may miss it";
}

TEST(DefaultRoute, MinorAndWarningAreGathered) {
  Town town("{}");
  town.post("0s", labels("1", "warning"));
  town.post("4m", labels("2", "minor"));
  EXPECT_EQ(town.until("10m"), "5m a: +1 +2\n");
  town.post("10m", labels("3", "warning"));
  town.end("20m", labels("1", "warning"));
  EXPECT_EQ(town.until("2h"), "1h5m a: -1 +2 +3\n");
  town.post("2h", labels("3", "critical"));
  EXPECT_EQ(town.until("2h1m"), "2h20s a: +3\n")
      << "what gets worse does not wait for what is gathered";
}

TEST(DefaultRoute, InfoGoesToTheLogAndNobodyIsOwedAnything) {
  Town town("{}");
  town.every_reason = true;
  EXPECT_EQ(town.post("0s", labels("1", "info")), "0s log: +1\n0s (log only): logged\n");
  EXPECT_EQ(town.owes, 0U);
  town.restart();
  town.configure("{}");
  EXPECT_EQ(town.until("2d"), "") << "no reminder either";
  EXPECT_EQ(town.end("2d", labels("1", "info")), "2d log: -1\n2d (log only): logged end\n");
  town.post("3d", labels("2", "info"));
  town.configure("route: {receiver: a}");
  EXPECT_EQ(town.until("3d1s"), "3d a: +2\n") << "a route for it came: it still fires";
}

TEST(DefaultRoute, RemindsOnceADay) {
  Town town("{}");
  town.post("0s", labels("1", "critical"));
  EXPECT_EQ(town.until("2d"), "20s a: +1\n1d20s a: +1\n");
}

// Kills in between: each alert is notified of exactly once, whenever the state was saved.
TEST(DefaultRoute, ARestartAtAnyMomentNotifiesOnce) {
  std::string steady, restarted;
  for (auto* out : {&steady, &restarted}) {
    Town town("{}");
    for (int i = 0; i < 60; ++i) {
      const auto when = std::to_string(i * 7) + "s";
      const auto number = std::to_string(i % 20), severity = std::string(i % 3 == 0   ? "critical"
                                                                         : i % 3 == 1 ? "warning"
                                                                                      : "info");
      *out += i % 5 == 4 ? town.end(when, labels(number, severity))
                         : town.post(when, labels(number, severity, "r" + std::to_string(i % 2)));
      if (out == &restarted) town.restart(), town.configure("{}");
      *out += town.until(when);
    }
    *out += town.until("3h");
  }
  EXPECT_EQ(steady, restarted);
  EXPECT_NE(steady.find("+"), std::string::npos);
}

// Each message of the default tree says something new; what fires and stays is in one in time, with
// restarts in between, and info in none.
TEST(DefaultRoute, NothingIsMissedAndNoMessageSaysNothingNew) {
  std::mt19937 random(19);
  const auto pick = [&](unsigned n) { return random() % n; };
  struct Fault {
    std::string labels;
    Duration fired{}, allowed{}, over{};
    std::optional<Duration> notified;
  };
  std::map<std::string, Fault> faults;  // by the alert's `n`
  Town town("{}");
  Duration now{};
  std::string out;
  for (int i = 0; i < 600; ++i) {
    now += std::chrono::seconds(pick(30));
    const auto when = std::to_string(now / 1s) + "s";
    out += town.until(when);
    if (pick(3) == 0 && !faults.empty()) {
      auto& one =
          std::next(faults.begin(), static_cast<int>(pick(static_cast<unsigned>(faults.size()))))
              ->second;
      if (std::exchange(one.over, std::min(one.over, now)) > now) out += town.end(when, one.labels);
    } else {
      const std::string severity(std::array{"critical", "major", "warning", "info"}[pick(4)]);
      const auto n = std::to_string(i), text = labels(n, severity, "r" + std::to_string(pick(3)));
      faults[n] = {text,
                   now,
                   severity == "info"      ? 0s
                   : severity == "warning" ? 1h
                                           : 20s,
                   Duration::max(),
                   {}};
      out += town.post(when, text);
    }
    if (pick(5) == 0) town.restart(), town.configure("{}");
  }
  out += town.until(std::to_string(now / 1s + 7200) + "s");
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string at, to, word;
    words >> at >> to;
    if (to != "a:") continue;
    bool news = false;
    while (words >> word) {
      auto& one = faults.at(word.substr(1));
      EXPECT_TRUE(word.front() != '+' || one.allowed != 0s) << "info: " << line;
      news |= word.front() == '-' || !one.notified;
      if (!one.notified) one.notified = support::at(at) - support::kStart;
    }
    EXPECT_TRUE(news) << line;
  }
  for (const auto& [n, one] : faults) {
    if (one.allowed == 0s || one.over <= one.fired + one.allowed) continue;
    ASSERT_TRUE(one.notified) << one.labels;
    EXPECT_LE(*one.notified, one.fired + one.allowed) << one.labels;
  }
}

TEST(Reminders, WhatNobodyReportedAnyMoreIsSaidOnceToBeUnconfirmed) {
  for (const auto* route : {"route: {receiver: a, repeat_interval: 1h}",
                            "route: {receiver: a, group_by: [g], group_wait: 0s, group_interval: "
                            "5m, repeat_interval: 1h}"}) {
    Town town(route);
    town.only_timeout = true;
    EXPECT_EQ(town.post("0s", "n=1,g=x"), "0s a: +1\n");
    town.until("30m");
    town.post("30m", "n=1,g=x");
    EXPECT_EQ(town.until("1h"), "1h a: +1\n") << "it was reported again";
    EXPECT_EQ(town.until("150m"), "2h a: ?1\n");
    town.restart();
    town.configure(route);
    EXPECT_EQ(town.until("10h30m"), "") << "said once";
    town.post("10h30m", "n=1,g=x");
    EXPECT_EQ(town.until("11h"), "11h a: +1\n");
    EXPECT_EQ(town.until("20h"), "12h a: ?1\n");
    const auto at_once = town.end("20h", "n=1,g=x");
    const auto ends = at_once + town.until("20h5m");
    EXPECT_EQ(ends.substr(ends.find(' ')), " a: -1\n") << "at once, or at the next tick";
  }
}

TEST(Reminders, OfAGroupOneReportIsEnough) {
  Town town(
      "route: {receiver: a, group_by: [g], group_wait: 0s, group_interval: 5m, repeat_interval: "
      "1h}");
  town.only_timeout = true;
  town.post("0s", "n=1,g=x");
  town.post("0s", "n=2,g=x");
  town.until("30m");
  town.post("30m", "n=2,g=x");
  EXPECT_EQ(town.until("3h"), "1h5m a: ?1 +2\n2h5m a: ?1 ?2\n");
}

TEST(Reminders, WhatHasAnEndOfItsOwnIsRemindedOfUntilItEnds) {
  Town town("route: {receiver: a, repeat_interval: 1h}");
  EXPECT_EQ(town.post("0s", "n=1"), "0s a: +1\n");
  EXPECT_EQ(town.until("2h"), "1h a: +1\n2h a: +1\n");
}

// Up to version 4 nobody was said to be unconfirmed.
TEST(Reminders, TheStateOfVersionFourIsStillRead) {
  ByteWriter out;
  out.number(4), out.number(1), out.number(2), out.number(1);
  out.text("a"), out.text("{}:{g=\"x\"}"), out.number(0);
  out.number(1), out.number(7), out.number(1), out.number(5), out.number(0),
      out.time(support::at("1h"));
  out.number(1), out.number(0), out.number(1), out.number(1), out.number(0);
  ActiveAlerts active_alerts;
  Dispatcher groups(active_alerts, [](const model::Alert&) { return nullptr; });
  const auto read = groups.restore(out.take());
  EXPECT_TRUE(read) << read.error().message;
}

}  // namespace
}  // namespace alarum::alert
