#include "base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/log_output.h"

namespace alarum::log {
namespace {

TEST(Log, NobodyWaitsForItsReaderAndWhatIsDroppedIsCounted) {
  std::array<int, 2> ends{-1, -1};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const std::string filler(1000, '.');
  constexpr int kLines = 3000;
  std::string all;
  {
    const Background background(ends[1]);
    for (int i = 0; i < kLines; ++i) warn("test", filler, {{"number", i}});  // hangs for ever without the mend
    EXPECT_GT(dropped(), 0u);
    EXPECT_LT(dropped(), 2000u);
    std::array<char, 4096> bytes{};
    while (all.find(" lines=" + std::to_string(dropped()) + "\n") == std::string::npos) {
      const auto size = read(ends[0], bytes.data(), bytes.size());
      ASSERT_GT(size, 0);
      all.append(bytes.data(), static_cast<std::size_t>(size));
    }
    EXPECT_EQ(output_fault(), "");
  }
  EXPECT_EQ(static_cast<std::uint64_t>(std::ranges::count(all, '\n')), kLines - dropped() + 1);
  EXPECT_NE(all.find("level=warn stage=log msg=\"lines were dropped because nobody read them\""), std::string::npos);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace alarum::log
