#include "api/deprecated_use.h"

#include <gtest/gtest.h>

#include "base/log_output.h"

namespace alarum::api {
namespace {

TEST(DeprecatedUse, WarnsEachCallerAndTheLogOnceAnHour) {
  DeprecatedUse use;
  const auto at = [](int minutes) {
    return Time(std::chrono::hours(9) + std::chrono::minutes(minutes));
  };
  std::size_t lines = 0;
  log::divert([&](const std::string& line) { lines += line.find("old was renamed") != line.npos; });
  for (const int minutes : {0, 1, 59, 60, 61, 121}) {
    http::Response response;
    use.announce(response, "old was renamed: use new", at(minutes));
    ASSERT_EQ(response.headers.size(), 1U);
    EXPECT_EQ(response.headers[0].first, "Warning");
    EXPECT_EQ(response.headers[0].second, "299 - \"old was renamed: use new\"");
  }
  log::divert({});
  EXPECT_EQ(lines, 3U) << "at 0, 60 and 121 minutes";
}

}  // namespace
}  // namespace alarum::api
