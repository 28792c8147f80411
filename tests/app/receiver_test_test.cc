#include "app/receiver_test.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <stdexcept>

#include "config/config.h"
#include "receivers/list.h"

namespace alarum::app::receiver_test_test {
namespace {

namespace asio = boost::asio;
using deliver::Verdict;

Verdict verdict(Verdict::Kind kind, std::string detail, std::string answer = {}) {
  Verdict out;
  out.kind = kind, out.detail = std::move(detail), out.answer = std::move(answer);
  return out;
}

/// Time passes while somebody waits for the transport.
struct SlowClock final : Clock {
  Time wall() override { return Time(std::chrono::seconds(1'000)); }
  std::chrono::nanoseconds monotonic() override { return now; }
  std::chrono::nanoseconds now{};
};

/// Ends attempts as `verdicts` says; one that it does not name never ends.
struct ScriptedTransport final : deliver::Transport {
  ScriptedTransport(std::map<std::string, Verdict> script, SlowClock& slow)
      : verdicts(std::move(script)), clock(slow) {}

  void start(const deliver::Target& target, const model::Notification& notification,
             Time /*now*/) override {
    bodies.push_back(notification.body);
    const auto found = verdicts.find(target.name);
    if (found != verdicts.end()) ended.push_back({notification.sequence, found->second});
  }
  std::vector<Ended> wait(std::chrono::milliseconds most) override {
    clock.now += most;
    return std::exchange(ended, {});
  }
  void wake() override {}
  void stop() override { stopped = true; }

  const std::map<std::string, Verdict> verdicts;
  SlowClock& clock;
  std::vector<Ended> ended;
  std::vector<std::string> bodies;
  bool stopped = false;
};

NotificationConfig config_of(const std::string& text) {
  Diagnostics faults;
  const auto config = config::parse(text, "alarum.yaml", receivers::kinds(), faults);
  EXPECT_TRUE(config) << faults.text();
  return notification_config_of(*config, false);
}

constexpr const char* kThree =
    "route: {receiver: oncall}\n"
    "receivers:\n"
    "- {name: oncall, webhook_configs: [{url: 'http://a.example'}, {url: 'http://b.example'}, "
    "{url: 'http://c.example'}]}\n"
    "- {name: oncall2, webhook_configs: [{url: 'http://d.example'}]}\n";

TEST(ReceiverTest, SaysOfEachIntegrationWhatItMadeOfTheMessage) {
  SlowClock clock;
  ScriptedTransport transport({{"oncall/webhook/0", verdict(Verdict::Kind::delivered, "200")},
                               {"oncall/webhook/1", verdict(Verdict::Kind::dead, "404", "no")}},
                              clock);
  const auto outcomes =
      test_receiver(config_of(kThree), "oncall", transport, clock, std::chrono::seconds(60));
  EXPECT_EQ(outcomes_json(outcomes),
            R"([{"target":"oncall/webhook/0","delivered":true,"detail":"200"},)"
            R"({"target":"oncall/webhook/1","delivered":false,"detail":"404","answer":"no"},)"
            R"({"target":"oncall/webhook/2","delivered":false,)"
            R"("detail":"there was no answer in time"}])"
            "\n");
  EXPECT_EQ(clock.now, std::chrono::seconds(60)) << "and not longer for the third";
  EXPECT_TRUE(transport.stopped);
  ASSERT_EQ(transport.bodies.size(), 3U);
  EXPECT_NE(transport.bodies[0].find("nothing is wrong"), std::string::npos);
}

TEST(ReceiverTest, OfAnUnknownReceiverSendsNothing) {
  SlowClock clock;
  ScriptedTransport transport({}, clock);
  const auto config = config_of(kThree);
  EXPECT_TRUE(test_receiver(config, "on", transport, clock, std::chrono::seconds(60)).empty());
  EXPECT_TRUE(transport.bodies.empty());
  EXPECT_EQ(no_such_receiver(config, "on"),
            "there is no receiver \"on\" with a way to notify it, only oncall, oncall2");
}

Result<std::string> answer_to(const std::function<void(const ReceiverTests::Done&)>& question) {
  asio::io_context io;
  const ReceiverTests::Done done(io.get_executor());
  question(done);
  Result<std::string> answer;
  asio::co_spawn(
      io, [&]() -> asio::awaitable<void> { answer = co_await done.wait(); }, asio::detached);
  io.run();
  return answer;
}

ReceiverTests::Parts parts_of(const std::string& text, SlowClock& clock) {
  return {[text] { return std::make_shared<const NotificationConfig>(config_of(text)); },
          [&clock] {
            return std::make_unique<ScriptedTransport>(
                std::map<std::string, Verdict>{
                    {"oncall2/webhook/0", verdict(Verdict::Kind::delivered, "200")}},
                clock);
          },
          clock};
}

std::string tested(ReceiverTests& tests, const std::string& name) {
  const auto answer = answer_to([&](const auto& done) { tests.test(name, done); });
  return answer ? *answer : answer.error().reason + ": " + answer.error().message;
}

TEST(ReceiverTests, AnswerWithTheOutcomesOfTheConfigInForce) {
  SlowClock clock;
  ReceiverTests tests(parts_of(kThree, clock));
  EXPECT_EQ(tested(tests, "oncall2"),
            "[{\"target\":\"oncall2/webhook/0\",\"delivered\":true,\"detail\":\"200\"}]\n");
  EXPECT_TRUE(tested(tests, "x").starts_with("not_found: there is no receiver \"x\""));
  tests.stop();
  EXPECT_TRUE(tested(tests, "oncall2").starts_with("stopping: "));
}

TEST(ReceiverTests, AnswerAfterAnExceptionAndAreNotBusyForGood) {
  SlowClock clock;
  auto parts = parts_of(kThree, clock);
  parts.config = []() -> std::shared_ptr<const NotificationConfig> {
    throw std::runtime_error("broken config");
  };
  ReceiverTests tests(parts);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(tested(tests, "oncall"), "exception: broken config");
}

TEST(ReceiverTests, TestOneAtATime) {
  SlowClock clock;
  auto parts = parts_of(kThree, clock);
  const auto config = parts.config;
  std::string second;
  ReceiverTests* all = nullptr;
  parts.config = [&] {
    second = tested(*all, "oncall2");
    return config();
  };
  ReceiverTests tests(parts);
  all = &tests;
  EXPECT_TRUE(tested(tests, "oncall2").starts_with("[{"));
  EXPECT_EQ(second, "busy: another receiver is being tested: try again later");
}

}  // namespace
}  // namespace alarum::app::receiver_test_test
