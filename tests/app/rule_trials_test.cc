#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <stdexcept>

#include "app/backtests.h"
#include "app/playground.h"
#include "app/rule_plans.h"
#include "journal/folder_view.h"
#include "tests/support/memory_files.h"

namespace alarum::app {
namespace {

namespace asio = boost::asio;
using Done = api::RuleTrials::Done;

/// A daemon whose rules in force cannot be had: each question meets an exception.
struct Broken {
  testing::MemoryFiles files;
  journal::FolderView journal{files, "/data"};
  SystemClock clock;
  SystemRandom random;

  TrialParts parts() {
    return {journal,
            []() -> std::shared_ptr<const match::Generation> {
              throw std::runtime_error("broken rules");
            },
            [] { return std::string(); }, clock, random};
  }
};

http::Response answer_to(const std::function<void(const Done&)>& question) {
  asio::io_context io;
  const Done done(io.get_executor());
  question(done);
  http::Response answer;
  asio::co_spawn(
      io, [&]() -> asio::awaitable<void> { answer = co_await done.wait(); }, asio::detached);
  io.run();
  return answer;
}

TEST(Playground, AnswersAfterAnExceptionAndIsNotBusyForGood) {
  Broken broken;
  Playground playground(broken.parts(), [] { return nullptr; });
  for (int i = 0; i < 2; ++i) {
    const auto answer = answer_to([&](const Done& done) { playground.answer("{}", done); });
    EXPECT_EQ(answer.status, 500U);
    EXPECT_NE(answer.body.find("broken rules"), std::string::npos) << answer.body;
  }
}

TEST(Backtests, AnswersAfterAnExceptionAndIsNotBusyForGood) {
  Broken broken;
  Backtests backtests(broken.parts());
  const std::string body = R"({"rules": [{"file": "a.yaml", "text": "rules: []"}]})";
  for (int i = 0; i < 2; ++i) {
    const auto answer = answer_to([&](const Done& done) { backtests.start(body, done); });
    EXPECT_EQ(answer.status, 500U);
    EXPECT_NE(answer.body.find("broken rules"), std::string::npos) << answer.body;
  }
}

TEST(RulePlans, AnswerAfterAnExceptionAndAreNotBusyForGood) {
  Broken broken;
  RulePlans plans(broken.parts());
  const std::string body = R"({"rules": [{"file": "a.yaml", "text": "rules: []"}]})";
  for (int i = 0; i < 2; ++i) {
    const auto answer = answer_to([&](const Done& done) { plans.answer(body, false, done); });
    EXPECT_EQ(answer.status, 500U);
    EXPECT_NE(answer.body.find("broken rules"), std::string::npos) << answer.body;
  }
}

}  // namespace
}  // namespace alarum::app
