#include "app/audit.h"

#include <gtest/gtest.h>

#include "tests/simulation/clock.h"

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

/// An audit without a thread, whose engine answers when the test says so.
class AuditTest : public ::testing::Test {
 protected:
  AuditTest() : audit_(clock_, ports()) {}

  Audit::Ports ports() {
    Audit::Ports ports;
    ports.end = [] { return model::Offset{7}; };
    ports.ask_engine = [this](auto done) { return engine_ = std::move(done), true; };
    ports.count = [](model::Offset, Stepped) { return Result<tools::Balance>(tools::Balance()); };
    ports.post = [](const alert::Posted&) {};
    ports.retry = [] {};
    ports.clock_back = [] { return Audit::ClockBack(); };
    ports.degraded = [] { return std::vector<std::string>(); };
    ports.watch_targets = [] {};
    return ports;
  }
  /// What a thread does until there is nothing to do.
  void work() {
    for (int turns = 0; turns < 10 && audit_.patience() == 0ns; ++turns) audit_.turn(0ns);
  }
  void ask() {
    audit_.show(
        [this](const Result<api::TextAndJson>& page) { answers_.push_back(page.has_value()); });
  }
  void engine_answers() { engine_(Stepped{7, 0, {}}); }

  simulation::SimulatedClock clock_{Time(1h)};
  std::function<void(std::optional<Stepped>)> engine_;
  std::vector<bool> answers_;
  Audit audit_;
};

TEST_F(AuditTest, WhoAsksIsAnsweredWithTheNextCount) {
  ask();
  work();
  EXPECT_TRUE(answers_.empty());
  engine_answers();
  work();
  EXPECT_EQ(answers_, std::vector<bool>{true});
}

TEST_F(AuditTest, WhoAsksWhileACountIsUnderWayHasTheNextOneAtOnce) {
  work();  // the first count, that nobody asked for
  ask();
  work();
  engine_answers();
  work();
  EXPECT_TRUE(answers_.empty()) << "that count began before the question";
  engine_answers();
  work();
  EXPECT_EQ(answers_, std::vector<bool>{true}) << "not a minute later, at the count that is due";
}

TEST_F(AuditTest, AnEngineThatDoesNotAnswerIsSaidAfterFiveSeconds) {
  ask();
  work();
  EXPECT_EQ(audit_.patience(), 5s);
  clock_.advance(5s);
  work();
  EXPECT_EQ(answers_, std::vector<bool>{false});
}

TEST_F(AuditTest, AClosedAuditAnswersWhoWaits) {
  work();
  ask();
  work();
  audit_.close();
  engine_answers();
  while (audit_.turn(0ns)) {
    if (engine_) engine_answers();
  }
  EXPECT_EQ(answers_, std::vector<bool>{true});
  ask();
  EXPECT_EQ(answers_, (std::vector<bool>{true, false}));
}

}  // namespace
}  // namespace alarum::app
