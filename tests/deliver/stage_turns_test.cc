// Turned, turn by turn: no threads, a clock that the test moves, targets that answer what the test
// says.
#include <gtest/gtest.h>

#include "deliver/stage.h"
#include "tests/deliver/forgetful.h"

namespace alarum::deliver {
namespace {

using namespace std::chrono_literals;
using Outcome = model::Receipt::Outcome;

struct TurnClock final : Clock {
  Time wall() override { return Time(1'000'000s) + std::chrono::duration_cast<Duration>(now); }
  std::chrono::nanoseconds monotonic() override { return now; }
  std::chrono::nanoseconds now = 1h;
};

/// Full back-offs.
struct Most final : Random {
  std::uint64_t next() override { return ~std::uint64_t{0}; }
};

class FakeTransport final : public Transport {
 public:
  void start(const Target& target, const model::Notification& notification, Time /*now*/) override {
    started.push_back(target.name + ' ' + notification.id);
    in_flight.push_back(notification.sequence);
  }
  std::vector<Ended> wait(std::chrono::milliseconds /*most*/) override {
    return std::exchange(ended, {});
  }
  void wake() override {}
  void retain(const std::map<std::string, Target>& targets) override { retained = targets.size(); }
  void stop() override { stopped = true; }

  void end(std::uint64_t sequence, Verdict verdict = {}) {
    EXPECT_EQ(std::erase(in_flight, sequence), 1U) << sequence;
    ended.push_back({sequence, std::move(verdict)});
  }

  std::vector<std::string> started;  ///< since the test looked
  std::vector<std::uint64_t> in_flight;
  std::vector<Ended> ended;
  std::size_t retained = 0;
  bool stopped = false;
};

Target posts_to(const std::string& name, std::size_t concurrency = 16) {
  Target target;
  target.name = name, target.concurrency = concurrency;
  return target;
}

Target manages(const std::string& name, Duration resend_every) {
  config::Integration how;
  how.as = std::make_shared<const Forgetful>(resend_every);
  return target_of(name, how);
}

class Turned {
 public:
  Turned() {
    options_.alive = [this] { return alive; };
    options_.request_firing = [this](const Resend::Request& request) {
      requests.push_back(request);
    };
    stage = std::make_unique<Stage>(
        options_, clock, random_, transport,
        [this](std::vector<model::Receipt> receipts, std::function<void(bool)> done) {
          if (closed) return false;
          EXPECT_FALSE(answer) << "one batch at a time";
          asked.push_back(std::move(receipts));
          answer = std::move(done);
          if (answers) recorded();
          return true;
        });
    stage->configure({{posts_to("a"), posts_to("b")}, nullptr, std::nullopt, {}});
  }

  /// Turns until there is nothing to do for a while. False: it has ended.
  bool turns() {
    for (int i = 0; i < 1000; ++i) {
      if (!stage->turn(0ns)) return false;
      if (stage->patience() > 0ns && transport.ended.empty()) return true;
    }
    ADD_FAILURE() << "it says that there is something to do, and does nothing";
    return true;
  }
  bool after(std::chrono::nanoseconds time) {
    clock.now += time;
    return turns();
  }
  void add(std::uint64_t sequence, const std::string& group, const std::string& target = "a") {
    model::Notification notification;
    notification.sequence = sequence, notification.id = "n" + std::to_string(sequence),
    notification.group_key = group, notification.target = target;
    notification.created = clock.wall();
    stage->take({notification});
  }
  std::vector<std::string> started() { return std::exchange(transport.started, {}); }
  /// What was recorded.
  std::string receipts() { return std::exchange(log, {}); }
  /// The batch that it asked to have recorded is on disk, or is not.
  void recorded(bool done = true) {
    for (const auto& one : done ? asked.back() : std::vector<model::Receipt>()) {
      constexpr std::array<const char*, 5> words{"waiting", "delivered", "dead", "", "dropped"};
      log += one.id + ' ' + words[static_cast<std::size_t>(one.outcome)];
      log += (one.detail.empty() ? "" : " " + one.detail) + '\n';
    }
    std::exchange(answer, nullptr)(done);
  }

  TurnClock clock;
  FakeTransport transport;
  bool alive = true;
  std::vector<Resend::Request> requests;
  std::vector<std::vector<model::Receipt>> asked;  ///< to be recorded
  std::function<void(bool)> answer;
  bool answers = true;  ///< by itself, at once
  bool closed = false;
  std::string log;
  std::unique_ptr<Stage> stage;

 private:
  Most random_;
  Options options_;
};

using Started = std::vector<std::string>;

TEST(StageTurns, KeepsTheOrderOfAGroupAndGivesReceipts) {
  Turned delivery;
  delivery.add(1, "g");
  delivery.add(2, "g");
  delivery.add(3, "h");
  delivery.add(4, "g", "b");
  EXPECT_TRUE(delivery.turns());
  EXPECT_EQ(delivery.started(), (Started{"a n1", "a n3", "b n4"}));
  EXPECT_EQ(delivery.stage->stats().waiting, 4U);
  delivery.transport.end(3);
  delivery.transport.end(1, {Verdict::Kind::delivered, "200", {}});
  delivery.turns();
  EXPECT_EQ(delivery.started(), Started{"a n2"});
  EXPECT_EQ(delivery.stage->patience(), Stage::kReceiptsWait);
  delivery.after(Stage::kReceiptsWait);
  EXPECT_EQ(delivery.receipts(), "n3 delivered\nn1 delivered 200\n");
  EXPECT_EQ(delivery.stage->stats().waiting, 2U);
}

TEST(StageTurns, TriesAgainAfterTheBackOffAndKnowsWhen) {
  Turned delivery;
  delivery.add(1, "g");
  delivery.turns();
  EXPECT_EQ(delivery.started(), Started{"a n1"});
  for (const auto wait : {1s, 2s, 4s}) {
    delivery.transport.end(1, verdict_of_failure("refused"));
    delivery.turns();
    delivery.after(Stage::kReceiptsWait);
    EXPECT_EQ(delivery.receipts(), "n1 waiting refused\n");
    const auto left = wait - Stage::kReceiptsWait;
    EXPECT_GT(delivery.stage->patience(), left - 1ms);
    EXPECT_LE(delivery.stage->patience(), left);
    delivery.after(left - 1ms);
    EXPECT_EQ(delivery.started(), Started{});
    delivery.after(1ms);
    EXPECT_EQ(delivery.started(), Started{"a n1"});
  }
}

TEST(StageTurns, ATargetThatAsksForAPauseHasItForAllThatWaits) {
  Turned delivery;
  delivery.add(1, "g");
  delivery.turns();
  delivery.transport.end(1, {Verdict::Kind::retry, "429", 30s, true});
  delivery.add(2, "h");
  delivery.add(3, "h", "b");
  delivery.turns();
  EXPECT_EQ(delivery.started(), (Started{"a n1", "b n3"})) << "and the others do not wait";
  delivery.after(29s);
  EXPECT_EQ(delivery.started(), Started{});
  EXPECT_EQ(delivery.stage->patience(), 1s);
  delivery.after(1s);
  EXPECT_EQ(delivery.started(), (Started{"a n2", "a n1"}));
}

TEST(StageTurns, ATargetThatIsDownIsAskedOneRequestAtATime) {
  Turned delivery;
  for (std::uint64_t i = 1; i <= 6; ++i) delivery.add(i, "g" + std::to_string(i));
  delivery.turns();
  EXPECT_EQ(delivery.started().size(), 6U);
  for (std::uint64_t i = 1; i <= 6; ++i) delivery.transport.end(i, verdict_of_failure("refused"));
  delivery.turns();
  EXPECT_EQ(delivery.stage->stats().open_circuits, 1U);
  delivery.after(1min);
  EXPECT_EQ(delivery.started().size(), 1U);
  delivery.transport.end(delivery.transport.in_flight.front());
  delivery.turns();
  EXPECT_EQ(delivery.started().size(), 5U);
  EXPECT_EQ(delivery.stage->stats().open_circuits, 0U);
}

TEST(StageTurns, AReloadWhileRequestsAreInFlightEndsWhatIsGoneAndGoesOnWithTheRest) {
  Turned delivery;
  delivery.add(1, "g");
  delivery.add(2, "g");
  delivery.add(3, "g", "b");
  delivery.turns();
  delivery.started();
  delivery.stage->configure({{posts_to("b"), posts_to("c")}, nullptr, std::nullopt, {}});
  delivery.add(4, "h");
  delivery.add(5, "g", "c");
  delivery.turns();
  EXPECT_EQ(delivery.transport.retained, 2U);
  EXPECT_EQ(delivery.started(), Started{"c n5"});
  delivery.after(Stage::kReceiptsWait);
  EXPECT_EQ(delivery.receipts(), "n4 dead target_gone\n");
  delivery.transport.end(1, verdict_of_failure("refused"));
  delivery.transport.end(3);
  delivery.turns();
  delivery.after(Stage::kReceiptsWait);
  EXPECT_EQ(delivery.receipts(),
            "n1 waiting refused\nn1 dead target_gone\nn2 dead target_gone\nn3 delivered\n");
}

TEST(StageTurns, AStopLetsWhatIsInFlightEndAndSendsNothingMore) {
  Turned delivery;
  delivery.add(1, "g");
  delivery.add(2, "h");
  delivery.turns();
  delivery.started();
  delivery.stage->close(5s);
  EXPECT_EQ(delivery.stage->room("a"), 0U);
  EXPECT_TRUE(delivery.turns());
  EXPECT_EQ(delivery.stage->patience(), 5s);
  delivery.transport.end(1);
  EXPECT_TRUE(delivery.after(1s));
  EXPECT_EQ(delivery.receipts(), "n1 delivered\n");
  EXPECT_FALSE(delivery.transport.stopped);
  EXPECT_FALSE(delivery.after(4s)) << "the other one is left";
  EXPECT_TRUE(delivery.transport.stopped);
  EXPECT_FALSE(delivery.stage->turn(0ns));
  EXPECT_EQ(delivery.receipts(), "") << "the book hands it out again";
}

TEST(StageTurns, OneBatchOfReceiptsIsRecordedAtATimeAndWhatFailsIsTriedAgainFirst) {
  Turned delivery;
  delivery.answers = false;
  for (std::uint64_t i = 1; i <= 3; ++i) delivery.add(i, "g" + std::to_string(i));
  delivery.turns();
  delivery.transport.end(1);
  delivery.turns();
  EXPECT_TRUE(delivery.asked.empty()) << "others may come";
  EXPECT_EQ(delivery.stage->stats().waiting, 3U);
  delivery.after(Stage::kReceiptsWait);
  EXPECT_EQ(delivery.asked.size(), 1U);
  EXPECT_EQ(delivery.stage->stats().waiting, 2U)
      << "the engine may see the record before it is answered";
  delivery.transport.end(2);
  delivery.after(1min);
  EXPECT_EQ(delivery.asked.size(), 1U);
  delivery.recorded(false);
  delivery.turns();
  EXPECT_EQ(delivery.stage->patience(), 1s);
  delivery.after(1s);
  ASSERT_EQ(delivery.asked.size(), 2U);
  EXPECT_EQ(delivery.asked[0], delivery.asked[1]);
  EXPECT_EQ(delivery.stage->stats().waiting, 2U);
  delivery.recorded();
  delivery.turns();
  delivery.recorded();
  EXPECT_EQ(delivery.receipts(), "n1 delivered\nn2 delivered\n");
  EXPECT_EQ(delivery.stage->stats().waiting, 1U);
}

TEST(StageTurns, ManyReceiptsDoNotWaitForOthersAndComeInSeveralBatches) {
  Turned delivery;
  delivery.stage->configure({{posts_to("a", 5000)}, nullptr, std::nullopt, {}});
  const auto count = 2 * Stage::kMostReceipts + 1;
  for (std::size_t i = 1; i <= count; ++i) delivery.add(i, "g" + std::to_string(i));
  delivery.turns();
  for (std::size_t i = 1; i <= count; ++i) delivery.transport.end(i);
  delivery.turns();
  EXPECT_EQ(delivery.asked.size(), 2U);
  delivery.after(Stage::kReceiptsWait);
  EXPECT_EQ(delivery.asked.size(), 3U);
}

TEST(StageTurns, AStopWaitsUntilReceiptsAreRecordedUnlessNothingIsAnyMore) {
  for (const bool closed : {false, true}) {
    Turned delivery;
    delivery.answers = false, delivery.closed = closed;
    delivery.add(1, "g");
    delivery.turns();
    delivery.transport.end(1);
    delivery.stage->close(5s);
    EXPECT_EQ(delivery.turns(), !closed);
    if (closed) continue;
    EXPECT_EQ(delivery.stage->patience(), 5s);
    delivery.recorded();
    EXPECT_FALSE(delivery.after(1s));
  }
}

TEST(StageTurns, AStopEndsAtOnceWhereNothingIsInFlight) {
  Turned delivery;
  delivery.turns();
  delivery.stage->close(5s);
  delivery.add(1, "g");
  EXPECT_EQ(delivery.stage->patience(), 0ns);
  EXPECT_FALSE(delivery.stage->turn(0ns));
  EXPECT_EQ(delivery.started(), Started{});
}

TEST(StageTurns, TheHeartbeatIsSentWhenItIsDueAndSomethingMakesProgress) {
  Turned delivery;
  delivery.stage->configure({{}, nullptr, posts_to("heartbeat"), 60s});
  delivery.turns();
  EXPECT_EQ(delivery.started(), Started{"heartbeat heartbeat-1"});
  delivery.transport.end(delivery.transport.in_flight.front(), verdict_of_failure("refused"));
  delivery.turns();
  EXPECT_EQ(delivery.stage->patience(), 60s);
  delivery.alive = false;
  delivery.after(60s);
  EXPECT_EQ(delivery.started(), Started{});
  EXPECT_EQ(delivery.stage->stats().heartbeats_missed, 1U);
  delivery.alive = true;
  delivery.after(60s);
  EXPECT_EQ(delivery.started(), Started{"heartbeat heartbeat-2"});
  delivery.after(20s);  // one whose answer never comes is not waited for
  EXPECT_EQ(delivery.stage->patience(), 40s);
  delivery.after(40s);
  EXPECT_EQ(delivery.started(), Started{"heartbeat heartbeat-3"});
}

TEST(StageTurns, WhileAResendLastsNothingElseIsSentToItsTargetAndAReloadReleasesIt) {
  Turned delivery;
  delivery.stage->configure({{manages("b", 60s)}, nullptr, std::nullopt, {}});
  delivery.turns();
  EXPECT_EQ(delivery.stage->patience(), 60s);
  delivery.after(60s);
  ASSERT_EQ(delivery.requests.size(), 1U);
  delivery.add(1, "g", "b");
  delivery.turns();
  EXPECT_EQ(delivery.started(), Started{});
  delivery.stage->resend_all_firing(delivery.requests[0], "[]");
  delivery.turns();
  EXPECT_EQ(delivery.started(), Started{"b resend-1"});
  delivery.stage->configure({{manages("a", 1h), manages("b", 1h)}, nullptr, std::nullopt, {}});
  delivery.turns();
  EXPECT_EQ(delivery.started(), Started{})
      << "the end of an alert must not overtake an older list that has it firing";
  delivery.transport.end(delivery.transport.in_flight.front());
  delivery.turns();
  EXPECT_EQ(delivery.started(), Started{"b n1"});
}

}  // namespace
}  // namespace alarum::deliver
