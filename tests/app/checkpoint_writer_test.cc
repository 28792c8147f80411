#include "app/checkpoint_writer.h"

#include <gtest/gtest.h>

#include "tests/support/memory_files.h"

namespace alarum::app {
namespace {

TEST(CheckpointWriter, SaysWhyTheNewestCheckpointWasNotWrittenUntilOneIs) {
  testing::MemoryFiles files;
  journal::Checkpoints checkpoints(files, "data");
  const auto once = [&](bool fails, model::Offset offset) {
    files.on_sync = [fails](const std::string&) { return fails ? Result<void>(fail("disk_full", "no room")) : Result<void>(); };
    CheckpointWriter writer(checkpoints, [](model::Offset) {});
    writer.take({offset, "state", true, true});
    writer.stop();
    return writer.fault();
  };
  const auto fault = once(true, 1);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->reason, "disk_full");
  EXPECT_FALSE(once(false, 2));

  CheckpointWriter writer(checkpoints, [](model::Offset) {});
  files.on_sync = [tries = 0](const std::string&) mutable { return tries++ == 0 ? Result<void>(fail("disk_full", "no room")) : Result<void>(); };
  writer.take({3, "state", true, true});
  writer.take({4, "state", true, true});
  writer.stop();
  EXPECT_FALSE(writer.fault()) << "the second one was written";
}

}  // namespace
}  // namespace alarum::app
