// The whole of storage and core in one thread, without sockets or real time: a request goes in by
// the real router, a notification comes out at the transport.
#include "app/core.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <set>

#include "app/core_routes.h"
#include "receivers/list.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/disk.h"

namespace alarum::app {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr auto kConfig =
    "data: data\nroute: {receiver: r, group_wait: 1s, group_by: [alertname, "
    "subject]}\nreceivers:\n- name: r\n  webhook_configs: [{url: 'http://receiver.example/x'}]\n";
constexpr auto kRules = "rules:\n  - {alert: A, match: fault, until: mended}\n";
constexpr auto kMoreRules =
    "rules:\n  - {alert: A, match: fault, until: mended}\n  - {alert: B, match: alarm, until: "
    "mended}\n";

/// Takes everything, at the transport's next turn.
struct Receiver final : deliver::Transport {
  void start(const deliver::Target&, const model::Notification& notification, Time) override {
    taken.push_back(notification.id);
    bodies.push_back(notification.body);
    under_way.push_back({notification.sequence, {}});
  }
  std::vector<Ended> wait(std::chrono::milliseconds) override {
    return std::exchange(under_way, {});
  }
  void wake() override {}

  std::vector<std::string> taken, bodies;
  std::vector<Ended> under_way;
};

struct Body final : http::BodyStream {
  explicit Body(std::string text) : rest(std::move(text)) {}
  http::asio::awaitable<Result<std::string>> read() override { co_return std::exchange(rest, {}); }
  std::string rest;
};

/// A machine: its disk stays when the process on it ends.
class CoreTest : public ::testing::Test {
 protected:
  void start() {
    router_ = http::Router();
    core_.reset();
    io_ = std::make_unique<http::asio::io_context>();
    Core::Options options;
    options.doors.load = [this](Diagnostics& faults, const SentInventory* sent) {
      return loaded(faults, sent);
    };
    Diagnostics faults;
    auto core = Core::open(*loaded(faults, nullptr), {disk_, clock_, random_, receiver_, &sqlite_},
                           std::move(options));
    ASSERT_TRUE(core) << core.error().message;
    core_ = std::move(*core);
    add_core_routes(router_, *core_);
    const auto begun = core_->begin();
    ASSERT_TRUE(begun) << begun.error().message;
  }

  void crash(simulation::Crash how) {
    disk_.crash(how);
    core_.reset();
    disk_.reboot();
    receiver_.under_way.clear();
  }

  void stop() {
    core_->reloads().close();
    while (core_->reloads().turn(0ns)) turn();
    const auto endings = core_->endings();
    for (const auto& one : endings) {
      if (one.begin) one.begin();
    }
    for (const auto& one : endings) {
      one.close();
      for (int i = 0; !one.ended(); ++i) {
        ASSERT_LT(i, 1000) << one.name;
        turn();
        clock_.advance(100ms);
      }
    }
  }

  /// Every part has its turns until nobody has anything to do for `span`.
  void live(nanoseconds span) {
    const auto until = clock_.age() + span;
    for (int turns = 0; turns < 100'000; ++turns) {
      turn();
      auto next = nanoseconds::max();
      for (const auto& part : core_->parts()) next = std::min(next, part.patience());
      if (!receiver_.under_way.empty() || next <= 0ns) continue;
      if (clock_.age() + next > until) return clock_.advance(until - clock_.age());
      clock_.advance(next);
    }
    FAIL() << "they never come to rest";
  }

  void turn() {
    for (const auto& part : core_->parts()) (void)part.turn(0ns);
    io_->restart();
    io_->poll();
  }

  /// The answer, or status 0 where none came within `span`.
  http::Response send(const std::string& method, const std::string& path,
                      const std::string& text = {}, nanoseconds span = 3s) {
    auto request = std::make_shared<http::Request>();
    request->method = method, request->path = path, request->peer = "192.0.2.1";
    request->headers = {{"Content-Type", "application/cloudevents+json"}};
    auto body = std::make_shared<Body>(text);
    const auto answer = std::make_shared<http::Response>();
    answer->status = 0;
    const auto found = router_.find(*request);
    EXPECT_TRUE(found.handler) << path;
    http::asio::co_spawn(
        *io_, (*found.handler)(*request, *body),
        [request, body, answer](const std::exception_ptr& fault, http::Response response) {
          EXPECT_FALSE(fault);
          *answer = std::move(response);
        });
    live(span);
    return *answer;
  }

  http::Response event(const std::string& id, const std::string& type, const std::string& subject) {
    return send("POST", "/v1/events",
                R"({"specversion":"1.0","source":"/s","id":")" + id + R"(","type":")" + type +
                    R"(","subject":")" + subject + R"("})");
  }

  std::optional<Loaded> loaded(Diagnostics& faults, const SentInventory* sent) {
    Texts texts{config::parse(kConfig, "c.yaml", receivers::kinds(), faults), {"r.yaml"}, {}};
    texts.sources.files.push_back({"r.yaml", rules_});
    if (rules_.starts_with("inventory"))
      texts.sources.inventory = rules::inventory_text("fleet.csv", "server,rack\ns1,r1\n");
    return load({}, std::move(texts), disk_, faults, sent);
  }

  simulation::SimulatedClock clock_{Time(1'800'000'000s)};
  simulation::SeededRandom random_{1};
  simulation::SimulatedDisk disk_{random_};
  alert::SqliteFiles sqlite_{disk_, random_};
  Receiver receiver_;
  std::string rules_ = kRules;
  std::unique_ptr<http::asio::io_context> io_;
  http::Router router_;
  std::unique_ptr<Core> core_;
};

TEST_F(CoreTest, AnEventComesInByTheRouterAndANotificationGoesOut) {
  start();
  EXPECT_EQ(event("1", "fault", "s1").status, 200U);
  live(1min);
  ASSERT_EQ(receiver_.taken.size(), 1U);
  EXPECT_NE(receiver_.bodies.front().find("\"firing\""), std::string::npos)
      << receiver_.bodies.front();
  EXPECT_EQ(event("2", "mended", "s1").status, 200U);
  live(10min);
  ASSERT_EQ(receiver_.taken.size(), 2U);
  EXPECT_NE(receiver_.bodies.back().find("\"resolved\""), std::string::npos)
      << receiver_.bodies.back();
}

TEST_F(CoreTest, AfterAKillNothingIsLostAndNothingIsToldTwice) {
  start();
  EXPECT_EQ(event("1", "fault", "s1").status, 200U);
  live(1min);
  EXPECT_EQ(event("2", "fault", "s2").status, 200U);
  crash(simulation::Crash::kill);
  start();
  live(10min);
  ASSERT_EQ(receiver_.taken.size(), 2U);
  EXPECT_NE(receiver_.taken[0], receiver_.taken[1]);
  EXPECT_EQ(event("2", "fault", "s2").status, 200U);  // a sender that repeats itself
  live(10min);
  EXPECT_EQ(receiver_.taken.size(), 2U);
  EXPECT_EQ(event("3", "mended", "s2").status, 200U);
  live(10min);
  EXPECT_EQ(receiver_.taken.size(), 3U);
  ASSERT_TRUE(core_->audit().latest());
  EXPECT_EQ(core_->audit().latest()->faults(), std::vector<std::string>{});
}

// The book's last commits may be gone with it: what they had confirmed is sent again, under the
// same ids.
TEST_F(CoreTest, AfterAPowerCutNothingIsLostAndNothingIsNew) {
  start();
  EXPECT_EQ(event("1", "fault", "s1").status, 200U);
  EXPECT_EQ(event("2", "fault", "s2").status, 200U);
  live(1min);
  crash(simulation::Crash::power_cut);
  start();
  live(10min);
  EXPECT_EQ(std::set<std::string>(receiver_.taken.begin(), receiver_.taken.end()).size(), 2U);
}

TEST_F(CoreTest, AReloadIsInForceOnceTheJournalHoldsIt) {
  start();
  EXPECT_EQ(event("1", "alarm", "s1").status, 200U);
  const auto before = core_->in_force().generation.get();
  rules_ = "rules: [{alert: A}]";
  EXPECT_EQ(send("POST", "/-/reload").status, 400U);
  EXPECT_EQ(core_->in_force().generation.get(), before);
  EXPECT_FALSE(core_->in_force().reload.get()->successful);
  rules_ = kMoreRules;
  EXPECT_EQ(send("GET", "/api/v1/rules/plan").status, 200U);
  EXPECT_EQ(core_->in_force().generation.get(), before);
  EXPECT_EQ(send("POST", "/-/reload").status, 200U);
  EXPECT_NE(core_->in_force().generation.get(), before);
  EXPECT_EQ(event("2", "alarm", "s1").status, 200U);
  live(1min);
  EXPECT_EQ(receiver_.taken.size(), 1U);
  crash(simulation::Crash::kill);
  start();
  live(10min);
  EXPECT_EQ(event("3", "alarm", "s2").status, 200U);
  live(1min);
  EXPECT_EQ(receiver_.taken.size(), 2U);
}

TEST_F(CoreTest, ReloadsThatWaitTogetherShareOneAndAStopRefusesTheOthers) {
  start();
  rules_ = kMoreRules;
  int done = 0, refused = 0;
  const auto count = [&](const Result<api::TextAndJson>& page) { ++(page ? done : refused); };
  const auto hash = core_->journal().stats().end_offset;
  EXPECT_TRUE(core_->reloads().ask(Reloads::Kind::reload, count));
  EXPECT_TRUE(core_->reloads().ask(Reloads::Kind::reload, count));
  live(1s);
  EXPECT_EQ(done, 2);
  EXPECT_EQ(core_->journal().stats().end_offset, hash + 1);
  rules_ = kRules;
  EXPECT_TRUE(core_->reloads().ask(Reloads::Kind::reload, count));
  EXPECT_TRUE(core_->reloads().turn(0ns));  // asks the engine, whose turn it is not
  EXPECT_TRUE(core_->reloads().busy());
  EXPECT_TRUE(core_->reloads().ask(Reloads::Kind::reload, count));
  core_->reloads().close();
  for (int i = 0; i < 100 && core_->reloads().turn(0ns); ++i) turn();
  EXPECT_EQ(refused, 2);
  EXPECT_EQ(core_->journal().stats().end_offset, hash + 1);
  EXPECT_FALSE(core_->reloads().ask(Reloads::Kind::reload, count));
}

TEST_F(CoreTest, ThePagesOfTheApiNeedNoServer) {
  start();
  EXPECT_EQ(event("1", "fault", "s1").status, 200U);
  for (const auto* path :
       {"/", "/-/healthy", "/-/ready", "/api/v1/status", "/api/v1/ledger", "/api/v1/inventory",
        "/api/v1/routes", "/api/v1/processing-errors", "/api/v1/parked", "/api/v1/history",
        "/api/v1/dead-letters", "/api/v2/alerts", "/api/v2/alerts/groups", "/api/v2/silences"}) {
    EXPECT_EQ(send("GET", path).status, 200U) << path;
  }
  EXPECT_NE(send("GET", "/api/v2/alerts").body.find("\"alertname\":\"A\""), std::string::npos);
  const auto processor = send("GET", "/api/v1/ledger").body;
  EXPECT_NE(processor.find("\"received\": 1,"), std::string::npos) << processor;
}

TEST_F(CoreTest, AnOldPathIsAnsweredAndNamesTheNewOne) {
  start();
  const auto now = send("GET", "/api/v1/processing-errors"), old = send("GET", "/api/v1/parked");
  EXPECT_EQ(old.body, now.body);
  const auto header = [](const http::Response& response, std::string_view name) -> std::string {
    const auto found = std::ranges::find(
        response.headers, name, [](const auto& one) { return std::string_view(one.first); });
    return found == response.headers.end() ? "" : found->second;
  };
  EXPECT_TRUE(header(old, "Deprecation").starts_with('@'));
  EXPECT_EQ(header(old, "Link"), "<processing-errors>; rel=\"successor-version\"");
  EXPECT_EQ(header(old, "Warning"),
            "299 - \"/api/v1/parked was renamed: use /api/v1/processing-errors\"");
  EXPECT_EQ(header(now, "Deprecation") + header(now, "Warning"), "");
}

TEST_F(CoreTest, AnInventoryThatIsSentIsInForceOrNothingIs) {
  rules_ = "inventory: {file: fleet.csv, keys: {server: subject}, labels: [rack]}\n" +
           std::string(kRules);
  start();
  const auto path = std::string("data/") + kSentInventory;
  EXPECT_EQ(send("PUT", "/api/v1/inventory", "server,server\n").status, 400U);
  EXPECT_FALSE(disk_.exists(path));
  EXPECT_EQ(send("PUT", "/api/v1/inventory", "server,rack\ns1,r2\n").status, 200U);
  EXPECT_EQ(disk_.bytes(path), "server,rack\ns1,r2\n");
  disk_.fail_nth(simulation::Operation::sync, 1,
                 simulation::SimulatedDisk::only(simulation::Place::segments));
  EXPECT_EQ(send("PUT", "/api/v1/inventory", "server,rack\ns1,r3\n").status, 500U);
  EXPECT_EQ(disk_.bytes(path), "server,rack\ns1,r2\n");
  EXPECT_EQ(event("1", "fault", "s1").status, 200U);
  live(1min);
  ASSERT_EQ(receiver_.bodies.size(), 1U);
  EXPECT_NE(receiver_.bodies.front().find("\"rack\":\"r2\""), std::string::npos)
      << receiver_.bodies.front();
}

TEST_F(CoreTest, AStopByTurnsWorksOffWhatCameIn) {
  start();
  EXPECT_EQ(event("1", "fault", "s1").status, 200U);
  stop();
  start();
  EXPECT_FALSE(core_->storage().damage().any());
  live(1min);
  EXPECT_EQ(receiver_.taken.size(), 1U);
}

// The times of what waits in a checkpoint lie behind the clock of such a start by as much as the
// clock had been wrong: nobody was notified for so long.
TEST_F(CoreTest, WhatWaitedIsNotLateWhereTheJournalIsLostAndTheClockWasSetBack) {
  start();
  EXPECT_EQ(event("1", "fault", "s1").status, 200U);
  live(1min);
  EXPECT_EQ(send("POST", "/v1/events",
                 R"({"specversion":"1.0","source":"/s","id":"2",)"
                 R"("type":"fault","subject":"s2"})",
                 100ms)
                .status,
            200U);
  stop();
  ASSERT_EQ(receiver_.taken.size(), 1U);
  core_.reset();
  for (const auto& path : disk_.paths()) {
    if (path.find("segments/") == path.npos) continue;
    ASSERT_TRUE(disk_.remove(path));
  }
  clock_.step_wall(-2h);
  receiver_.bodies.clear();
  start();
  live(1min);
  const auto is_of_s2 = [](const std::string& body) {
    return body.find("\"subject\":\"s2\"") != body.npos;
  };
  EXPECT_EQ(std::ranges::count_if(receiver_.bodies, is_of_s2), 1);
}

}  // namespace
}  // namespace alarum::app
