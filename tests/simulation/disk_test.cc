#include "tests/simulation/disk.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/simulation/clock.h"

namespace alarum::simulation {
namespace {

struct DiskMachine {
  explicit DiskMachine(std::uint64_t seed) : random(seed), disk(random) {
    EXPECT_TRUE(disk.make_folder("/data"));
    EXPECT_TRUE(disk.sync_folder("/data"));
  }
  std::unique_ptr<File> file(const std::string& path) {
    return std::move(disk.open(path, true).value());
  }
  std::unique_ptr<File> synced(const std::string& path, std::string_view text) {
    auto made = file(path);
    EXPECT_TRUE(made->write(0, text));
    EXPECT_TRUE(made->sync());
    EXPECT_TRUE(disk.sync_folder("/data"));
    return made;
  }
  void cut() { disk.crash(Crash::power_cut), disk.reboot(); }
  SeededRandom random;
  SimulatedDisk disk;
};

// What ends of many seeds there are.
template <class Life>
std::set<std::string> ends(Life life) {
  std::set<std::string> all;
  for (std::uint64_t seed = 0; seed < 300; ++seed) all.insert(life(seed));
  return all;
}

TEST(SimulatedDisk, KeepsWhatWasSynced) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    DiskMachine machine(seed);
    const auto text = std::string(3000, 'a');
    auto file = machine.synced("/data/a", text);
    ASSERT_TRUE(file->write(1000, std::string(5000, 'b')));
    machine.cut();
    const auto left = *machine.disk.bytes("/data/a");
    EXPECT_EQ(left.substr(0, 1000), text.substr(0, 1000));
    EXPECT_GE(left.size(), 3000u);
    EXPECT_EQ(left.find_first_not_of(std::string("ab\0", 3)), left.npos);
  }
}

TEST(SimulatedDisk, LosesUnsyncedSectorsInAnyCombination) {
  const auto all = ends([](std::uint64_t seed) {
    DiskMachine machine(seed);
    machine.disk.set_tears_sectors(false);
    auto file = machine.synced("/data/a", std::string(1024, '-'));
    EXPECT_TRUE(file->write(0, std::string(1024, 'x')));
    machine.cut();
    const auto left = *machine.disk.bytes("/data/a");
    return std::string{left[0], left[512]};
  });
  EXPECT_EQ(all, (std::set<std::string>{"--", "-x", "x-", "xx"}));
}

TEST(SimulatedDisk, TearsAWriteAtAnyByte) {
  const auto all = ends([](std::uint64_t seed) {
    DiskMachine machine(seed);
    auto file = machine.synced("/data/a", "-----");
    EXPECT_TRUE(file->write(0, "xxxxx"));
    machine.cut();
    return *machine.disk.bytes("/data/a");
  });
  EXPECT_EQ(all, (std::set<std::string>{"-----", "x----", "xx---", "xxx--", "xxxx-", "xxxxx"}));
}

TEST(SimulatedDisk, LosesNamesThatWereNotSynced) {
  const auto life = [](std::uint64_t seed, bool reorder) {
    DiskMachine machine(seed);
    machine.disk.set_names_reorder(reorder);
    machine.synced("/data/old", "1");
    auto made = machine.file("/data/new.tmp");
    EXPECT_TRUE(made->sync());
    EXPECT_TRUE(machine.disk.rename("/data/new.tmp", "/data/new"));
    EXPECT_TRUE(machine.disk.remove("/data/old"));
    machine.cut();
    std::string left;
    const auto names = *machine.disk.list("/data");
    for (const auto& name : names) left += name + ' ';
    return left;
  };
  EXPECT_EQ(ends([&](auto seed) { return life(seed, false); }),
            (std::set<std::string>{"old ", "new.tmp old ", "new old ", "new "}));
  EXPECT_EQ(ends([&](auto seed) { return life(seed, true); }).size(), 6u)
      << "also a removal before the creation, and nothing at all";
}

TEST(SimulatedDisk, KeepsAtAKillAllThatWasWritten) {
  DiskMachine machine(1);
  ASSERT_TRUE(machine.file("/data/a")->write(0, "text"));
  machine.disk.crash(Crash::kill);
  machine.disk.reboot();
  EXPECT_EQ(machine.disk.bytes("/data/a"), "text");
}

// A life that took a power cut for a kill, since a kill was planned before anybody saw that the
// disk was frozen, said that receipts were lost for no reason (seed 503816).
TEST(SimulatedDisk, TellsWhichCrashItWas) {
  DiskMachine machine(1);
  machine.disk.crash(Crash::power_cut);
  machine.disk.crash_at(machine.disk.operations() + 1, Crash::kill);
  machine.disk.crash(Crash::kill);
  EXPECT_EQ(machine.disk.crashed_by(), Crash::power_cut);
  machine.disk.reboot();
  machine.disk.crash(Crash::kill);
  EXPECT_EQ(machine.disk.crashed_by(), Crash::kill);
}

TEST(SimulatedDisk, IsAGhostAfterACrash) {
  DiskMachine machine(1);
  auto file = machine.synced("/data/a", "text");
  auto lock = machine.disk.lock("/data/lock");
  ASSERT_TRUE(lock);
  std::vector<Outcome> seen;
  machine.disk.on_operation = [&](Operation, const std::string&, Outcome outcome) {
    seen.push_back(outcome);
  };
  machine.disk.crash_at(machine.disk.operations() + 2, Crash::power_cut);
  EXPECT_TRUE(machine.disk.sync_folder("/data"));
  EXPECT_EQ(file->sync().error().reason, "io_error");
  EXPECT_TRUE(machine.disk.crashed());
  EXPECT_EQ(file->write(0, "more").error().reason, "io_error");
  EXPECT_EQ(file->read(0, 4).error().reason, "io_error");
  EXPECT_EQ(machine.disk.open("/data/b", true).error().reason, "io_error");
  EXPECT_EQ(seen, (std::vector{Outcome::done, Outcome::crashed, Outcome::ghost, Outcome::ghost,
                               Outcome::ghost}));
  machine.disk.reboot();
  EXPECT_EQ(file->write(0, "more").error().reason, "io_error") << "the handle is of another life";
  EXPECT_EQ(machine.disk.bytes("/data/a"), "text");
  auto again = machine.disk.lock("/data/lock");
  ASSERT_TRUE(again);
  lock->reset();
  EXPECT_EQ(machine.disk.lock("/data/lock").error().reason, "locked")
      << "what the dead one lets go is not ours";
}

TEST(SimulatedDisk, CrashesBeforeWithinAndAfterAWrite) {
  const auto all = ends([](std::uint64_t seed) {
    DiskMachine machine(seed);
    auto file = machine.synced("/data/a", "");
    machine.disk.crash_at(machine.disk.operations() + 1, Crash::kill);
    EXPECT_FALSE(file->write(0, "abc"));
    machine.disk.reboot();
    return *machine.disk.bytes("/data/a");
  });
  EXPECT_EQ(all, (std::set<std::string>{"", "a", "ab", "abc"}));
}

TEST(SimulatedDisk, LosesAfterAFailedSyncWhatALaterOneSeemsToHaveSynced) {
  const auto all = ends([](std::uint64_t seed) {
    DiskMachine machine(seed);
    auto file = machine.synced("/data/a", "-");
    EXPECT_TRUE(file->write(0, "x"));
    machine.disk.fail_nth(Operation::sync, 1);
    EXPECT_EQ(file->sync().error().reason, "io_error");
    EXPECT_TRUE(file->sync());
    EXPECT_EQ(*file->read(0, 1), "x");
    machine.cut();
    return *machine.disk.bytes("/data/a");
  });
  EXPECT_EQ(all, (std::set<std::string>{"-", "x"}));
}

TEST(AppendLine, BeginsANewLineAfterOneThatWasCut) {
  DiskMachine machine(1);
  const auto append = [&](const std::string& text) {
    return append_line(machine.disk, "/data/log", text);
  };
  ASSERT_TRUE(append("one\n"));
  machine.disk.set_capacity(6);
  EXPECT_EQ(append("two\n").error().reason, "disk_full");
  machine.disk.set_capacity(100);
  machine.disk.crash(Crash::kill), machine.disk.reboot();
  ASSERT_TRUE(append("three\n"));
  EXPECT_EQ(machine.disk.bytes("/data/log"), "one\ntw\nthree\n");
  ASSERT_TRUE(machine.disk.rename("/data/log", "/data/log.1"));
  ASSERT_TRUE(append("four\n"));
  EXPECT_EQ(machine.disk.bytes("/data/log"), "four\n");
}

TEST(SimulatedDisk, RunsFullAndGetsRoomBack) {
  DiskMachine machine(1);
  auto file = machine.synced("/data/a", "1234");
  machine.disk.set_capacity(6);
  EXPECT_EQ(file->write(4, "5678").error().reason, "disk_full");
  EXPECT_EQ(machine.disk.bytes("/data/a"), "123456") << "as much as fits";
  EXPECT_TRUE(file->write(0, "abcdef")) << "which needs no room";
  EXPECT_EQ(file->allocate(7).error().reason, "disk_full");
  ASSERT_TRUE(machine.disk.remove("/data/a"));
  EXPECT_EQ(machine.disk.used(), 0u);
  auto other = machine.file("/data/b");
  EXPECT_TRUE(other->write(0, "abcdef"));
  ASSERT_TRUE(machine.file("/data/c"));
  EXPECT_TRUE(machine.disk.rename("/data/c", "/data/b"));
  EXPECT_EQ(machine.disk.used(), 0u);
}

TEST(SimulatedDisk, FailsByRateAndPlace) {
  DiskMachine machine(1);
  ASSERT_TRUE(machine.disk.make_folder("/data/segments"));
  machine.disk.set_fail_rate(Operation::write, 0.5, SimulatedDisk::only(Place::segments));
  auto segment = machine.file("/data/segments/1"), other = machine.file("/data/other");
  int failed = 0;
  for (int i = 0; i < 100; ++i) {
    failed += segment->write(0, "x") ? 0 : 1;
    EXPECT_TRUE(other->write(0, "x"));
  }
  EXPECT_GT(failed, 30);
  EXPECT_LT(failed, 70);
  machine.disk.clear_faults();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(segment->write(0, "x"));
}

TEST(SimulatedDisk, DamagesOldBytesOnly) {
  DiskMachine machine(1);
  auto file = machine.synced("/data/a", "old");
  EXPECT_FALSE(machine.disk.damage_old(100, SimulatedDisk::kEverywhere));
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(machine.disk.sync_folder("/data"));
  auto young = machine.synced("/data/b", "new");
  const auto damage = machine.disk.damage_old(100, SimulatedDisk::kEverywhere);
  ASSERT_TRUE(damage);
  EXPECT_EQ(damage->path, "/data/a");
  EXPECT_LT(damage->position, 3u);
  EXPECT_NE(machine.disk.bytes("/data/a"), "old");
  EXPECT_TRUE(machine.disk.damages()[0].there);
  machine.cut();
  EXPECT_NE(machine.disk.bytes("/data/a"), "old");
  ASSERT_TRUE(machine.file("/data/a")->write(0, "xxx"));
  EXPECT_FALSE(machine.disk.damages()[0].there);
}

TEST(SimulatedDisk, HasFolders) {
  DiskMachine machine(1);
  EXPECT_EQ(machine.disk.open("/nowhere/a", true).error().reason, "not_found");
  EXPECT_EQ(machine.disk.list("/nowhere").error().reason, "not_found");
  ASSERT_TRUE(machine.disk.make_folder("/data/a/b"));
  ASSERT_TRUE(machine.file("/data/a/b/c"));
  EXPECT_EQ(*machine.disk.list("/data/a/b"), std::vector<std::string>{"c"});
  EXPECT_EQ(*machine.disk.list("/data"), std::vector<std::string>{});
}

TEST(SimulatedDisk, IsTheSameForTheSameSeed) {
  const auto life = [](std::uint64_t seed) {
    DiskMachine machine(seed);
    std::string trace;
    machine.disk.on_operation = [&](Operation operation, const std::string& path, Outcome outcome) {
      trace +=
          std::string(to_text(operation)) + ' ' + path + ' ' + std::string(to_text(outcome)) + '\n';
    };
    machine.disk.set_fail_rate(Operation::write, 0.1);
    machine.disk.crash_at(60, Crash::power_cut);
    auto file = machine.file("/data/a");
    for (int i = 0; i < 60; ++i)
      (void)file->write(static_cast<std::uint64_t>(i) * 700,
                        std::string(700, static_cast<char>('a' + i % 26)));
    machine.disk.reboot();
    return trace + machine.disk.bytes("/data/a").value_or("none");
  };
  EXPECT_EQ(life(7), life(7));
  EXPECT_NE(life(7), life(8));
}

}  // namespace
}  // namespace alarum::simulation
