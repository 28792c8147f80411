// What a start reads: of identities what the window and the bound leave, of an unwritten end
// nothing.
#include <cstring>

#include "base/hash.h"
#include "tests/journal/world.h"

namespace alarum::journal {
namespace {

// Twelve events in segments of three, a second apart, all but the last segment sealed.
struct Sealed : World {
  explicit Sealed(Duration window = std::chrono::hours(24), std::size_t max = 4'000'000) {
    options.dedup_window = window, options.dedup_max = max;
    open();
    for (int i = 0; i < 12; ++i) EXPECT_TRUE(put({std::to_string(i)}, 1000));
    seal();
  }
  // Which of the twelve are known, as bits from the oldest on.
  std::string known() {
    std::string out;
    for (int i = 0; i < 12; ++i) {
      const auto& set = log->dedup();
      const auto seen = model::seen_of(event_of(std::to_string(i), 1000), at_second(0));
      out += set.contains(seen) ? '1' : '0';
    }
    return out;
  }
  // Of a sealed segment the first byte of its first identity, in which the index begins.
  std::size_t first_identity(std::size_t segment) {
    const auto& bytes = files.bytes(path(segment));
    std::uint64_t at = 0;
    std::memcpy(&at, bytes.data() + bytes.size() - 32, sizeof at);
    return at;
  }
  std::vector<Corruption> scan(std::size_t segment) {
    const auto& info = log->segments().at(segment);
    return scan_file(files, "data/segments", info.name, info.end_offset);
  }
};

TEST(Start, KnowsWhatTheBoundLeavesAndReadsNoOlderIdentities) {
  Sealed world(std::chrono::hours(24), 4);
  const auto known = world.known(), full = std::string("000000001111");
  EXPECT_EQ(known, full);
  const auto reach = world.log->dedup().reach(at_second(12));
  world.files.damage(world.path(0), world.first_identity(0));
  world.open();
  EXPECT_EQ(world.known(), full);
  EXPECT_EQ(world.log->dedup().reach(at_second(12)), reach);
  EXPECT_EQ(world.log->end_offset(), 12u);
  EXPECT_TRUE(world.log->corruptions().empty()) << "nobody has read it";
  ASSERT_EQ(world.scan(0).size(), 1u) << "the scan after each start finds it";
  EXPECT_EQ(world.scan(0)[0].file, world.path(0));
}

TEST(Start, KnowsWhatTheWindowLeavesAndReadsNoOlderIdentities) {
  Sealed world(std::chrono::seconds(5));
  world.files.damage(world.path(0), world.first_identity(0));
  world.open();
  ASSERT_TRUE(world.log->commit_control(model::Tick{}, {at_second(12), {}}));
  EXPECT_TRUE(world.log->corruptions().empty());
  world.log->dedup().expire(at_second(12));
  EXPECT_EQ(world.known(), "000000111111");
}

TEST(Start, DamagedIdentitiesThatCountAreReportedAndTakenFromTheEvents) {
  Sealed world;
  world.files.damage(world.path(1), world.first_identity(1));
  world.open();
  EXPECT_EQ(world.known(), "111111111111");
  ASSERT_EQ(world.log->corruptions().size(), 1u);
  EXPECT_EQ(world.log->corruptions()[0].file, world.path(1));
}

// Any byte of what the start reads of an old segment, or does not: it ends where it ended.
TEST(Start, NoByteOfAnOldIndexChangesWhatTheLogHolds) {
  const Sealed before(std::chrono::hours(24), 4);
  Sealed sizes(std::chrono::hours(24), 4);
  const auto size = sizes.files.bytes(sizes.path(1)).size();
  for (auto at = sizes.first_identity(1); at < size; ++at) {
    Sealed world(std::chrono::hours(24), 4);
    world.files.damage(world.path(1), at);
    world.open();
    EXPECT_EQ(world.known(), "000000001111") << at;
    EXPECT_EQ(world.log->end_offset(), 12u) << at;
    EXPECT_EQ(world.log->totals(), before.log->totals()) << at;
    EXPECT_EQ(world.log->segments()[1].end_offset, 6u) << at;
    EXPECT_EQ(world.log->segments()[1].last_at, before.log->segments()[1].last_at) << at;
    EXPECT_EQ(world.scan(1).size(), 1u) << at;
  }
}

TEST(Start, DoesNotReadTheUnwrittenEndOfTheLastSegment) {
  World world;
  world.options.segment_size = 8 << 20;
  world.open();
  ASSERT_TRUE(world.put({"a"}));
  world.files.bytes_read = 0;
  world.open();
  EXPECT_LT(world.files.bytes_read, std::uint64_t{4} << 20) << "a piece for each look at the end";
}

TEST(Start, ReadsOfOldSegmentsTheHeads) {
  World world;
  world.options.segment_size = 64 << 10, world.options.dedup_max = 1;
  world.open();
  for (int i = 0; i < 2'000; ++i) {
    Ids ids;
    for (int k = 0; k < 20; ++k) ids.push_back(std::to_string(20 * i + k));
    ASSERT_TRUE(world.put(ids));
  }
  world.seal();
  const auto sealed = world.segments().size() - 1;
  ASSERT_GT(sealed, 30U);
  world.files.bytes_read = 0;
  world.open();
  EXPECT_LT(world.files.bytes_read, sealed * (8U << 10) + 8 * world.options.segment_size);
}

// Written far behind the end, with nothing in between: a frame there is found, as damage before it.
TEST(Start, AFrameBehindAHoleIsFound) {
  World world;
  world.options.segment_size = 1 << 20;
  world.open();
  ASSERT_TRUE(world.put({"a"}));
  const auto first = world.files.bytes(world.path(0));
  ASSERT_TRUE(world.put({"b"}));
  auto& bytes = world.files.bytes(world.path(0));
  const auto length = first.find_last_not_of('\0') + 1;
  const auto frame = bytes.substr(length, 1000);
  bytes.replace(length, frame.size(), frame.size(), '\0');
  bytes.replace(300'000, frame.size(), frame);
  EXPECT_EQ(world.ids(), (Ids{"a", "b"}));
  world.open();
  EXPECT_EQ(world.log->end_offset(), 2u);
  EXPECT_EQ(world.log->corruptions().size(), 1u);
}

// A torn frame whose rest was never written, at the end of what was.
TEST(Start, ATornFrameBeforeAHoleIsCut) {
  World world;
  world.options.segment_size = 1 << 20;
  world.open();
  ASSERT_TRUE(world.put({"a"}));
  const auto length = world.files.bytes(world.path(0)).find_last_not_of('\0') + 1;
  ASSERT_TRUE(world.put({"b"}, 20'000));
  auto& bytes = world.files.bytes(world.path(0));
  bytes.replace(length + 8192, 30'000, 30'000, '\0');
  world.open();
  EXPECT_EQ(world.ids(), Ids{"a"});
  EXPECT_TRUE(world.log->corruptions().empty());
  EXPECT_EQ(world.files.bytes(world.path(0)).find_last_not_of('\0') + 1, length);
  EXPECT_EQ(world.files.bytes(world.path(0)).size(), std::size_t{1} << 20);
}

}  // namespace
}  // namespace alarum::journal
