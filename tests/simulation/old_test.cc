// The stored folders of older alarums come onto a simulated disk as they were: book with its log,
// segments, checkpoints. And what a newer one has written is refused.
#include "tests/simulation/old.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include "alert/book.h"
#include "alert/sqlite.h"
#include "alert/sqlite_files.h"
#include "app/core.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "journal/frame.h"
#include "journal/generations.h"
#include "journal/log.h"
#include "rules/rule_set.h"
#include "tests/simulation/catalogue.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/receivers.h"
#include "tests/simulation/texts.h"

namespace alarum::simulation {
namespace {

/// A machine that goes on with a stored folder.
struct Machine {
  explicit Machine(const std::string& name)
      : clock(old_folder(name)->end + std::chrono::seconds(5)) {
    const auto old = put_old_folder(name, disk, "/data");
    EXPECT_TRUE(old) << name << ": " << old.error().message;
    disk.crash(Crash::power_cut);  // all of it is synced
    disk.reboot();
  }

  /// Why today's alarum does not start on it; empty: it does.
  std::string refusal() {
    Diagnostics faults;
    auto loaded = texts.load(rule_set(kOldRules)->yaml, config_text(kOldConfig)->yaml, faults);
    loaded->config.data = "/data";
    const auto core =
        app::Core::open(std::move(*loaded), {disk, clock, random, receivers, &sqlite}, {});
    return core ? std::string() : core.error().message;
  }

  /// The last file of that kind.
  std::string path(std::string_view ending) const {
    std::string out;
    for (const auto& one : disk.paths()) {
      if (one.ends_with(ending)) out = std::max(out, one);
    }
    return out;
  }
  void change(std::string_view ending, const std::function<void(std::string&)>& how) {
    auto bytes = *disk.bytes(path(ending));
    how(bytes);
    disk.put(path(ending), bytes);
  }

  SeededRandom random{1};
  SimulatedDisk disk{random};
  SimulatedClock clock;
  SimulatedTransport receivers{clock, 1};
  alert::SqliteFiles sqlite{disk, random};
  Texts texts;
};

// The number that stands behind that text in a checkpoint, `by` more; its sum is right.
void raise_in_checkpoint(std::string& file,
                         const std::function<std::size_t(const std::string& state)>& place,
                         int by = 1) {
  const auto head = file.find('\n') + 1;
  auto state = file.substr(head);
  state[place(state)] = static_cast<char>(state[place(state)] + by);
  file = fmt::format("alarum-checkpoint 1 {:08x}\n", crc32c(state)) + state;
}
std::size_t behind(const std::string& state, std::string_view text) {
  return state.find(text) + text.size();
}
std::size_t in_groups(const std::string& state) {
  ByteReader in(state);
  (void)in.text(), (void)in.number(), (void)in.time();
  return static_cast<std::size_t>(in.text().data() - state.data());
}

void expect_refused(Machine& machine, const std::string& is, const std::string& known) {
  const auto why = machine.refusal();
  EXPECT_NE(why.find("is of version " + is + ", written by a newer alarum"), std::string::npos)
      << why;
  EXPECT_NE(why.find("up to version " + known + ": start that one or a newer one"),
            std::string::npos)
      << why;
}

TEST(Old, EachFolderIsOnTheDiskAsItWasAndItsBookIsReadByOurs) {
  ASSERT_GE(old_folders().size(), 2U);
  for (const auto& name : old_folders()) {
    Machine machine(name);
    EXPECT_GE(machine.disk.list("/data/segments")->size(), 3U) << name;
    EXPECT_FALSE(machine.disk.list("/data/checkpoints")->empty()) << name;
    EXPECT_EQ(machine.disk.list("/data/generations")->size(), 1U) << name;
    const auto book = alert::Book::open("/data/book.sqlite", &machine.sqlite);
    ASSERT_TRUE(book) << name << ": " << book.error().message;
    const auto counts = (*book)->counts();
    ASSERT_TRUE(counts) << counts.error().message;
    EXPECT_EQ(counts->firing, old_folder(name)->firing.size()) << name;
    EXPECT_EQ(counts->pending, old_folder(name)->waiting) << name;
  }
}

TEST(Old, TodaysAlarumStartsOnEach) {
  for (const auto& name : old_folders()) EXPECT_EQ(Machine(name).refusal(), "") << name;
}

TEST(Old, WhatIsNotThereIsSaid) {
  SeededRandom random(1);
  SimulatedDisk disk(random);
  const auto old = put_old_folder("never", disk, "/data");
  ASSERT_FALSE(old);
  EXPECT_EQ(old.error().reason, "not_found");
}

// As an older binary sees a folder after a newer one: each version is one more than it knows.
class ANewerFolder : public testing::Test {
 protected:
  Machine machine{"nov-29"};
};

TEST_F(ANewerFolder, IsRefusedByItsBook) {
  ASSERT_TRUE(alert::Database::open("/data/book.sqlite", &machine.sqlite)
                  ->script("UPDATE meta SET value = value + 5 WHERE name = 'version'"));
  expect_refused(machine, "12", "11");
}

TEST_F(ANewerFolder, IsRefusedByAFrame) {
  machine.change(".seg", [](std::string& bytes) {
    bytes[4] = journal::kFrameVersion + 1;
    const auto body = journal::parse_header(bytes)->body_length;
    const auto sum = crc32c(std::string_view(bytes).substr(journal::kFrameHeader, body),
                            crc32c(std::string_view(bytes).substr(0, journal::kFrameHeader - 4)));
    std::memcpy(bytes.data() + journal::kFrameHeader - 4, &sum, 4);
  });
  expect_refused(machine, "6", "5");
}

TEST_F(ANewerFolder, IsRefusedByTheIndexOfASealedSegment) {
  machine.change(".segz", [](std::string& bytes) {
    constexpr std::size_t kVersion = 16, kSum = 12, kTrailer = 32;  // from the end
    bytes[bytes.size() - kVersion] += 2;
    std::uint64_t at = 0;
    std::memcpy(&at, bytes.data() + bytes.size() - kTrailer, sizeof at);
    const auto sum = crc32c(std::string_view(bytes).substr(at, bytes.size() - kSum - at));
    std::memcpy(bytes.data() + bytes.size() - kSum, &sum, 4);
  });
  expect_refused(machine, "4", "3");
}

TEST_F(ANewerFolder, IsRefusedByTheStateInACheckpoint) {
  machine.change(".ckpt", [](std::string& file) {
    raise_in_checkpoint(
        file, [](const auto& state) { return behind(state, "alarum-ledger"); }, 3);
  });
  expect_refused(machine, "5", "4");
}

TEST_F(ANewerFolder, IsRefusedByTheGroupsInACheckpoint) {
  machine.change(".ckpt", [](std::string& file) { raise_in_checkpoint(file, in_groups, 2); });
  expect_refused(machine, "7", "6");
}

TEST_F(ANewerFolder, IsRefusedByTheEngineInACheckpoint) {
  machine.change(".ckpt", [](std::string& file) {
    raise_in_checkpoint(file, [](const auto& state) { return behind(state, "alarum-state"); });
  });
  expect_refused(machine, "9", "8");
}

TEST_F(ANewerFolder, IsRefusedByItsRules) {
  const std::string rules = R"({"version":3,"files":[],"tables":[]})";
  const auto hash = sha256_hex(rules);
  ASSERT_TRUE(journal::save_generation(machine.disk, "/data", hash, rules));
  {
    journal::Options options;
    options.folder = "/data";
    auto log = journal::Log::open(options, machine.disk);
    ASSERT_TRUE(log) << log.error().message;
    ASSERT_TRUE((*log)->commit_control(model::Reload{hash}, {machine.clock.wall(), {}}));
  }
  expect_refused(machine, "3", "2");
}

// One that no binary of today reads is no reason to stay down: the journal is replayed instead.
TEST_F(ANewerFolder, ACheckpointThatIsTooOldIsPassedOverAndTheJournalIsReplayed) {
  machine.change(".ckpt", [](std::string& file) {
    raise_in_checkpoint(file, [](std::string state) { return behind(state, "alarum-state"); });
    auto state = file.substr(file.find('\n') + 1);
    state[behind(state, "alarum-state")] = 3;
    file = fmt::format("alarum-checkpoint 1 {:08x}\n", crc32c(state)) + state;
  });
  EXPECT_EQ(machine.refusal(), "");
}

}  // namespace
}  // namespace alarum::simulation
