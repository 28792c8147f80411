#include "app/process_metrics.h"

#include <gtest/gtest.h>

namespace alarum::app {
namespace {

constexpr const char* kSelf =
    "4242 (a ) b (c) S 1 4242 4242 0 -1 4194560 1500 0 12 0 345 67 0 0 20 0 17 0 123456 987654144 "
    "2500 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0";
constexpr const char* kSystem = "cpu  1 2 3\nintr 7 8\nctxt 99\nbtime 1700000000\nprocesses 5\n";

TEST(ProcessFigures, AreThoseBehindANameWithBracketsAndSpaces) {
  const auto figures = process_figures(kSelf, kSystem, 100, 4096);
  ASSERT_TRUE(figures);
  EXPECT_DOUBLE_EQ(figures->start_seconds, 1700001234.56);
  EXPECT_EQ(figures->virtual_bytes, 987654144U);
  EXPECT_EQ(figures->resident_bytes, 2500U * 4096);
}

TEST(ProcessFigures, AreLeftOutWhereTheKernelSaysSomethingElse) {
  EXPECT_FALSE(process_figures("", kSystem, 100, 4096));
  EXPECT_FALSE(process_figures("4242 (alarum) S 1 2", kSystem, 100, 4096));
  EXPECT_FALSE(process_figures(kSelf, "cpu 1 2 3\n", 100, 4096));
}

TEST(ProcessMetrics, OfThisProcessAreAllThere) {
  api::MetricsPage page;
  add_process(page);
  add_disk(page, "/tmp", "/nowhere/book.sqlite");
  const auto text = page.text();
  for (const auto* name :
       {"process_cpu_seconds_total", "process_start_time_seconds", "process_virtual_memory_bytes",
        "process_resident_memory_bytes", "process_open_fds", "process_max_fds",
        "alarum_disk_size_bytes", "alarum_disk_free_bytes"})
    EXPECT_NE(text.find(std::string("\n") + name + ' '), std::string::npos) << name << '\n' << text;
  EXPECT_NE(text.find("\nalarum_history_bytes 0\n"), std::string::npos);
}

}  // namespace
}  // namespace alarum::app
