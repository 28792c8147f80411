// What retention deletes, and what is left of segments that could not be begun.
#include "tests/journal/world.h"

namespace alarum::journal {
namespace {

// All that the tests write is too old then.
Time long_after(const World& world) {
  return at_second(0) + world.options.retention + std::chrono::seconds(60);
}

TEST(Log, AtMaxSizeNothingIsTakenUntilRetentionMayDelete) {
  World world;
  world.options.max_size = 3 * 4096;
  world.open();
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(world.put({id}, 3000));
  EXPECT_EQ(world.put({"d"}, 3000).error().reason, "journal_full");
  EXPECT_EQ(world.log->retire(at_second(4), 2), 0u) << "nothing is sealed yet";
  world.files.capacity = 1 << 20;
  while (auto segment = world.log->next_to_seal()) {
    segment->name.sealed = false;  // could not be sealed: stays plain, and may go
    world.log->sealed(*segment);
  }
  EXPECT_EQ(world.log->retire(at_second(4), 0), 0u) << "nothing is processed yet";
  EXPECT_EQ(world.log->retire(at_second(4), 1), 1u);
  EXPECT_TRUE(world.put({"d"}, 3000));
  EXPECT_EQ(world.ids(1), (Ids{"b", "c", "d"}));
  EXPECT_FALSE(Reader::open(world.files, "data", 0));
}

// Whoever starts writes that first: refused, nothing would run that could make room (seed 1531114).
TEST(Log, TheFirstRecordAfterAStartIsTakenAtMaxSizeToo) {
  World world;
  world.options.max_size = 3 * 4096;
  world.open();
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(world.put({id}, 3000));
  EXPECT_EQ(world.put({"d"}, 3000).error().reason, "journal_full");
  world.open();
  EXPECT_TRUE(world.log->commit_control(model::Start{}, model::Stamp{at_second(9), Duration(0)}));
  EXPECT_EQ(world.segments().size(), 3u) << "it finds room";
  EXPECT_EQ(world.put({"d"}, 3000).error().reason, "journal_full");
  world.open();
  EXPECT_TRUE(world.put({"d"}, 3000));
  EXPECT_EQ(world.put({"e"}, 3000).error().reason, "journal_full") << "one segment, and no more";
}

// A disk that failed to remove it left the plain form beside the sealed one; once that one had
// gone, it was read in its place.
TEST(Log, RetentionDeletesThePlainFormThatSealingLeftAsWell) {
  World world;
  for (const char* id : {"a", "b"}) ASSERT_TRUE(world.put({id}, 3000));
  const auto plain = world.path(0);
  world.seal();
  ASSERT_FALSE(world.files.exists(plain));
  ASSERT_TRUE(world.files.open(plain, true));
  const auto later = long_after(world);
  EXPECT_EQ(world.log->retire(later, 1), 1u);
  EXPECT_FALSE(world.files.exists(plain));
  EXPECT_EQ(world.segments().size(), 1u);
}

// Once the real segment of its number had gone, it was one after which others are missing.
TEST(Log, RetentionDeletesWhatIsLeftOfASegmentThatCouldNotBeBegun) {
  World world;
  world.files.capacity = 4096;
  ASSERT_TRUE(world.put({"a"}, 3000));
  world.files.removes_fail = true;
  EXPECT_FALSE(world.put({"b"}, 3000));
  ASSERT_TRUE(world.put({"small"}));
  world.files.capacity = 1 << 20, world.files.removes_fail = false;
  ASSERT_TRUE(world.put({"b"}, 3000));
  ASSERT_TRUE(world.put({"c"}, 3000));
  world.seal();
  EXPECT_EQ(world.files.list("data/segments")->size(), 4u) << "one of them is what is left";
  const auto later = long_after(world);
  EXPECT_EQ(world.log->retire(later, 4), 2u);
  EXPECT_EQ(world.files.list("data/segments")->size(), 1u);
}

// Who read the running log, as the engine does where its queue was full, took the beginning of what
// is left for the end of the segment before, and missed what was taken after that.
TEST(Log, WhatIsLeftOfASegmentThatCouldNotBeBegunIsNoEndOfTheOneBefore) {
  World world;
  world.files.capacity = 4096;
  ASSERT_TRUE(world.put({"a"}, 3000));
  world.files.removes_fail = true;
  EXPECT_FALSE(world.put({"b"}, 3000));
  ASSERT_TRUE(world.put({"small"}));
  ASSERT_EQ(world.segments().size(), 2u) << "one of them is what is left";
  EXPECT_EQ(world.ids(), (Ids{"a", "small"}));
  EXPECT_EQ(world.ids(1), (Ids{"small"}));
  EXPECT_TRUE(world.damage.empty());
}

// Found by a start that could not remove it either, it outlived the real segment of its number.
TEST(Log, AStartKnowsOfWhatIsLeftOfASegmentThatCouldNotBeBegun) {
  World world;
  world.files.capacity = 4096;
  ASSERT_TRUE(world.put({"a"}, 3000));
  world.files.removes_fail = true;
  EXPECT_FALSE(world.put({"b"}, 3000));
  ASSERT_TRUE(world.put({"small"}));
  world.files.capacity = 1 << 20;
  ASSERT_TRUE(world.put({"b"}, 3000));
  world.open();
  world.files.removes_fail = false;
  ASSERT_TRUE(world.put({"c"}, 3000));
  world.seal();
  EXPECT_EQ(world.segments().size(), 4u) << "one of them is what is left";
  const auto later = long_after(world);
  EXPECT_EQ(world.log->retire(later, 4), 2u);
  EXPECT_EQ(world.segments().size(), 1u);
}

// Names may reach the disk in any order: after a power cut the first segment could be there and the
// second not, which would be reported as damage.
TEST(Log, RetentionDeletesASegmentOnceTheOneBeforeIsGoneForGood) {
  World world;
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(world.put({id}, 3000));
  world.seal();
  const auto later = long_after(world);
  std::vector<std::size_t> segments;  // at each sync
  world.files.on_sync = [&](const std::string& path) -> Result<void> {
    if (path == "data/segments") segments.push_back(world.segments().size());
    return {};
  };
  EXPECT_EQ(world.log->retire(later, 3), 2u);
  EXPECT_EQ(segments, (std::vector<std::size_t>{3, 2, 1}));
}

TEST(Log, RetentionDeletesNothingWhereItsFolderCannotBeSynced) {
  World world;
  for (const char* id : {"a", "b"}) ASSERT_TRUE(world.put({id}, 3000));
  world.seal();
  const auto later = long_after(world);
  world.files.on_sync = [](const std::string&) -> Result<void> { return fail("io_error", "no"); };
  EXPECT_EQ(world.log->retire(later, 2), 0u);
  EXPECT_EQ(world.segments().size(), 2u);
}

TEST(Log, RetentionDeletesOnlyWhatIsOldSealedAndProcessed) {
  World world;
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(world.put({id}, 3000));
  world.seal();
  const auto later = long_after(world);
  EXPECT_EQ(world.log->retire(at_second(10), 3), 0u);
  EXPECT_EQ(world.log->retire(later, 1), 1u);
  EXPECT_EQ(world.log->retire(later, 3), 1u) << "the last one is being written";
  world.open();
  EXPECT_EQ(world.ids(2), (Ids{"c"}));
  EXPECT_EQ(world.log->end_offset(), 3u);
}

}  // namespace
}  // namespace alarum::journal
