// Whether a target took it, by its vendor's own test.
#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Kind = Verdict::Kind;

TEST(Verdict, OfEveryStatus) {
  for (const long status : {200L, 202L, 204L})
    EXPECT_EQ(verdict_of_status(status, 0s).kind, Kind::delivered) << status;
  for (const long status : {408L, 425L, 429L, 500L, 503L})
    EXPECT_EQ(verdict_of_status(status, 0s).kind, Kind::retry) << status;
  for (const long status : {301L, 302L, 400L, 401L, 404L, 410L})
    EXPECT_EQ(verdict_of_status(status, 0s).kind, Kind::dead) << status;
  EXPECT_EQ(verdict_of_status(503, 30s).retry_after, 30s);
  EXPECT_EQ(verdict_of_status(503, 1'000'000s).retry_after, kMostRetryAfter);
  EXPECT_EQ(verdict_of_failure("no").kind, Kind::retry);
}

TEST(Answer, A200WithAnErrorInItsBodyIsAFailure) {
  for (const char* kind : {"dingtalk", "wecom"}) {
    EXPECT_EQ(judged(kind, 200, R"({"errcode":0,"errmsg":"ok"})").kind, Kind::delivered) << kind;
    EXPECT_EQ(judged(kind, 200, R"({"errcode":310000,"errmsg":"sign not match"})").kind, Kind::dead)
        << kind;
    EXPECT_EQ(judged(kind, 200, R"({"errcode":-1})").kind, Kind::retry) << kind;
    EXPECT_EQ(judged(kind, 200, "<html>").kind, Kind::retry) << kind;
  }
  EXPECT_EQ(judged("feishu", 200, R"({"code":0})").kind, Kind::delivered);
  EXPECT_EQ(judged("feishu", 200, R"({"StatusCode":0})").kind, Kind::delivered);
  EXPECT_EQ(judged("feishu", 200, R"({"code":19021})").kind, Kind::dead);
  EXPECT_EQ(judged("slack", 200, "ok").kind, Kind::delivered);
  EXPECT_EQ(judged("slack", 200, "<html>").kind, Kind::retry);
  EXPECT_EQ(judged("slack", 403, "action_prohibited").kind, Kind::dead);
  EXPECT_EQ(judged("pagerduty", 202, R"({"status":"success"})").kind, Kind::delivered);
  EXPECT_EQ(judged("pagerduty", 400, R"({"status":"invalid event"})").kind, Kind::dead);
  EXPECT_EQ(judged("webhook", 200, R"({"errcode":1})").kind, Kind::delivered)
      << "only the vendors that say so";
}

TEST(Answer, ARateErrorSlowsTheWholeTargetDown) {
  for (const auto& [kind, status, body] :
       {std::tuple("dingtalk", 200L, R"({"errcode":130101})"),
        std::tuple("dingtalk", 200L, R"({"errcode":90030})"),
        std::tuple("wecom", 200L, R"({"errcode":45009})"),
        std::tuple("feishu", 200L, R"({"code":11232})"), std::tuple("slack", 429L, ""),
        std::tuple("webhook", 429L, "")}) {
    const auto verdict = judged(kind, status, body);
    EXPECT_EQ(verdict.kind, Kind::retry) << kind;
    EXPECT_TRUE(verdict.slow_down) << kind;
  }
}

TEST(Answer, NothingOfTheBodyIsRepeatedBeyondTheCode) {
  EXPECT_EQ(judged("dingtalk", 200, R"({"errcode":310000,"errmsg":"secret"})").detail,
            "errcode 310000");
}

TEST(Verdict, AStatusHasACauseThatIsALabel) {
  for (const auto& [status, label] :
       {std::pair(302L, "status_3xx"), std::pair(404L, "status_4xx"), std::pair(429L, "status_429"),
        std::pair(500L, "status_5xx"), std::pair(503L, "status_5xx")})
    EXPECT_EQ(to_text(verdict_of_status(status, 0s).cause), label);
  EXPECT_EQ(to_text(verdict_of_failure("a 200 without ok").cause), "answer");
  EXPECT_EQ(to_text(Cause::other), "other");
}

}  // namespace
}  // namespace alarum::receivers
