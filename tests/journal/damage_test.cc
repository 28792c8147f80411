// Flipped bytes, half-done sealings, files of a newer version: reported with their place, and
// nothing after them is cut.
#include <cstring>

#include "base/hash.h"
#include "tests/journal/world.h"

namespace alarum::journal {
namespace {

// Ten events, three a segment, the last segment open.
struct Damaged : World {
  Damaged() {
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(put({std::to_string(i)}, 1000));
  }
  Ids without(const std::string& lost) {
    Ids ids;
    for (int i = 0; i < 10; ++i) {
      if (std::to_string(i) != lost) ids.push_back(std::to_string(i));
    }
    return ids;
  }
};

TEST(Damage, AFlippedByteInAnOldPlainSegmentIsReportedWithItsPlace) {
  Damaged world;
  const auto frame = kFrameHeader + 5 + event_of("0", 1000).bytes().size();
  world.files.damage(world.path(0), frame + 200);
  world.open();
  ASSERT_EQ(world.log->corruptions().size(), 1u);
  const auto& corruption = world.log->corruptions()[0];
  EXPECT_EQ(corruption.file, world.path(0));
  EXPECT_EQ(corruption.position, frame);
  EXPECT_EQ(corruption.from, 1u);
  EXPECT_EQ(corruption.to, 2u);
  EXPECT_EQ(world.ids(), world.without("1"));
  EXPECT_EQ(world.log->end_offset(), 10u);
}

TEST(Damage, InTheFrameBeforeTheEndNothingAfterItIsCut) {
  Damaged world;
  ASSERT_TRUE(world.put({"10"}));
  const auto last = world.segments().size() - 1;
  world.files.damage(world.path(last), 300);
  world.open();
  auto ids = world.without("9");
  ids.push_back("10");
  EXPECT_EQ(world.ids(), ids);
  ASSERT_EQ(world.log->corruptions().size(), 1u);
  EXPECT_EQ(world.log->corruptions()[0].from, 9u);
}

TEST(Damage, ADamagedSegmentStaysPlain) {
  Damaged world;
  world.files.damage(world.path(0), 200);
  const auto segment = *world.log->next_to_seal();
  EXPECT_EQ(
      seal_file(world.files, "data/segments", segment.name, segment.end_offset).error().reason,
      "damaged");
  EXPECT_FALSE(world.files.exists("data/segments/" + segment.name.text() + "z.tmp"));
  EXPECT_TRUE(world.files.exists("data/segments/" + segment.name.text()));
}

TEST(Damage, InASealedBlockIsFoundByAScanAndByReading) {
  Damaged world;
  world.seal();
  world.files.damage(world.path(1), 30);
  world.open();
  const auto found =
      scan_file(world.files, "data/segments", *SegmentName::parse(world.segments()[1]), 6);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].file, world.path(1));
  EXPECT_EQ(found[0].from, 3u);
  EXPECT_EQ(found[0].to, 6u);
  EXPECT_EQ(world.ids(), (Ids{"0", "1", "2", "6", "7", "8", "9"}));
  EXPECT_EQ(world.damage.size(), 1u);
}

TEST(Damage, AMissingSegmentInTheMiddleIsReportedWithItsOffsets) {
  for (const bool sealed : {false, true}) {
    Damaged world;
    if (sealed) world.seal();
    const auto before = world.path(0);
    ASSERT_TRUE(world.files.remove(world.path(1)));
    world.open();
    ASSERT_EQ(world.log->corruptions().size(), 1u) << sealed;
    const auto& hole = world.log->corruptions()[0];
    EXPECT_EQ(std::tuple(hole.file, hole.from, hole.to, hole.missing),
              std::tuple(before, 3u, 6u, 1u));
    EXPECT_EQ(hole.text(),
              before + ": 1 segment is missing after it, offsets 3 to 5 cannot be read");
    EXPECT_EQ(world.ids(), (Ids{"0", "1", "2", "6", "7", "8", "9"}));
    ASSERT_EQ(world.damage.size(), 1u);
    EXPECT_EQ(world.damage[0].text, hole.text());
    EXPECT_EQ(world.ids(4), (Ids{"6", "7", "8", "9"})) << "also where the reading begins within it";
    EXPECT_EQ(std::tuple(world.damage.at(0).from, world.damage.at(0).to), std::tuple(4u, 6u));
  }
}

TEST(Damage, AMissingFirstSegmentIsReportedWhereItWasStillNeeded) {
  Damaged world;
  ASSERT_TRUE(world.files.remove(world.path(0)));
  world.open();
  EXPECT_TRUE(world.log->corruptions().empty()) << "retention may have deleted it";
  world.log->expect_from(1);
  ASSERT_EQ(world.log->corruptions().size(), 1u);
  EXPECT_EQ(std::tuple(world.log->corruptions()[0].from, world.log->corruptions()[0].to),
            std::tuple(1u, 3u));
  world.log->expect_from(3);
  EXPECT_EQ(world.log->corruptions().size(), 1u);
}

TEST(Damage, ALostTailIsReportedAfterTheSegmentWasSealedToo) {
  Damaged world;
  world.log->raise_to(20);
  ASSERT_TRUE(world.put({"new"}));
  world.seal();
  world.open();
  ASSERT_EQ(world.log->corruptions().size(), 1u);
  EXPECT_EQ(std::tuple(world.log->corruptions()[0].from, world.log->corruptions()[0].to),
            std::tuple(10u, 20u));
}

// What a commit that failed left is acknowledged to nobody: it must not stand for a record of the
// segment after it, which had its offset, once that one is lost.
TEST(Damage, WhatAFailedCommitLeftIsNoRecordOfALostSegment) {
  for (const bool is_last : {true, false}) {
    Damaged world;
    const auto before = world.path(world.segments().size() - 1);
    world.files.on_sync = [](const std::string&) { return fail("io_error", "cable out"); };
    EXPECT_FALSE(world.put({"failed"}));
    world.files.on_sync = nullptr;
    ASSERT_TRUE(world.put({"lost"}, 3000));
    const auto lost = world.path(world.segments().size() - 1);
    if (!is_last) {
      ASSERT_TRUE(world.put({"last"}, 3000));
    }
    ASSERT_TRUE(world.files.remove(lost));
    world.open();
    if (is_last) world.log->raise_to(11);
    ASSERT_EQ(world.log->corruptions().size(), 1u) << is_last;
    const auto& hole = world.log->corruptions()[0];
    EXPECT_EQ(std::tuple(hole.file, hole.from, hole.to), std::tuple(before, 10u, 11u));
    auto ids = world.without("");
    if (!is_last) ids.emplace_back("last");
    EXPECT_EQ(world.ids(), ids);
  }
}

TEST(Damage, NoSegmentBeginsBeforeWhatAFailedCommitLeftIsGoneFromDisk) {
  Damaged world;
  const auto poisoned = world.path(world.segments().size() - 1);
  const auto whole = world.files.bytes(poisoned);
  const auto count = world.segments().size();
  world.files.on_sync = [&](const std::string& path) {
    return path == poisoned ? Result<void>(fail("io_error", "bad block")) : Result<void>();
  };
  EXPECT_FALSE(world.put({"failed"}));
  EXPECT_EQ(world.put({"new"}).error().message, "bad block");
  EXPECT_EQ(world.put({"new"}).error().message, "bad block");
  EXPECT_EQ(world.segments().size(), count);
  world.files.on_sync = nullptr;
  ASSERT_TRUE(world.put({"new"}));
  EXPECT_EQ(world.segments().size(), count + 1);
  std::mt19937 random(1);
  world.log.reset();
  world.files.crash(random);
  EXPECT_TRUE(world.files.bytes(poisoned) == whole) << "as before the commit that failed";
  world.open();
  auto ids = world.without("");
  ids.emplace_back("new");
  EXPECT_EQ(world.ids(), ids);
  EXPECT_TRUE(world.log->corruptions().empty());
}

// Sealed, one whose only commit failed is a segment of no frame.
TEST(Damage, ASealedSegmentOfNoFrameTakesNoTotalsBack) {
  Damaged world;
  const auto totals = world.log->totals();
  const auto count = world.segments().size();
  const auto before = world.path(count - 1);
  world.files.on_sync = [&](const std::string& path) -> Result<void> {
    const bool fails = path >= before && world.files.bytes(path)[0] != '\0';
    return fails ? fail("io_error", "cable out") : Result<void>();
  };
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(world.put({"failed"}));
    if (i == 0)
      world.files.on_sync = [&, fails = world.files.on_sync](const std::string& path) {
        return path > before ? fails(path) : Result<void>();
      };
  }
  world.files.on_sync = nullptr;
  ASSERT_EQ(world.segments().size(), count + 2);
  world.seal();
  std::mt19937 random(1);
  world.log.reset();
  world.files.crash(random);
  world.open();
  EXPECT_EQ(world.segments().size(), count + 1) << "the last one was never written to";
  EXPECT_EQ(world.log->totals(), totals);
  EXPECT_TRUE((*world.put({"4"}))[0].duplicate);
}

TEST(Damage, OfASealedIndexLosesNothing) {
  Damaged world;
  world.seal();
  world.files.damage(world.path(1), world.files.bytes(world.path(1)).size() - 60);
  world.open();
  ASSERT_EQ(world.log->corruptions().size(), 1u);
  EXPECT_EQ(world.log->corruptions()[0].file, world.path(1));
  EXPECT_EQ(world.ids(), world.without(""));
  EXPECT_TRUE((*world.put({"4"}))[0].duplicate);
}

TEST(Damage, OfAnyByteNeverLosesMoreThanItsOwnBlock) {
  Damaged before;
  before.seal();
  const auto size = before.files.bytes(before.path(1)).size();
  for (std::size_t at = 0; at < size; ++at) {
    Damaged world;
    world.seal();
    world.files.damage(world.path(1), at);
    world.open();
    const auto ids = world.ids();
    for (const char* other : {"0", "1", "2", "6", "7", "8", "9"})
      EXPECT_EQ(std::count(ids.begin(), ids.end(), other), 1) << "byte " << at;
    EXPECT_TRUE(ids.size() == 10 || !world.damage.empty()) << at;
  }
}

TEST(Damage, ACrashBetweenSealingAndRemovingLeavesBothFormsAndNoEventTwice) {
  Damaged world;
  const auto plain = world.path(0);
  const auto bytes = world.files.bytes(plain);
  world.seal();
  auto file = world.files.open(plain, true);
  ASSERT_TRUE((*file)->write(0, bytes));
  EXPECT_EQ(world.ids(), world.without(""));
  world.open();
  EXPECT_FALSE(world.files.exists(plain));
  EXPECT_EQ(world.ids(), world.without(""));
}

TEST(Damage, AnUnfinishedSealingGoes) {
  Damaged world;
  ASSERT_TRUE(world.files.open(world.path(0) + "z.tmp", true));
  world.open();
  EXPECT_EQ(world.ids(), world.without(""));
  for (const auto& name : world.segments()) EXPECT_FALSE(name.ends_with(".tmp"));
}

TEST(Damage, ASegmentOfANewerVersionIsRefusedNotCut) {
  Damaged world;
  world.log.reset();
  auto& bytes = world.files.bytes(world.path(0));
  bytes[4] = kFrameVersion + 1;
  const auto body = parse_header(bytes)->body_length;
  const auto sum = crc32c(std::string_view(bytes).substr(kFrameHeader, body),
                          crc32c(std::string_view(bytes).substr(0, kFrameHeader - 4)));
  std::memcpy(bytes.data() + kFrameHeader - 4, &sum, 4);
  const auto before = bytes;
  EXPECT_EQ(Log::open(world.options, world.files).error().reason, "newer_format");
  EXPECT_EQ(world.files.bytes(world.path(0)), before);
}

TEST(Damage, WithOnlySealedSegmentsLeftTheLogGoesOn) {
  Damaged world;
  world.seal();
  const auto last = world.path(world.segments().size() - 1);
  ASSERT_TRUE(world.files.remove(last));
  world.open();
  EXPECT_EQ((*world.put({"new"}))[0].offset, 9u);
  world.open();
  EXPECT_EQ(world.ids(9), (Ids{"new"}));
}

}  // namespace
}  // namespace alarum::journal
