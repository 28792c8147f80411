#include "app/checkpoint_writer.h"

#include <gtest/gtest.h>

#include "tests/journal/fake_journal.h"
#include "tests/support/memory_files.h"

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

struct SteppedClock final : Clock {
  Time at{};
  Time wall() override { return at; }
  std::chrono::nanoseconds monotonic() override { return at.time_since_epoch(); }
};

struct CheckpointWriterTest : ::testing::Test {
  testing::MemoryFiles files;
  journal::FolderJournal journal{files, "data"};
  SteppedClock clock;
  CheckpointWriter writer{journal, clock};

  std::string newest() {
    std::vector<std::string> damaged;
    const auto loaded = journal.view().load_checkpoint(~model::Offset{0}, damaged);
    EXPECT_TRUE(damaged.empty());
    return loaded ? std::to_string(loaded->offset) + " " + loaded->state : "none";
  }
};

TEST_F(CheckpointWriterTest, WritesWhatCameInTurnsAndEndsOnceClosedAndAllIsWritten) {
  EXPECT_GT(writer.patience(), 1min);
  writer.take({1, "one, ", true, false});
  EXPECT_EQ(writer.patience(), 0ns);
  EXPECT_TRUE(writer.turn({}));
  EXPECT_EQ(newest(), "none");
  writer.take({1, "whole", false, true});
  writer.take({2, "two", true, true});
  writer.close();
  EXPECT_TRUE(writer.turn({}));
  EXPECT_EQ(newest(), "2 two");
  EXPECT_EQ(journal.checkpointed, (std::vector<model::Offset>{1}));
  EXPECT_FALSE(writer.turn({}));
  writer.take({3, "late", true, true});
  EXPECT_FALSE(writer.turn({}));
  EXPECT_EQ(newest(), "2 two");
}

TEST_F(CheckpointWriterTest, SaysWhyTheNewestCheckpointWasNotWrittenUntilOneIs) {
  files.on_sync = [tries = 0](const std::string&) mutable {
    return tries++ == 0 ? Result<void>(fail("disk_full", "no room")) : Result<void>();
  };
  writer.take({3, "state", true, true});
  EXPECT_TRUE(writer.turn({}));
  ASSERT_TRUE(writer.fault());
  EXPECT_EQ(writer.fault()->reason, "disk_full");
  writer.take({4, "state", true, true});
  EXPECT_TRUE(writer.turn({}));
  EXPECT_FALSE(writer.fault()) << "the second one was written";
}

// Without the part that was refused it would be a checkpoint with a hole, and its checksum would be
// right.
TEST_F(CheckpointWriterTest, ACheckpointOfWhichAPartHadNoRoomIsGivenUpAndTheNextOneIsWritten) {
  const std::string large(9 << 20, 'x');
  EXPECT_TRUE(writer.has_room());
  writer.take({1, large, true, false});
  EXPECT_FALSE(writer.has_room());
  writer.take({1, large, false, false});
  writer.take({1, "the end", false, true});
  EXPECT_TRUE(writer.turn({}));
  ASSERT_TRUE(writer.fault());
  EXPECT_EQ(writer.fault()->reason, "overrun");
  EXPECT_EQ(newest(), "none");
  EXPECT_TRUE(writer.has_room());
  writer.take({2, "two", true, true});
  EXPECT_TRUE(writer.turn({}));
  EXPECT_FALSE(writer.fault());
  EXPECT_EQ(newest(), "2 two");
}

TEST_F(CheckpointWriterTest, ItsThreadWritesWhatCameBeforeTheStop) {
  writer.start();
  writer.take({1, "one", true, true});
  writer.stop();
  EXPECT_EQ(newest(), "1 one");
}

TEST_F(CheckpointWriterTest, KnowsWhenTheNewestWasWrittenAndHowLargeItIs) {
  EXPECT_FALSE(writer.newest());
  clock.at = Time(100s);
  writer.take({1, "one, ", true, false});
  EXPECT_TRUE(writer.turn({}));
  clock.at = Time(103s);
  writer.take({1, "whole", false, true});
  EXPECT_TRUE(writer.turn({}));
  ASSERT_TRUE(writer.newest());
  EXPECT_EQ(writer.newest()->at, Time(103s));
  EXPECT_EQ(writer.newest()->took, 3s);
  EXPECT_EQ(writer.newest()->bytes, 10U);
  files.on_sync = [](const std::string&) { return Result<void>(fail("disk_full", "no room")); };
  writer.take({3, "state", true, true});
  EXPECT_TRUE(writer.turn({}));
  EXPECT_EQ(writer.written(), 1U);
  EXPECT_EQ(writer.failed(), 1U);
  EXPECT_EQ(writer.newest()->at, Time(103s));
}

}  // namespace
}  // namespace alarum::app
