// What a disk that reports a failed sync once does to the journal over several starts.
#include <gtest/gtest.h>

#include "journal/log.h"
#include "journal/reader.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/disk.h"

namespace alarum::simulation {
namespace {

std::unique_ptr<journal::Log> opened(SimulatedDisk& disk) {
  journal::Options options;
  options.folder = "/data";
  options.segment_size = 4096;
  auto log = journal::Log::open(options, disk);
  EXPECT_TRUE(log);
  return log ? std::move(*log) : nullptr;
}

TEST(FailedSync, AStartAfterItLeavesNoHoleBehindWhatIsWrittenThen) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SeededRandom random(seed);
    SimulatedDisk disk(random);
    ASSERT_TRUE(disk.make_folder("/data"));
    ASSERT_TRUE(disk.sync_folder("/"));
    auto log = opened(disk);
    ASSERT_TRUE(log->commit_control(model::Start{}, Time(std::chrono::seconds(1))));
    disk.set_fail_rate(Operation::sync, 1);
    ASSERT_FALSE(log->commit_control(model::Stop{}, Time(std::chrono::seconds(2))));
    log.reset();
    disk.clear_faults();
    disk.reboot();  // the process ends, the system goes on
    log = opened(disk);
    ASSERT_TRUE(log->commit_control(model::Start{}, Time(std::chrono::seconds(3))));
    log.reset();
    disk.crash(Crash::power_cut);
    disk.reboot();
    log = opened(disk);
    EXPECT_TRUE(log->corruptions().empty())
        << "seed " << seed << ": " << log->corruptions().front().text();
    EXPECT_GE(log->end_offset(), 2U);
  }
}

}  // namespace
}  // namespace alarum::simulation
