#include "base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/log_output.h"

namespace alarum::log {
namespace {

// How many lines are said to be dropped, and in how many reports.
std::pair<std::uint64_t, std::uint64_t> reported(const std::string& text) {
  static constexpr std::string_view kReport =
      "level=warn stage=log msg=\"lines were dropped because standard error was not read\" lines=";
  std::uint64_t lines = 0, reports = 0;
  for (auto at = text.find(kReport); at != std::string::npos; at = text.find(kReport, at + 1)) {
    if (text.find('\n', at) == std::string::npos) break;
    lines += std::stoull(text.substr(at + kReport.size())), ++reports;
  }
  return {lines, reports};
}

TEST(Log, NobodyWaitsForItsReaderAndWhatIsDroppedIsCounted) {
  std::array<int, 2> ends{-1, -1};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const std::string filler(1000, '.');
  constexpr int kLines = 3000;
  std::string all;
  {
    const Background background(ends[1]);
    // Hangs for ever without the mend
    for (int i = 0; i < kLines; ++i) warn("test", filler, {{"number", i}});
    EXPECT_GT(dropped(), 0u);
    EXPECT_LE(dropped(), kLines - 900u) << "the writer keeps 1 MiB, however late its thread is";
    std::array<char, 4096> bytes{};
    const auto is_whole = [&] {
      const auto [lines, reports] = reported(all);
      return lines == dropped() &&
             static_cast<std::uint64_t>(std::ranges::count(all, '\n')) >= kLines - lines + reports;
    };
    while (!is_whole()) {
      const auto size = ::read(ends[0], bytes.data(), bytes.size());
      ASSERT_GT(size, 0);
      all.append(bytes.data(), static_cast<std::size_t>(size));
    }
    EXPECT_EQ(output_fault(), "");
  }
  const auto [lines, reports] = reported(all);
  EXPECT_EQ(lines, dropped());
  EXPECT_EQ(static_cast<std::uint64_t>(std::ranges::count(all, '\n')), kLines - lines + reports);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace alarum::log
