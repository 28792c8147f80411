#include "engine/sender_clocks.h"

#include <gtest/gtest.h>

#include "tests/engine/world.h"

namespace alarum::engine {
namespace {

using namespace std::chrono_literals;
using support::at;
using Kind = SenderClocks::Kind;

// What a sender's events come to. Lags are arrival less event time.
struct Sender {
  SenderClocks& clocks;
  std::string source = "s";

  SenderClocks::Reading says(Time arrival, Duration lag, Duration ahead = {}) {
    model::EventFields fields;
    fields.id = "1", fields.source = source, fields.type = "t", fields.time = arrival - ahead - lag;
    return clocks.read(model::Event(fields), {arrival, ahead});
  }
  std::string all(Time from, Duration every, const std::vector<Duration>& lags) {
    std::string out;
    for (std::size_t i = 0; i < lags.size(); ++i)
      out += (i > 0 ? " " : "") +
             std::string(to_text(says(from + every * static_cast<int>(i), lags[i]).kind));
    return out;
  }
  // Five events within a minute.
  void settle(Time from, Duration lag) { all(from, 15s, {lag, lag, lag, lag, lag}); }
};

std::string list(const SenderClocks& clocks) {
  std::string out;
  for (const auto& [name, behind] : clocks.wrong())
    out += (out.empty() ? "" : "; ") + name + ' ' + offset_text(behind);
  return out;
}

TEST(SenderClocks, WithinLatenessATimeIsRightAndNothingIsRemembered) {
  SenderClocks clocks;
  Sender sender{clocks};
  for (const auto lag : {0s, 119s, 120s, -1s, -120s}) {
    const auto reading = sender.says(at("1h"), lag);
    EXPECT_EQ(reading.kind, Kind::right);
    EXPECT_EQ(reading.when, at("1h") - lag);
  }
  EXPECT_EQ(clocks.size(), 0U);
}

TEST(SenderClocks, FiveEventsAndAMinuteOfTheSameLagAreAWrongClock) {
  SenderClocks clocks;
  Sender sender{clocks};
  EXPECT_EQ(sender.all(at("1h"), 15s, {21min, 20min, 22min, 21min}),
            "undecided undecided undecided undecided");
  EXPECT_EQ(list(clocks), "");
  const auto reading = sender.says(at("1h1m"), 21min);
  EXPECT_EQ(reading.kind, Kind::wrong);
  EXPECT_EQ(reading.when, at("1h1m"));
  EXPECT_TRUE(clocks.take_change());
  EXPECT_EQ(list(clocks), "cloudevents s 21m behind");
  EXPECT_EQ(sender.says(at("1h2m"), 22min).when, at("1h1m"))
      << "what the network took stays visible";
  EXPECT_EQ(sender.says(at("1h2m"), 20min).when, at("1h2m")) << "never after the arrival";
  // Many events in a moment, or few in an hour, prove nothing.
  Sender quick{clocks, "quick"}, seldom{clocks, "seldom"};
  EXPECT_EQ(quick.all(at("2h"), 0s, std::vector<Duration>(9, 5min)).find("wrong"),
            std::string::npos);
  EXPECT_EQ(seldom.all(at("2h"), 15min, std::vector<Duration>(4, 5min)).find("wrong"),
            std::string::npos);
}

TEST(SenderClocks, AnUndecidedEventIsOfItsArrivalAndKeepsTheOrderOfItsSender) {
  SenderClocks clocks;
  Sender sender{clocks};
  EXPECT_EQ(sender.says(at("1h"), 21min).when, at("1h"));
  EXPECT_EQ(sender.says(at("1h1s"), 21min + 10s).when, at("1h1s") - 10s);
  // About as far behind as lateness: one second more or less does not turn two events round.
  Sender border{clocks, "border"};
  EXPECT_EQ(border.says(at("2h"), 125s).when, at("2h"));
  EXPECT_EQ(border.says(at("2h1s"), 119s).when, at("2h1s"));
  EXPECT_EQ(border.says(at("2h2s"), 10s).kind, Kind::right);
}

TEST(SenderClocks, ALagThatFallsIsABacklogUntilItIsWorkedOff) {
  SenderClocks clocks;
  Sender sender{clocks};
  EXPECT_EQ(sender.all(at("2h"), 1ms, {60min, 50min, 40min, 30min, 3min, 1min, 0s}),
            "undecided undecided backlog backlog backlog right right");
  EXPECT_EQ(sender.all(at("2h10m"), 1s, {0s, 21min}), "right undecided");
  // Close together: event time runs faster than arrival all the same.
  Sender dense{clocks, "dense"};
  std::vector<Duration> lags;
  for (int i = 0; i < 100; ++i) lags.push_back(3h - 5s * i);
  const auto said = dense.all(at("3h"), 1ms, lags);
  EXPECT_TRUE(said.ends_with(" backlog backlog backlog backlog")) << said;
  EXPECT_EQ(dense.says(at("3h") + 1s, 2h + 50min).when, at("10m") + 1s) << "as it says";
}

TEST(SenderClocks, ABacklogThatIsDeliveredSlowlyIsOneToo) {
  SenderClocks clocks;
  Sender sender{clocks};
  std::string last;
  // Half as fast again
  for (int i = 0; i < 600; ++i)
    last = to_text(sender.says(at("2h") + i * 1s, 60min - i * 500ms).kind);
  EXPECT_EQ(last, "backlog");
  EXPECT_EQ(list(clocks), "");
}

// A backlog of a clock that is wrong: where the lag falls no more, what arrives is news at once.
TEST(SenderClocks, WhereALagStopsToFallTheBacklogIsOver) {
  SenderClocks clocks;
  Sender sender{clocks};
  EXPECT_EQ(sender.all(at("2h"), 1ms, {60min, 50min, 40min, 30min, 21min}),
            "undecided undecided backlog backlog backlog");
  EXPECT_EQ(sender.all(at("2h") + 50s, 15s, {21min, 21min, 21min, 21min, 21min}),
            "undecided undecided undecided undecided wrong");
  // And its next backlog is known by what lies beyond its offset.
  EXPECT_EQ(sender.all(at("4h"), 1ms, {81min, 71min, 61min, 51min, 41min, 31min, 24min, 22min}),
            "undecided undecided backlog backlog backlog backlog backlog wrong");
  EXPECT_EQ(sender.says(at("4h1m"), 21min).when, at("4h1m"));
}

TEST(SenderClocks, AFilePlayedAgainIsABacklogEachTime) {
  SenderClocks clocks;
  Sender sender{clocks};
  std::vector<Duration> lags;
  for (int i = 0; i < 30; ++i) lags.push_back(5h - 5min * i);
  for (const auto* when : {"6h", "6h10m", "6h20m", "9h"}) {
    const auto said = sender.all(at(when), 1ms, lags);
    EXPECT_TRUE(said.starts_with("undecided undecided") &&
                said.ends_with(" backlog backlog backlog"))
        << when << ' ' << said;
  }
  EXPECT_EQ(sender.all(at("20h"), 1ms, {40min, 30min, 20min}), "undecided undecided backlog")
      << "another stretch";
}

TEST(SenderClocks, SeveralClocksBehindOneSourceAreNoBacklog) {
  for (const auto& lags : {std::vector<Duration>{21min, 10min},
                           {21min, 0s},
                           {30min, 30min, 20min},
                           {40min, 5min, 20min},
                           {0s, -21min},
                           {50min, 50min, 10min, 10min}}) {
    SenderClocks clocks;
    Sender sender{clocks};
    std::vector<Duration> all;
    for (int i = 0; i < 60; ++i) all.insert(all.end(), lags.begin(), lags.end());
    EXPECT_EQ(sender.all(at("2h"), 2s, all).find("backlog"), std::string::npos)
        << lags.size() << lags.front();
  }
}

TEST(SenderClocks, AClockThatIsPutRightOrWrongInMidStreamIsNews) {
  SenderClocks clocks;
  Sender sender{clocks};
  sender.settle(at("1h"), 21min);
  EXPECT_EQ(sender.all(at("1h2m"), 1s, {21min, 0s, 0s}), "wrong right right");
  EXPECT_EQ(sender.all(at("1h3m"), 1s, {21min, 5min, 21min}), "undecided undecided undecided");
  EXPECT_EQ(sender.says(at("1h4m"), 0s).when, at("1h4m"));
  // From a lag to another one.
  Sender moved{clocks, "moved"};
  moved.settle(at("1h"), 21min);
  EXPECT_EQ(moved.all(at("1h2m"), 15s, {8h, 8h, 8h, 8h, 8h}),
            "undecided undecided undecided undecided wrong");
  EXPECT_EQ(list(clocks), "cloudevents moved 8h behind; cloudevents s 21m behind");
}

TEST(SenderClocks, WhatIsInTheFutureIsTakenAsItIsUpToTenMinutesUntilItsClockIsKnown) {
  SenderClocks clocks;
  Sender sender{clocks};
  EXPECT_EQ(sender.says(at("1h"), -10min).when, at("1h10m"));
  EXPECT_EQ(sender.says(at("1h"), -11min).when, at("1h"));
  EXPECT_EQ(sender.says(at("1h"), -1000h).when, at("1h"));
  Sender ahead{clocks, "ahead"};
  ahead.settle(at("1h"), -5min);
  EXPECT_EQ(ahead.says(at("1h2m"), -5min).when, at("1h2m"));
  EXPECT_EQ(ahead.says(at("1h2m"), -4min).when, at("1h1m"));
  EXPECT_EQ(list(clocks), "cloudevents ahead 5m ahead");
}

TEST(SenderClocks, ATimeBefore2010IsNoneAndItsSenderIsListedAllTheSame) {
  SenderClocks clocks;
  Sender sender{clocks};
  const auto lag = at("1h") - Time() - 12s;
  EXPECT_EQ(sender.all(at("1h"), 15s, {lag, lag, lag, lag, lag, lag}),
            "none none none none none none");
  EXPECT_EQ(sender.says(at("2h"), lag).when, at("2h"));
  EXPECT_EQ(clocks.wrong_count(), 1U);
  for (const auto time : {Time::min(), Time::max()}) {
    model::EventFields fields;
    fields.source = "far", fields.type = "t", fields.time = time;
    EXPECT_EQ(clocks.read(model::Event(fields), at("1h")).when, at("1h"));
  }
}

TEST(SenderClocks, ItsOwnClockThatIsSteppedIsNobodysFault) {
  SenderClocks clocks;
  Sender sender{clocks};
  sender.settle(at("1h"), 0s);
  EXPECT_EQ(sender.says(at("1h2m"), 0s, 48h).kind, Kind::right) << "lag is by the wall clock";
  EXPECT_EQ(sender.says(at("1h2m"), 1min, 48h).when, at("1h1m"));
}

TEST(SenderClocks, WhoIsRightForAnHourOrSilentForADayLeavesTheList) {
  SenderClocks clocks;
  Sender fixed{clocks, "fixed"}, relapses{clocks, "relapses"}, gone{clocks, "gone"};
  for (auto* one : {&fixed, &relapses, &gone}) one->settle(at("1h"), 1h);
  EXPECT_EQ(*clocks.next(), at("25h1m"));
  fixed.says(at("2h"), 0s), relapses.says(at("2h"), 0s);
  EXPECT_EQ(*clocks.next(), at("3h"));
  relapses.says(at("2h30m"), 1h), relapses.says(at("2h40m"), 0s);
  clocks.take_change();
  clocks.run_next(at("3h"));
  EXPECT_EQ(list(clocks), "cloudevents gone 1h behind; cloudevents relapses 1h behind");
  EXPECT_TRUE(clocks.take_change());
  EXPECT_EQ(*clocks.next(), at("3h40m"));
  clocks.run_next(at("3h40m"));
  clocks.run_next(at("25h1m"));
  EXPECT_EQ(clocks.wrong_count(), 0U);
  EXPECT_FALSE(clocks.next());
}

TEST(SenderClocks, BeyondItsBoundSendersAreNotJudgedAndTheirEventsAreNews) {
  SenderClocks clocks;
  for (std::size_t i = 0; i < SenderClocks::kMost; ++i)
    Sender{clocks, std::to_string(i)}.says(at("1h"), 1h);
  Sender more{clocks, "more"};
  EXPECT_EQ(more.all(at("1h10m"), 10ms, {60min, 50min, 40min, 30min, 0s}),
            "undecided undecided undecided undecided right");
  EXPECT_EQ(more.says(at("1h10m"), 1h).when, at("1h10m"));
  EXPECT_EQ(clocks.size(), SenderClocks::kMost);
  EXPECT_EQ(clocks.refused(), 5U);
  more.says(at("2h11m"), 1h);
  EXPECT_EQ(clocks.size(), 1U) << "those that said nothing odd for an hour have gone";
}

TEST(SenderClocks, WhatIsSavedGoesOnAsItWas) {
  SenderClocks clocks;
  for (int i = 0; i < 20; ++i) Sender{clocks, std::to_string(i)}.says(at("1h"), 1h);
  Sender wrong{clocks, "wrong"}, backlog{clocks, "backlog"};
  wrong.settle(at("1h"), 21min);
  wrong.says(at("1h10m"), 0s);
  backlog.all(at("1h"), 1ms, {60min, 50min, 40min});
  ByteWriter out;
  clocks.save(out);
  const auto bytes = out.take();
  ByteReader in(bytes);
  auto loaded = SenderClocks::load(in);
  ASSERT_TRUE(in.good() && in.at_end());
  EXPECT_EQ(list(loaded), list(clocks));
  EXPECT_EQ(loaded.next(), clocks.next());
  ByteWriter again;
  loaded.save(again);
  EXPECT_EQ(again.take(), bytes) << "to the byte";
  for (auto* one : {&clocks, &loaded}) {
    EXPECT_EQ((Sender{*one, "backlog"}.says(at("1h"), 30min).kind), Kind::backlog);
    EXPECT_EQ((Sender{*one, "wrong"}.says(at("1h11m"), 21min).kind), Kind::undecided);
  }
}

// ---- in the engine

constexpr auto kRules = R"(
rules:
- {alert: EccStorm, match: ecc, count: 3, within: 10m, by: subject, severity: critical}
- {alert: RackDown, match: linkDown, distinct: {subject: 3}, within: 2m, by: source, severity: critical}
- {alert: Quick, match: quick, count: 2, within: 20s, by: subject}
- {alert: Fault, match: fault, until: mended, resolve_after: 1m, by: subject, summary: "{{time}}"}
- {alert: Slow, match: slow, for: 10m, until: fast, resolve_after: 5m, by: subject, summary: "{{time}}"}
- {alert: Both, match: {alert: Slow}, resolve_after: 1m, by: subject}
)";

// Lines of `ARRIVAL TYPE SUBJECT LAG`.
std::string after(World& world, const std::string& story) {
  std::string out;
  for (const auto& line : support::lines_of(story)) {
    const auto words = support::words_of(line);
    const auto time = support::at(words.at(0)) - support::offset(words.at(3));
    out += words[0] + ' ' + words[1] + ' ' + words[2] + " time=" + support::shown(time) + '\n';
  }
  world.play(out);
  return world.told();
}

// Case 03 of issue 18: also while it is not known yet what is wrong.
TEST(SenderClock, EightEventsOfASlowClockNotifyAsThoseOfARightOne) {
  const auto told = [](const std::string& slow) {
    World world(kRules);
    std::string story;
    for (int i = 0; i < 8; ++i) {
      const auto arrival = "1h" + std::to_string(i + 1) + "s ";
      story += arrival + "ecc bmc-1 " + slow + "\n" + arrival + "linkDown s" +
               std::to_string(i % 3) + ' ' + slow + "\n";
    }
    return after(world, story);
  };
  const auto right = told("0s");
  EXPECT_EQ(right, "1h3s fired EccStorm{subject=bmc-1}\n1h3s fired RackDown{source=test}\n");
  for (const auto* slow : {"5m", "21m", "24h", "300d", "1m30s", "-1h"})
    EXPECT_EQ(told(slow).find("late"), std::string::npos) << slow << told(slow);
  for (const auto* slow : {"5m", "21m", "24h", "300d", "-1h"}) EXPECT_EQ(told(slow), right) << slow;
}

TEST(SenderClock, WithinLatenessNothingIsLate) {
  World world(kRules);
  EXPECT_EQ(
      after(world,
            "1h fault s1 1m50s\n1h1m quick s1 1m50s\n1h1m quick s1 1m50s\n1h1m5s quick s1 1m30s"),
      "1h fired Fault{subject=s1} since 58m10s\n1h1m resolved Fault{subject=s1} timeout\n"
      "1h1m fired Quick{subject=s1} since 59m10s\n");
  world.play("2h !tick");
  EXPECT_EQ(world.told(), "1h1m20s resolved Quick{subject=s1} drained\n")
      << "it stays for one within, so that people hear of it";
}

TEST(SenderClock, ABacklogIsLateAndItsFirstEventsAreNews) {
  World world(kRules);
  std::string story;
  for (int i = 0; i < 10; ++i)
    story += "10h fault s" + std::to_string(i) + ' ' + std::to_string(100 - 10 * i) + "m\n";
  const auto told = after(world, story + "10h fault s10 0s");
  EXPECT_NE(told.find("10h fired Fault{subject=s0}\n"), std::string::npos) << told;
  EXPECT_NE(told.find("10h fired Fault{subject=s1}\n"), std::string::npos) << told;
  for (int i = 2; i < 10; ++i)
    EXPECT_NE(told.find("fired Fault{subject=s" + std::to_string(i) + "} since " +
                        support::shown(at("10h") - (100min - 10min * i)) + " late"),
              std::string::npos)
        << told;
  EXPECT_NE(told.find("10h fired Fault{subject=s10}\n"), std::string::npos) << told;
}

// The fault was news, its recovery is part of what turned out to be a backlog.
TEST(SenderClock, ARecoveryInABacklogEndsWhatBeganInIt) {
  World world("rules: [{alert: Fault, match: fault, until: mended, by: subject}]");
  EXPECT_EQ(after(world,
                  "10h fault s1 100m\n10h a s1 90m\n10h a s1 80m\n10h a s1 70m\n10h mended s1 60m"),
            "10h fired Fault{subject=s1}\n10h resolved Fault{subject=s1} recovered\n");
  EXPECT_EQ(after(world, "20h mended s2 60m\n20h a s2 50m\n20h a s2 40m\n20h fault s2 30m"),
            "20h fired Fault{subject=s2} since 19h30m\n")
      << "and no recovery swallows what came after it";
}

// Undecided, it ends nothing that is younger than it says: a recovery of long ago, of the same
// sender or another one, takes nobody's alert away.
TEST(SenderClock, AnOldRecoveryEndsNothingThatIsYounger) {
  World world(R"(
rules:
- {alert: Fault, match: fault, until: mended, by: subject}
- {alert: Storm, match: error, count: 2, within: 10m, until: mended, by: subject}
- {alert: Missed, sequence: [start, {absent: done}], within: 5m, by: subject, resolve_after: 1m}
)");
  world.play("1h fault s1\n1h error s1\n1h error s1\n1h start s1");
  EXPECT_EQ(world.told(), "1h fired Fault{subject=s1}\n1h fired Storm{subject=s1}\n");
  world.play(
      "1h1m mended s1 time=30m\n1h1m mended s1 time=30m source=other\n1h2m done s1 time=30m "
      "source=third\n1h7m30s !tick");
  EXPECT_EQ(world.told(), "1h7m fired Missed{subject=s1} since 1h5m\n")
      << "and what is judged later than resolve_after is no less news";
}

TEST(SenderClock, TheTimeThatIsShownIsCorrectedAndNeverAfterTheArrival) {
  World world(kRules);
  const auto summary = [&](const char* rule, const char* key) {
    return world.engine().active_alerts().all().at({rule, key}).alert.annotations.at("summary");
  };
  after(world, "1h fault s1 21m");
  EXPECT_EQ(summary("Fault", "subject=s1"), "2026-01-01T01:00:00Z");
  after(world, "1h10s fault s2 -90s\n1h10s fault s3 -5m");
  EXPECT_EQ(summary("Fault", "subject=s2"), "2026-01-01T01:00:10Z");
  EXPECT_EQ(world.engine().active_alerts().all().at({"Fault", "subject=s3"}).alert.starts_at,
            at("1h10s"));
  after(world, "2h slow s1 21m");
  world.play("2h11m !tick");
  EXPECT_EQ(summary("Slow", "subject=s1"), "2026-01-01T02:00:00Z");
}

// What waited for ten minutes is as new as what did not, and so is what comes of it.
TEST(SenderClock, WhatForWaitedIsNoLateness) {
  World world(kRules);
  after(world, "1h slow s1 0s");
  world.play("1h11m !tick");
  const auto told = world.told();
  EXPECT_EQ(told.find("late"), std::string::npos) << told;
  EXPECT_NE(told.find("1h10m fired Slow{subject=s1} since 1h\n"), std::string::npos) << told;
  EXPECT_NE(told.find("1h10m fired Both{subject=s1}"), std::string::npos) << told;
}

TEST(SenderClock, OneAlertListsThemAllAndEndsAfterAnHourOfRightTime) {
  World world(kRules);
  const auto texts = [&] {
    return world.engine().active_alerts().all().at({"AlarumSenderClock", ""}).alert.annotations;
  };
  const auto events = [&](const std::string& source, const std::string& hour,
                          const std::string& lag) {
    std::string story;
    for (int i = 0; i < 5; ++i) {
      const auto arrival = at(hour) + 15s * i;
      story += support::shown(arrival) +
               " x s time=" + support::shown(arrival - support::offset(lag)) + " source=" + source +
               '\n';
    }
    world.play(story);
  };
  events("rack-7", "1h", "21m");
  EXPECT_EQ(world.told(), "1h1m fired AlarumSenderClock{}\n");
  EXPECT_EQ(texts().at("summary"), "wrong clocks: 1 (cloudevents rack-7 21m behind)");
  events("bmc-1", "2h", "-1h");
  EXPECT_EQ(world.told(), "");
  EXPECT_EQ(texts().at("summary"),
            "wrong clocks: 2 (cloudevents bmc-1 1h ahead; cloudevents rack-7 21m behind)");
  events("rack-7", "3h", "0s"), events("bmc-1", "3h", "0s");
  world.play("3h59m !tick");
  EXPECT_EQ(world.told(), "");
  world.play("5h !tick");
  EXPECT_EQ(world.told(), "4h resolved AlarumSenderClock{} recovered\n");
}

TEST(SenderClock, ARelayOfAThousandDevicesIsOneAlert) {
  World world(kRules);
  std::string story;
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 1000; ++i) {
      const auto arrival = at("20h") + 15s * round;
      story += support::shown(arrival) + " fault d" + std::to_string(i) +
               " time=" + support::shown(arrival - 1min * (10 + i)) + " source=d" +
               std::to_string(i) + '\n';
    }
  }
  world.play(story);
  const auto told = world.told();
  EXPECT_EQ(told.find("late"), std::string::npos);
  EXPECT_EQ(support::lines_of(told).size(), 1001U)
      << "each is news, and one alert about the clocks";
  EXPECT_TRUE(world.engine()
                  .active_alerts()
                  .all()
                  .at({"AlarumSenderClock", ""})
                  .alert.annotations.at("summary")
                  .starts_with("wrong clocks: 1000 ("));
}

TEST(SenderClock, ARestoredEngineGoesOnAsItWas) {
  World world(kRules);
  std::string story;
  for (int i = 0; i < 5; ++i) story += "1h" + std::to_string(15 * i) + "s x s1 21m\n";
  after(world, story);
  Engine restored([&](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
    return generation_of(kRules);
  });
  const auto state = saved(world.engine());
  ASSERT_TRUE(restored.restore(state));
  EXPECT_EQ(sorted(saved(restored)), sorted(state));
  EXPECT_EQ(restored.clocks().wrong_count(), 1U);
  EXPECT_EQ(restored.next_due(), world.engine().next_due());
}

// Version 6 had no clocks, and no times as senders had said them; up to version 7 nothing was put
// off.
TEST(SenderClock, AnOlderCheckpointIsReadAndBeginsWithoutClocks) {
  const auto none = [](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
    return fail("not_found", "");
  };
  Engine fresh(none), restored(none);
  const auto state = saved(fresh);
  ByteWriter old;
  old.text("alarum-state"), old.number(6), old.text(""), old.time(Time());
  old.number(1), old.text("Fault"), old.text("subject=s1"), old.time(at("1h")), old.time(at("2h")),
      old.text("a");
  old.number(0);
  // Nothing was put off before version 8
  old.number(1), old.text("Slow"), old.text("subject=s2"), old.time(at("3h")), old.time(at("2h")),
      old.time(at("2h")), old.text("");
  ByteWriter before;
  before.text("alarum-state"), before.number(8), before.text(""), before.time(Time());
  SenderClocks().save(before);
  // Faults, recoveries, waits; what is put off came with version 8
  before.number(0), before.number(0), before.number(0), before.number(0);
  const auto head = before.take();
  ASSERT_TRUE(state.starts_with(head));
  ByteWriter gathering;
  correlate::Gathering().save(gathering);
  auto rest = state.substr(head.size());
  const auto roll_ups = gathering.take();
  // Behind no degraded rules, no live alerts: not before version 8
  ASSERT_EQ(rest.substr(2, roll_ups.size()), roll_ups);
  rest.erase(2, roll_ups.size());
  ASSERT_TRUE(restored.restore(old.take() + rest));
  const auto faults = restored.correlator().pairing().save().faults;
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults.begin()->second.said, at("1h"));
  EXPECT_EQ(restored.clocks().size(), 0U);
  ASSERT_EQ(restored.delay().all().size(), 1U);
  const auto& wait = restored.delay().all().begin()->second;
  EXPECT_EQ(wait.due, at("3h"));
  EXPECT_FALSE(wait.again);
  EXPECT_EQ(restored.annulments().put_off(), 0U);
}

}  // namespace
}  // namespace alarum::engine
