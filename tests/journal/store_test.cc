// What stands beside the segments: generations, checkpoints; and engine time.
#include "base/hash.h"
#include "journal/checkpoints.h"
#include "journal/engine_clock.h"
#include "journal/generations.h"
#include "tests/journal/world.h"

namespace alarum::journal {
namespace {

using namespace std::chrono_literals;

TEST(Generations, AreStoredOnceAndFoundByTheirId) {
  testing::MemoryFiles files;
  const std::string text = "the rules", hash = sha256_hex(text);
  ASSERT_TRUE(save_generation(files, "data", hash, text));
  ASSERT_TRUE(save_generation(files, "data", hash, text));
  EXPECT_EQ(*load_generation(files, "data", hash), text);
  const auto id = std::stoull(hash.substr(0, 16), nullptr, 16);
  EXPECT_EQ(*find_generation(files, "data", id), hash);
  EXPECT_EQ(find_generation(files, "data", id + 1).error().reason, "not_found");
  prune_generations(files, "data", {id});
  EXPECT_TRUE(load_generation(files, "data", hash));
  prune_generations(files, "data", {id + 1});
  EXPECT_EQ(load_generation(files, "data", hash).error().reason, "not_found");
}

// The first save renames the file and fails then; the record that the second one lets through must
// not name what a power cut takes away.
TEST(Generations, OneThatIsThereAlreadyIsOnDiskBeforeARecordNamesIt) {
  testing::MemoryFiles files;
  std::mt19937 random(1);
  const std::string text = "the rules", hash = sha256_hex(text), csv = "server\ns1\n",
                    attached = sha256_hex(csv);
  files.on_sync = [](const std::string& path) {
    return path == "data/generations" ? Result<void>(fail("io_error", "cable out"))
                                      : Result<void>();
  };
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(save_attached(files, "data", attached, csv));
    EXPECT_FALSE(save_generation(files, "data", hash, text));
  }
  files.on_sync = {};
  ASSERT_TRUE(save_attached(files, "data", attached, csv));
  files.crash(random);
  EXPECT_TRUE(load_attached(files, "data", attached));
  ASSERT_TRUE(save_generation(files, "data", hash, text));
  files.crash(random);
  EXPECT_TRUE(load_generation(files, "data", hash));
}

TEST(Generations, AFileThatIsPartOfThemIsStoredOnceAndGoesWithTheLast) {
  testing::MemoryFiles files;
  const std::string csv = "server\ns1\n", hash = sha256_hex(csv);
  const auto path = "data/generations/" + hash + ".csv.zst";
  const auto generation = [&](const std::string& rules) {
    return R"({"version":2,"inventory":{"path":"f.csv","sha256":")" + hash + R"("},"files":[")" +
           rules + R"("]})";
  };
  const auto id_of = [](const std::string& text) {
    return std::stoull(sha256_hex(text).substr(0, 16), nullptr, 16);
  };
  const std::string other = R"({"version":1,"files":["\"sha256\":\"")" + hash + R"("]})";
  for (const auto& text : {generation("a"), generation("b"), other}) {
    ASSERT_TRUE(save_attached(files, "data", hash, csv));
    ASSERT_TRUE(save_generation(files, "data", sha256_hex(text), text));
  }
  EXPECT_EQ(*load_attached(files, "data", hash), csv);
  prune_generations(files, "data", {id_of(generation("b")), id_of(other)});
  EXPECT_EQ(*load_attached(files, "data", hash), csv);
  const auto damaged = "data/generations/" + sha256_hex(generation("b")) + ".json.zst";
  const auto as_it_was = std::exchange(files.bytes(damaged), "not zstd");
  prune_generations(files, "data", {id_of(generation("b")), id_of(other)});
  EXPECT_EQ(*load_attached(files, "data", hash), csv) << "whoever names it may come back";
  files.bytes(damaged) = as_it_was;
  prune_generations(files, "data", {id_of(other)});
  EXPECT_EQ(load_attached(files, "data", hash).error().reason, "not_found");
  EXPECT_TRUE(load_generation(files, "data", sha256_hex(other)));
}

TEST(Generations, ADamagedOneIsKnownAndWrittenAnew) {
  testing::MemoryFiles files;
  const std::string text(500, 'r'), hash = sha256_hex(text);
  ASSERT_TRUE(save_generation(files, "data", hash, text));
  const auto path = "data/generations/" + hash + ".json.zst";
  for (std::size_t at = 0; at < files.bytes(path).size(); ++at) {
    files.damage(path, at);
    const auto loaded = load_generation(files, "data", hash);
    EXPECT_TRUE(!loaded || *loaded == text) << at;
    files.damage(path, at);
  }
  files.bytes(path).resize(3);
  EXPECT_EQ(load_generation(files, "data", hash).error().reason, "bad_generation");
  ASSERT_TRUE(save_generation(files, "data", hash, text));
  EXPECT_EQ(*load_generation(files, "data", hash), text);
}

bool save(Checkpoints& checkpoints, const Checkpoint& checkpoint) {
  auto draft = checkpoints.begin(checkpoint.offset);
  return draft && (*draft)->add(checkpoint.state) && (*draft)->finish();
}

TEST(Checkpoints, ADraftIsNothingBeforeItIsFinishedAndGivesItsRoomBack) {
  testing::MemoryFiles files;
  Checkpoints checkpoints(files, "data");
  std::vector<std::string> damaged;
  ASSERT_TRUE(save(checkpoints, {10, "whole"}));
  auto draft = checkpoints.begin(20);
  ASSERT_TRUE(draft && (*draft)->add("half of ") && (*draft)->add("it"));
  EXPECT_EQ(checkpoints.load(1000, damaged)->state, "whole");
  std::mt19937 random(1);
  files.crash(random);
  EXPECT_EQ(checkpoints.load(1000, damaged)->state, "whole");
  EXPECT_TRUE(damaged.empty());

  draft = checkpoints.begin(30);
  ASSERT_TRUE(draft && (*draft)->add("in ") && (*draft)->add("parts") && (*draft)->finish());
  EXPECT_EQ(checkpoints.load(1000, damaged)->state, "in parts");

  draft = checkpoints.begin(40);
  files.capacity = 200;
  EXPECT_EQ((*draft)->add(std::string(1000, 'x')).error().reason, "disk_full");
  (*draft)->give_up();
  EXPECT_FALSE(files.exists("data/checkpoints/draft.tmp"));
  EXPECT_EQ(checkpoints.load(1000, damaged)->offset, 30u);
  EXPECT_TRUE(damaged.empty());
}

// A checkpoint that is ahead of the book could not be used.
TEST(Checkpoints, OneCountsOnlyOnceWhatItReliesOnIsOnDisk) {
  testing::MemoryFiles files;
  Checkpoints checkpoints(files, "data");
  checkpoints.rely_on([&files]() -> Result<void> {
    const auto file = files.open("data/book-wal", false);
    return file ? (*file)->sync() : Result<void>();
  });
  ASSERT_TRUE(save(checkpoints, {10, "there is no book"}));
  ASSERT_TRUE((*files.open("data/book-wal", true))->write(0, "processed 20"));
  ASSERT_TRUE(save(checkpoints, {20, "with it"}));
  std::mt19937 random(1);
  files.crash(random);
  EXPECT_EQ(*read_file(files, "data/book-wal"), "processed 20");
  files.on_sync = [](const std::string& path) {
    return path == "data/book-wal" ? Result<void>(fail("io_error", "cable out")) : Result<void>();
  };
  EXPECT_FALSE(save(checkpoints, {30, "too early"}));
  std::vector<std::string> damaged;
  EXPECT_EQ(checkpoints.load(1000, damaged)->offset, 20u);
}

TEST(Checkpoints, TheNewestUsableOneIsLoadedAndThreeAreKept) {
  testing::MemoryFiles files;
  Checkpoints checkpoints(files, "data");
  EXPECT_FALSE(checkpoints.oldest());
  for (model::Offset offset : {10, 20, 30, 40})
    ASSERT_TRUE(save(checkpoints, {offset, "state " + std::to_string(offset)}));
  EXPECT_EQ(checkpoints.oldest(), 20u);
  std::vector<std::string> damaged;
  EXPECT_EQ(checkpoints.load(1000, damaged)->state, "state 40");
  EXPECT_EQ(checkpoints.load(35, damaged)->state, "state 30");
  EXPECT_FALSE(checkpoints.load(19, damaged));
  files.damage("data/checkpoints/00000000000000000040.ckpt", 33);
  EXPECT_EQ(checkpoints.load(1000, damaged)->offset, 30u);
  ASSERT_EQ(damaged.size(), 1u);
  EXPECT_EQ(damaged[0], "data/checkpoints/00000000000000000040.ckpt");
}

TEST(EngineClock, FollowsTheMonotonicClock) {
  HandClock clock;
  EngineClock time(clock, at_second(0));
  EXPECT_EQ(time.stamp().at, at_second(100));
  clock.pass(5s);
  EXPECT_EQ(time.stamp().at, at_second(105));
  EXPECT_FALSE(time.stepped());
}

TEST(EngineClock, AStepOfTheWallClockIsNoticedOnceAndNotFollowed) {
  HandClock clock;
  EngineClock time(clock, at_second(0));
  const auto wall = clock.now;
  EXPECT_EQ(time.look().wall, wall);
  clock.now -= 3600s;
  EXPECT_EQ(time.look().wall, wall) << "as stamps still have it";
  EXPECT_EQ(time.stepped(), Duration(-3600s));
  EXPECT_EQ(time.look().wall, wall - 3600s);
  EXPECT_FALSE(time.stepped());
  clock.pass(1s);
  EXPECT_EQ(time.stamp().at, at_second(101));
  clock.now += 1s;
  EXPECT_FALSE(time.stepped()) << "a second is no step";
}

TEST(EngineClock, NeverGoesBackBehindTheJournal) {
  HandClock clock;
  EngineClock time(clock, at_second(500));
  EXPECT_EQ(time.stamp().at, at_second(500));
  clock.pass(2s);
  EXPECT_EQ(time.stamp().at, at_second(502));
}

TEST(EngineClock, NeverGoesBackBehindWhatIsKnownOfLostRecords) {
  HandClock clock;
  EngineClock time(clock, at_second(0));
  clock.pass(5s);
  time.raise_to(at_second(500));
  EXPECT_EQ(time.stamp().at, at_second(500));
  EXPECT_EQ(time.stamp().ahead, 395s);
  clock.pass(2s);
  EXPECT_EQ(time.stamp().at, at_second(502));
  EXPECT_FALSE(time.stepped());
  EXPECT_LE(time.went_back(), Duration()) << "nobody knows how far it was ahead before";
  time.raise_to(at_second(100));
  EXPECT_EQ(time.stamp().at, at_second(502));
}

TEST(EngineClock, SaysHowFarItIsAheadOfTheWallClockAndWhatIsNewOfThat) {
  HandClock clock;
  EXPECT_EQ(EngineClock(clock, at_second(0)).stamp().ahead, Duration());
  EngineClock put_right(clock, at_second(500));
  EXPECT_EQ(put_right.stamp().ahead, 400s);
  EXPECT_EQ(put_right.went_back(), 400s);
  // A second of drift is none: events of the same time stay so. A step back to where it was leaves
  // nothing.
  clock.pass(60s), clock.now += 1s;
  EXPECT_FALSE(put_right.stepped());
  EXPECT_EQ(put_right.stamp().ahead, 400s);
  clock.now += 398s;
  EXPECT_TRUE(put_right.stepped());
  EXPECT_EQ(put_right.stamp().ahead, Duration());
  clock.now -= 399s;
  EXPECT_TRUE(put_right.stepped());
  // The next start is told that it is known.
  clock.pass(10s);
  EngineClock again(clock, put_right.stamp());
  EXPECT_EQ(again.stamp().ahead, 400s);
  EXPECT_LE(again.went_back(), Duration());
  clock.pass(10s);
  EXPECT_EQ(EngineClock(clock, put_right.stamp()).stamp().at, again.stamp().at)
      << "what passes while nobody runs";
  // Within two seconds both are one.
  EXPECT_EQ(EngineClock(clock, clock.now + 1s).stamp().ahead, Duration());
}

TEST(EngineClock, AStepIsNotTakenForTimeThatPassedByTheNextStartEither) {
  HandClock clock;
  EngineClock time(clock, at_second(100));
  clock.pass(5s);
  clock.now += 3600s;
  EXPECT_EQ(time.stepped(), Duration(3600s));
  const auto last = time.stamp();
  EXPECT_EQ(last.at, at_second(105));
  EXPECT_EQ(last.ahead, Duration(-3600s));
  clock.pass(20s);
  EngineClock again(clock, last);
  EXPECT_EQ(again.stamp().at, at_second(125));
  EXPECT_EQ(again.stamp().ahead, Duration(-3600s));
  EXPECT_LE(again.went_back(), Duration());
  // Put right meanwhile: how much passed nobody knows.
  clock.now -= 3600s;
  EngineClock right(clock, again.stamp());
  EXPECT_EQ(right.stamp().at, at_second(125));
  EXPECT_EQ(right.stamp().ahead, Duration());
}

}  // namespace
}  // namespace alarum::journal
