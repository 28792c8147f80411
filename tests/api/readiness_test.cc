#include "api/readiness.h"

#include <gtest/gtest.h>

namespace alarum::api {
namespace {

TEST(Readiness, NamesWhatFailedAndWhatAPersonMustLookAt) {
  Readiness readiness;
  Condition engine;
  readiness.add("journal", [] { return Condition{}; });
  readiness.add("engine", [&] { return engine; });
  readiness.add("clock", [] {
    return Condition::warning("clock_behind", "the wall clock is 2 days behind");
  });
  EXPECT_EQ(first_failed(readiness.checks()), nullptr)
      << "a warning does not make the daemon unready";
  EXPECT_EQ(readiness_text(readiness.checks()),
            "[+]journal ok\n[+]engine ok\n[!]clock warning: clock_behind: the wall clock is 2 days "
            "behind\nready\n");

  engine = Condition::failed("engine_behind", "75 s behind");
  const auto checks = readiness.checks();
  ASSERT_NE(first_failed(checks), nullptr);
  EXPECT_EQ(first_failed(checks)->condition.reason, "engine_behind");
  EXPECT_EQ(readiness_text(checks),
            "[+]journal ok\n[-]engine failed: engine_behind: 75 s behind\n[!]clock warning: "
            "clock_behind: the wall clock is 2 days behind\nnot ready\n");
}

}  // namespace
}  // namespace alarum::api
