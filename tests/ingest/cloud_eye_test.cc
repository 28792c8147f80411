#include "ingest/poll/cloud_eye.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "base/time.h"
#include "tests/support/slowdown.h"

namespace alarum::ingest::cloud_eye_test {
namespace {

using namespace std::chrono_literals;
using Note = CloudEyePoll::Note;

const Time kStart = *parse_rfc3339("2026-11-20T10:00:00Z");

std::int64_t milliseconds(Time time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

// Cloud Eye, as far as its documents say: events are shown some time after they occurred, newest
// first, a page at a time.
struct FakeCloudEye {
  struct Stored {
    std::string id, name;
    Time time, shown;
  };
  std::vector<Stored> events;
  int asked = 0;

  std::string answer(const CloudEyePoll::Ask& ask, Time now) {
    ++asked;
    std::map<std::string, std::string> query(ask.query.begin(), ask.query.end());
    const auto from = std::stoll(query.at("from")), to = std::stoll(query.at("to"));
    const auto start = std::stoull(query.at("start")), limit = std::stoull(query.at("limit"));
    const auto slash = ask.path.find("/event/");
    const auto name = slash == std::string::npos ? "" : ask.path.substr(slash + 7);
    std::vector<const Stored*> found;
    for (const auto& one : events) {
      const auto at = milliseconds(one.time);
      if (one.shown <= now && at >= from && at <= to && (name.empty() || one.name == name))
        found.push_back(&one);
    }
    std::ranges::sort(found, {},
                      [](const auto* one) { return std::pair(-milliseconds(one->time), one->id); });
    return name.empty() ? list(found, start, limit) : details(found, start, limit);
  }

 private:
  static std::string list(const std::vector<const Stored*>& found, std::size_t start,
                          std::size_t limit) {
    std::map<std::string, int> counts;
    for (const auto* one : found) ++counts[one->name];
    std::string rows;
    std::size_t at = 0;
    for (const auto& [name, count] : counts) {
      if (at++ < start || at > start + limit) continue;
      rows +=
          fmt::format("{}{{\"event_name\":\"{}\",\"event_type\":\"EVENT.SYS\",\"event_count\":{}}}",
                      rows.empty() ? "" : ",", name, count);
    }
    return fmt::format("{{\"events\":[{}],\"meta_data\":{{\"total\":{}}}}}", rows, counts.size());
  }
  static std::string details(const std::vector<const Stored*>& found, std::size_t start,
                             std::size_t limit) {
    std::string items;
    for (std::size_t i = start; i < std::min(found.size(), start + limit); ++i) {
      const auto& one = *found[i];
      items += fmt::format(
          "{}{{\"event_id\":\"{}\",\"event_name\":\"{}\",\"event_source\":\"SYS.BMS\",\"time\":{},"
          "\"detail\":{{\"resource_id\":\"r1\",\"event_level\":\"Major\"}}}}",
          items.empty() ? "" : ",", one.id, one.name, milliseconds(one.time));
    }
    return fmt::format(
        "{{\"event_name\":\"x\",\"event_info\":[{}],\"meta_data\":{{\"total\":{}}}}}", items,
        found.size());
  }
};

config::CloudEye config_of() {
  config::CloudEye eye;
  eye.project = "p1";
  return eye;
}

// The stage, without the waiting.
struct World {
  FakeCloudEye cloud;
  Time now = kStart;
  Duration ahead{};  // Cloud Eye's clock
  std::optional<Time> saved;
  std::unique_ptr<CloudEyePoll> poll;
  std::vector<std::string> committed;
  std::vector<Note> notes;
  // An answer in place of the cloud's
  std::function<std::optional<CloudEyePoll::Answer>(int)> weather = [](int) {
    return std::nullopt;
  };

  World() { restart(); }
  void restart() { poll = std::make_unique<CloudEyePoll>(config_of(), "ces", saved); }
  void add(std::string id, Time time, Duration late = {}, std::string name = "linkDown") {
    cloud.events.push_back({std::move(id), std::move(name), time, time + late});
  }

  void step() {
    auto step = poll->next(now);
    for (auto& note : poll->notes()) notes.push_back(std::move(note));
    saved = poll->place();
    if (const auto* pause = std::get_if<CloudEyePoll::Pause>(&step)) {
      now += std::max<Duration>(pause->span, 1ms);
    } else if (const auto* ask = std::get_if<CloudEyePoll::Ask>(&step)) {
      last = *ask;
      const auto body = cloud.answer(*ask, now + ahead);
      if (const auto bad = weather(cloud.asked))
        poll->answered(*bad, now);
      else
        poll->answered({200, "", body}, now);
    } else {
      for (const auto& event : std::get<CloudEyePoll::Commit>(step).events)
        committed.push_back(std::string(event.id()));
      poll->committed();
    }
  }
  void run(Duration span) {
    for (const auto end = now + span; now < end;) step();
  }
  int count(Note::Kind kind) const {
    return static_cast<int>(std::ranges::count(notes, kind, &Note::kind));
  }
  CloudEyePoll::Ask last;
};

TEST(CloudEyePoll, TakesEachEventOnceByItsTime) {
  World world;
  world.add("b", kStart + 10s);
  world.add("a", kStart - 10s);
  world.add("late", kStart + 20s, 14min);
  world.add("other", kStart, {}, "diskError");
  world.add("before the first round", kStart - 2h);
  world.run(1h);
  EXPECT_EQ(world.committed, (std::vector<std::string>{"a", "other", "b", "late"}));
  EXPECT_TRUE(world.notes.empty());
}

TEST(CloudEyePoll, AsksForDetailsOnlyWhereSomethingIsNew) {
  World world;
  world.add("a", kStart);
  world.run(2min);
  const auto asked = world.cloud.asked;
  world.run(10min);
  EXPECT_EQ(world.cloud.asked - asked, 10);  // a list each minute
}

TEST(CloudEyePoll, TurnsPages) {
  World world;
  for (int i = 0; i < 12'345; ++i) world.add(fmt::format("e{}", i), kStart + 1s + i * 1ms);
  for (int i = 0; i < 250; ++i)
    world.add(fmt::format("n{}", i), kStart, {}, fmt::format("name{}", i));
  world.run(3min);
  EXPECT_EQ(world.committed.size(), 12'345u + 250u);
  EXPECT_EQ(std::set(world.committed.begin(), world.committed.end()).size(),
            world.committed.size());
}

TEST(CloudEyePoll, ANameThatIsAlwaysRefusedKeepsNoOtherFromUs) {
  for (const std::string only : {"", "linkDown"}) {
    for (const auto& refusal :
         {CloudEyePoll::Answer{404, "", "{}", {}}, CloudEyePoll::Answer{200, "", "<html>", {}}}) {
      World world;
      world.add("bad", kStart, {}, "zzBroken");
      if (!only.empty()) world.add("good", kStart, {}, only);
      world.weather = [&](int) {
        return world.last.path.ends_with("zzBroken") ? std::optional(refusal) : std::nullopt;
      };
      world.run(5min);
      EXPECT_EQ(world.committed.size(), only.empty() ? 0U : 1U);
      EXPECT_GE(world.count(Note::Kind::gap), 1);
      EXPECT_GT(*world.saved, kStart + 2min) << "it goes on";
      world.add("later", world.now + 1s);
      world.run(5min);
      EXPECT_EQ(world.committed.back(), "later");
    }
  }
}

TEST(CloudEyePoll, ANameThatOnlyFailsIsLeftOutMuchLaterAndOurOwnKeyIsNoNamesFault) {
  for (const unsigned status : {401U, 403U, 408U, 429U, 500U, 503U}) {
    World world;
    world.add("bad", kStart, {}, "zzBroken");
    world.add("good", kStart);
    world.weather = [&](int) {
      return world.last.path.ends_with("zzBroken")
                 ? std::optional(CloudEyePoll::Answer{status, "", "{}", {}})
                 : std::nullopt;
    };
    world.run(10min);
    EXPECT_EQ(world.count(Note::Kind::gap), 0) << status;
    world.run(5h);
    EXPECT_EQ(world.committed.size(), status == 401 || status == 403 ? 0U : 1U) << status;
  }
}

TEST(CloudEyePoll, TheNextNameBeginsAtItsFirstPage) {
  World world;
  for (int i = 0; i < 150; ++i) world.add(fmt::format("b{}", i), kStart, {}, "zzBroken");
  world.add("good", kStart);
  world.weather = [&](int) {
    const std::map<std::string, std::string> query(world.last.query.begin(),
                                                   world.last.query.end());
    return world.last.path.ends_with("zzBroken") && query.at("start") == "100"
               ? std::optional(CloudEyePoll::Answer{404, "", "{}", {}})
               : std::nullopt;
  };
  world.run(5min);
  EXPECT_EQ(world.committed.size(), 101U);
}

TEST(CloudEyePoll, WhereAllIsRefusedNothingIsLeftOut) {
  for (const auto& refusal :
       {CloudEyePoll::Answer{401, "", "{}", {}}, CloudEyePoll::Answer{429, "", "{}", {}},
        CloudEyePoll::Answer{503, "", "{}", {}}, CloudEyePoll::Answer{404, "", "{}", {}},
        CloudEyePoll::Answer{200, "", "<html>", {}}}) {
    World world;
    for (int i = 0; i < 5; ++i)
      world.add(fmt::format("e{}", i), kStart, {}, fmt::format("name{}", i));
    world.weather = [&](int asked) {
      return asked > 2 && world.now < kStart + 1h ? std::optional(refusal) : std::nullopt;
    };
    world.run(2h);
    EXPECT_EQ(world.committed.size(), 5U) << refusal.status;
    EXPECT_EQ(world.count(Note::Kind::gap), 0) << refusal.status;
  }
}

TEST(CloudEyePoll, AServerThatShowsTheSamePageForEverIsNotAskedForEver) {
  World world;
  std::string names, items;
  for (int i = 0; i < 100; ++i)
    names +=
        fmt::format("{}{{\"event_name\":\"n{}\",\"event_type\":\"EVENT.SYS\",\"event_count\":1}}",
                    i ? "," : "", i);
  for (int i = 0; i < 100; ++i)
    items += fmt::format(
        "{}{{\"event_id\":\"i{}\",\"event_name\":\"x\",\"event_source\":\"SYS.BMS\",\"time\":{},"
        "\"detail\":{{}}}}",
        i ? "," : "", i, milliseconds(kStart));
  const auto list = fmt::format("{{\"events\":[{}],\"meta_data\":{{\"total\":100}}}}", names),
             page = fmt::format(
                 "{{\"event_name\":\"x\",\"event_info\":[{}],\"meta_data\":{{\"total\":100}}}}",
                 items);
  world.weather = [&](int) {
    return CloudEyePoll::Answer{200, "", world.last.path.ends_with("/events") ? list : page, {}};
  };
  world.run(50s);
  EXPECT_EQ(world.committed.size(), 100U);
  EXPECT_LE(world.cloud.asked, 2 * 101 + 2);
}

TEST(CloudEyePoll, GoesThroughAnOutageInStrides) {
  World world;
  world.run(5min);
  const auto gone = world.now;
  for (int hour = 0; hour < 72; ++hour) world.add(fmt::format("h{}", hour), gone + hour * 1h);
  world.now += 72h;
  world.restart();
  world.run(2min);
  EXPECT_EQ(world.committed.size(), 72u);
  EXPECT_TRUE(
      std::ranges::equal(world.committed, world.cloud.events, {}, {}, &FakeCloudEye::Stored::id))
      << "in order of their time";
  EXPECT_EQ(world.count(Note::Kind::gap), 0);
  world.now += 24h * 40;
  world.restart();
  world.run(2min);
  EXPECT_EQ(world.count(Note::Kind::gap), 1) << "what is older than 30 days cannot be had";
}

TEST(CloudEyePoll, TheFirstRoundGoesBackAsFarAsItIsToldAndLongAbsencesAreAskedInParts) {
  World world;
  world.add("within the backfill", kStart - 74min);
  world.run(1min);
  EXPECT_EQ(world.committed, std::vector<std::string>{"within the backfill"});
  world.now += 72h;
  world.restart();
  Duration longest{};
  for (int i = 0; i < 100; ++i) {
    world.step();
    std::map<std::string, std::string> query(world.last.query.begin(), world.last.query.end());
    longest = std::max<Duration>(longest, std::chrono::milliseconds(std::stoll(query.at("to")) -
                                                                    std::stoll(query.at("from"))));
  }
  EXPECT_LE(longest, CloudEyePoll::kStride + 15min + CloudEyePoll::kAhead);
}

TEST(CloudEyePoll, ANameOfWhichThereIsMoreThanBeforeIsAskedAgain) {
  World world;
  world.add("a", kStart);
  world.run(2min);
  world.add("b", kStart + 90s);
  world.run(5min);
  EXPECT_EQ(world.committed, (std::vector<std::string>{"a", "b"}));
}

TEST(CloudEyePoll, AnAnswerThatShowsLessThanItCountsIsAGapAndOneThatIsNoneATrouble) {
  World world;
  world.weather = [](int asked) -> std::optional<CloudEyePoll::Answer> {
    if (asked == 1)
      return CloudEyePoll::Answer{200, "", R"({"events":[],"meta_data":{"total":3}})"};
    if (asked == 2) return CloudEyePoll::Answer{200, "", "<html>"};
    return std::nullopt;
  };
  world.run(3min);
  EXPECT_EQ(world.count(Note::Kind::gap), 1);
  EXPECT_EQ(world.count(Note::Kind::trouble), 1);
  EXPECT_EQ(world.count(Note::Kind::better), 1);
}

TEST(CloudEyePoll, WaitsLongerAndLongerAndAsItIsTold) {
  World world;
  world.weather = [](int) { return CloudEyePoll::Answer{503, "", "busy"}; };
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 40; ++i) {
    const auto step = world.poll->next(world.now);
    if (const auto* pause = std::get_if<CloudEyePoll::Pause>(&step))
      waits.push_back(std::chrono::duration_cast<std::chrono::seconds>(pause->span).count()),
          world.now += pause->span;
    else
      world.poll->answered(*world.weather(0), world.now);
  }
  EXPECT_EQ((std::vector<std::int64_t>(waits.begin(), waits.begin() + 10)),
            (std::vector<std::int64_t>{1, 2, 4, 8, 16, 32, 64, 128, 256, 300}));
  EXPECT_EQ(world.poll->notes().size(), 5u) << "at the 1st, 2nd, 4th, 8th and 16th";
  world.poll->answered({429, "", "", std::chrono::seconds(77)}, world.now);
  EXPECT_EQ(std::get<CloudEyePoll::Pause>(world.poll->next(world.now)).span, Duration(77s));
}

TEST(CloudEyePoll, ARefusalSaysWhatCloudEyeSays) {
  World world;
  world.weather = [](int) {
    return CloudEyePoll::Answer{
        403, "",
        R"({"http_code":403,"message":{"code":"ces.0005","details":"no permission ces:events:list"}})"};
  };
  world.run(1s);
  ASSERT_EQ(world.count(Note::Kind::trouble), 1);
  EXPECT_EQ(world.notes[0].error.message, "answered 403: ces.0005: no permission ces:events:list");
}

TEST(CloudEyePoll, GoesByCloudEyesClock) {
  World world;  // ours is an hour behind
  world.ahead = 1h;
  world.add("a", kStart + 1h - 1min);
  world.weather = [&](int asked) -> std::optional<CloudEyePoll::Answer> {
    if (asked == 1)
      return CloudEyePoll::Answer{401, "Fri, 20 Nov 2026 11:00:00 GMT", "signature expired"};
    return std::nullopt;
  };
  world.run(1s);
  EXPECT_EQ(world.last.date, kStart + 1h) << "signed at once with the right time";
  EXPECT_EQ(world.count(Note::Kind::trouble), 1);
  world.run(2min);
  EXPECT_EQ(world.committed, std::vector<std::string>{"a"});
}

TEST(CloudEyePoll, WhatCannotBeReadIsToldOnceAndDelaysNobody) {
  const std::string body =
      R"({"event_info":[{"event_id":"x","event_name":"","event_source":"S","time":1,"detail":{}},{"event_id":"y","event_name":"n","event_source":"S.x","time":1700000000,"detail":{"new_member":1,"resource_id":"r","event_level":"Major"},"more":2}],"meta_data":{"total":2}})";
  const auto page = read_cloud_eye_items(body, "p1", "ces", kStart);
  ASSERT_TRUE(page);
  EXPECT_FALSE(page->items[0].event);
  ASSERT_TRUE(page->items[1].event);
  const auto& event = *page->items[1].event;
  EXPECT_EQ(event.source(), "S.x");
  EXPECT_EQ(event.subject(), "r");
  EXPECT_EQ(event.severity(), model::Severity::major);
  EXPECT_EQ(event.extensions().at(0),
            (std::pair<std::string_view, std::string_view>("projectid", "\"p1\"")));
  EXPECT_EQ(event.data(), R"({"new_member":1,"resource_id":"r","event_level":"Major"})");
  EXPECT_EQ(page->items[1].time, Time(1'700'000'000s));
  for (const char* bad : {"", "[]", "{}", R"({"event_info":{}})", "<html>"})
    EXPECT_FALSE(read_cloud_eye_items(bad, "p1", "ces", kStart)) << bad;
}

TEST(CloudEyePoll, ThePlaceIsReadAgain) {
  EXPECT_EQ(*read_cloud_eye_state(cloud_eye_state_json(kStart)), kStart);
  for (const char* bad :
       {"", "{}", R"({"version":2,"cloud_eye":{"place":1}})",
        R"({"version":1,"cloud_eye":{"place":-1}})", R"({"version":1,"cloud_eye":{"place":"x"}})"})
    EXPECT_FALSE(read_cloud_eye_state(bad)) << bad;
}

// Whatever happens (late events, errors, restarts, outages), each event is committed, and without a
// restart none twice.
TEST(CloudEyePoll, LosesNothingWhateverHappens) {
  for (unsigned seed = 1; seed <= 30 / support::kSlowdown; ++seed) {
    std::mt19937 random(seed);
    World world;
    const bool restarts = seed % 2 == 0;
    for (int i = 0; i < 3000; ++i)
      world.add(fmt::format("e{}", i), kStart + std::chrono::seconds(random() % 36'000),
                std::chrono::seconds(random() % 890), fmt::format("n{}", random() % 7));
    world.weather = [&](int) -> std::optional<CloudEyePoll::Answer> {
      const unsigned what = random() % 40;
      if (what == 0) return CloudEyePoll::Answer{503, "", ""};
      if (what == 1) return CloudEyePoll::Answer{429, "", "", std::chrono::seconds(3)};
      if (what == 2) return CloudEyePoll::Answer{200, "", "{\"event"};
      return std::nullopt;
    };
    while (world.now < kStart + 11h) {
      world.step();
      if (restarts && random() % 50 == 0) world.restart();
      if (restarts && random() % 400 == 0) world.now += std::chrono::minutes(random() % 200);
    }
    world.run(10min);
    const std::set distinct(world.committed.begin(), world.committed.end());
    EXPECT_EQ(distinct.size(), 3000u) << "seed " << seed;
    EXPECT_TRUE(restarts || world.committed.size() == 3000u) << "seed " << seed;
  }
}

}  // namespace
}  // namespace alarum::ingest::cloud_eye_test
