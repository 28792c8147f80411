// The book over a disk that crashes, runs full and fails.
#include <gtest/gtest.h>

#include <algorithm>

#include "alert/book.h"
#include "alert/book_view.h"
#include "alert/sqlite_files.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/disk.h"

namespace alarum::simulation {
namespace {

using alert::Book;

constexpr std::uint64_t kStep = 25;  // between the operations at which lives end
constexpr auto kPath = "/data/book.sqlite";
constexpr int kCommits = 16;  // of 80 KB each: the WAL goes into the database once

Book::Batch commit_of(int i) {
  model::Change change;
  change.alert.id = "a" + std::to_string(i), change.alert.rule = "Card",
  change.alert.key = change.alert.id;
  change.alert.annotations = {{"text", std::string(35'000, static_cast<char>('a' + i % 26))}};
  change.offset = static_cast<model::Offset>(i);
  change.at = change.alert.changed_at = Time(std::chrono::seconds(i));
  model::Notification notification;
  notification.id = "n" + std::to_string(i), notification.target = "x",
  notification.group_key = "g", notification.body = "body";
  notification.alert_id = change.alert.id, notification.alert_ids = {change.alert.id};
  Book::Batch batch;
  batch.changes = {change}, batch.notifications = {notification},
  batch.processed = static_cast<model::Offset>(i + 1);
  return batch;
}

struct BookMachine {
  explicit BookMachine(std::uint64_t seed) : random(seed), disk(random) {
    EXPECT_TRUE(disk.make_folder("/data"));
    EXPECT_TRUE(disk.sync_folder("/data"));
  }

  // Commits on from what the book has, until the end or an error. What it says when nobody crashes
  // it: all were committed.
  bool live() {
    alert::SqliteFiles files(disk, random);
    const auto book = Book::open(kPath, &files);
    if (!book) return false;
    committed = static_cast<int>((*book)->processed());
    lives = true;
    for (auto i = static_cast<int>((*book)->processed()); i < kCommits; ++i) {
      if (!(*book)->commit(commit_of(i))) break;
      committed = i + 1;
      if ((*book)->syncs().doubt()) (void)(*book)->settle();  // as the engine's stage does
    }
    lives = false;
    return committed == kCommits;
  }

  // One of the first syncs of the database or of its WAL.
  void fail_a_sync(std::uint64_t which) {
    disk.fail_nth(Operation::sync, 1 + which / 2 % 5,
                  SimulatedDisk::only(which % 2 == 0 ? Place::book : Place::book_wal));
  }

  // The first commits are there, all of each of them.
  void expect_whole(int at_least, int at_most) {
    alert::SqliteFiles files(disk, random);
    const auto book = Book::open(kPath, &files);
    ASSERT_TRUE(book) << book.error().message;
    const auto processed = static_cast<int>((*book)->processed());
    EXPECT_GE(processed, at_least);
    EXPECT_LE(processed, at_most);
    EXPECT_EQ((*book)->history()->size(), static_cast<std::size_t>(processed));
    EXPECT_EQ((*book)->pending("x", 0, 1000)->size(), static_cast<std::size_t>(processed));
    auto view = alert::BookView::open(kPath, &files);
    ASSERT_TRUE(view) << view.error().message;
    EXPECT_EQ(*view->processed(), static_cast<model::Offset>(processed));
    EXPECT_EQ(view->alert("a0")->has_value(), processed > 0);
    auto database = *alert::Database::open(kPath, &files);
    EXPECT_EQ(alert::text((*database.query("PRAGMA integrity_check"))[0][0]), "ok");
  }

  SeededRandom random;
  SimulatedDisk disk;
  int committed = 0;
  bool lives = false;  // and has not begun to end: `committed` is what the book has
};

std::uint64_t operations_of_a_life() {
  BookMachine machine(1);
  EXPECT_TRUE(machine.live());
  return machine.disk.operations();
}

TEST(SimulatedBook, HasAfterAKillAtAnyOperationAllThatWasCommitted) {
  const auto all = operations_of_a_life();
  EXPECT_GT(all, 300u);
  for (std::uint64_t at = 4; at <= all && !HasFailure(); at += kStep) {
    SCOPED_TRACE(at);
    BookMachine machine(at);
    machine.disk.crash_at(at, Crash::kill);
    (void)machine.live();
    machine.disk.reboot();
    machine.expect_whole(machine.committed, machine.committed + 1);
    EXPECT_TRUE(machine.live());
  }
}

TEST(SimulatedBook, HasAfterAPowerCutAtAnyOperationTheFirstCommitsWhole) {
  const auto all = operations_of_a_life();
  for (std::uint64_t at = 4; at <= all && !HasFailure(); at += kStep) {
    SCOPED_TRACE(at);
    BookMachine machine(at);
    int synced = 0;
    machine.disk.on_operation = [&](Operation operation, const std::string& path, Outcome outcome) {
      if (machine.lives && operation == Operation::sync && place_of(path) == Place::book_wal &&
          outcome == Outcome::done)
        synced = std::max(synced, machine.committed);
    };
    machine.disk.crash_at(at, Crash::power_cut);
    (void)machine.live();
    machine.disk.reboot();
    machine.expect_whole(synced, machine.committed + 1);
    machine.disk.crash_at(machine.disk.operations() + machine.random.below(all), Crash::power_cut);
    (void)machine.live();
    machine.disk.reboot();
    machine.expect_whole(synced, kCommits);
  }
}

// The disk says once that a sync failed, and has then forgotten what it could not write. Whether
// the WAL's or the database's sync failed: SQLite would go on as if all were on disk.
TEST(SimulatedBook, IsWholeAfterAFailedSyncAndAPowerCut) {
  for (std::uint64_t seed = 1; seed <= 300 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    BookMachine machine(seed);
    machine.fail_a_sync(seed);
    machine.disk.on_operation = [&](Operation operation, const std::string&, Outcome outcome) {
      if (operation != Operation::sync || outcome != Outcome::failed) return;
      machine.disk.crash_at(machine.disk.operations() + 1 + machine.random.below(400),
                            Crash::power_cut);
    };
    (void)machine.live();
    machine.disk.crash(Crash::power_cut);
    machine.disk.reboot();
    machine.disk.clear_faults();
    machine.expect_whole(0, kCommits);
  }
}

// The process ends with what it knew of failed syncs; the system goes on, and has forgotten.
TEST(SimulatedBook, IsWholeAfterAFailedSyncAKillAndAPowerCut) {
  const auto all = operations_of_a_life();
  for (std::uint64_t seed = 1; seed <= 300 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    BookMachine machine(seed);
    machine.fail_a_sync(seed);
    machine.disk.on_operation = [&](Operation operation, const std::string&, Outcome outcome) {
      if (operation == Operation::sync && outcome == Outcome::failed)
        machine.disk.crash(Crash::kill);
    };
    (void)machine.live();
    machine.disk.crash(Crash::kill);
    machine.disk.reboot();
    machine.disk.clear_faults();
    machine.disk.crash_at(machine.disk.operations() + machine.random.below(all / 2),
                          Crash::power_cut);
    (void)machine.live();
    machine.disk.crash(Crash::power_cut);
    machine.disk.reboot();
    machine.expect_whole(0, kCommits);
  }
}

// For a reader's sake a checkpoint does not sync what it wrote; the next one does, and writes only
// what came since.
TEST(SimulatedBook, IsWholeWhenTheSyncOfPagesOfAnEarlierCheckpointFails) {
  for (std::uint64_t seed = 1; seed <= 20 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    BookMachine machine(seed);
    {
      alert::SqliteFiles files(machine.disk, machine.random);
      const auto book = *Book::open(kPath, &files);
      int i = 0;
      while (i < 8) ASSERT_TRUE(book->commit(commit_of(i++)));
      {
        auto reader = *alert::Database::open_read_only(kPath, &files);
        ASSERT_TRUE(reader.run("BEGIN"));
        ASSERT_TRUE(reader.query("SELECT count(*) FROM history"));
        while (i < 16) ASSERT_TRUE(book->commit(commit_of(i++)));
      }
      machine.disk.fail_nth(Operation::sync, 1, SimulatedDisk::only(Place::book));
      ASSERT_TRUE(book->commit(commit_of(i++)));
      ASSERT_TRUE(book->syncs().doubt());
      EXPECT_EQ(book->syncs().doubt()->reason, "sync_failed");
      ASSERT_TRUE(book->settle());
      ASSERT_FALSE(book->syncs().doubt());
      while (i < 22) ASSERT_TRUE(book->commit(commit_of(i++)));
      machine.disk.crash(Crash::power_cut);
    }
    machine.disk.reboot();
    machine.expect_whole(17, 22);
  }
}

TEST(SimulatedBook, CountsNoSyncWhileItIsInDoubt) {
  BookMachine machine(1);
  alert::SqliteFiles files(machine.disk, machine.random);
  const auto book = *Book::open(kPath, &files);
  const auto works = [] { return Result<void>(); };
  ASSERT_TRUE(book->commit(commit_of(0)));
  EXPECT_TRUE(book->syncs().sync(works));
  EXPECT_EQ(book->syncs()
                .sync([]() -> Result<void> { return fail("io_error", "cable out"); })
                .error()
                .reason,
            "io_error");
  EXPECT_EQ(book->syncs().sync(works).error().reason, "history_in_doubt");
  machine.disk.set_fail_rate(Operation::sync, 1);
  EXPECT_EQ(book->settle().error().reason, "sync_failed");
  EXPECT_EQ(book->syncs().sync(works).error().reason, "history_in_doubt");
  machine.disk.clear_faults();
  EXPECT_TRUE(book->settle());
  EXPECT_TRUE(book->syncs().sync(works));
  machine.disk.crash(Crash::power_cut);
  machine.disk.reboot();
  machine.expect_whole(1, 1);
}

TEST(SimulatedBook, GoesOnAfterFailures) {
  for (const auto operation : {Operation::write, Operation::sync, Operation::read, Operation::open,
                               Operation::remove, Operation::truncate, Operation::sync_folder}) {
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      SCOPED_TRACE(std::string(to_text(operation)) + ' ' + std::to_string(seed));
      BookMachine machine(seed);
      machine.disk.set_fail_rate(operation, 0.02);
      for (int i = 0; i < 20; ++i) (void)machine.live(), machine.disk.reboot();
      machine.disk.clear_faults();
      machine.disk.crash(Crash::kill);
      machine.disk.reboot();
      machine.expect_whole(machine.committed, machine.committed + 1);
      EXPECT_TRUE(machine.live());
    }
  }
}

TEST(SimulatedBook, SaysThatTheDiskIsFullAndGoesOnWhenThereIsRoom) {
  for (std::uint64_t room = 1; room < 2'000'000; room += 40'000) {
    SCOPED_TRACE(room);
    BookMachine machine(room);
    alert::SqliteFiles files(machine.disk, machine.random);
    machine.disk.set_capacity(room);
    auto book = Book::open(kPath, &files);
    Result<void> done;
    for (int i = 0; book && done && i < kCommits; ++i) done = (*book)->commit(commit_of(i));
    ASSERT_FALSE(book && done);
    EXPECT_EQ(book ? done.error().reason : book.error().reason, "disk_full");
    machine.disk.set_capacity(~std::uint64_t{0});
    if (!book) book = Book::open(kPath, &files);
    ASSERT_TRUE(book);
    EXPECT_TRUE((*book)->commit(commit_of(static_cast<int>((*book)->processed()))));
  }
}

TEST(SimulatedBook, IsTheSameForTheSameSeed) {
  const auto life = [](std::uint64_t seed) {
    BookMachine machine(seed);
    alert::SqliteFiles files(machine.disk, machine.random);
    const auto book = *Book::open(kPath, &files);
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(book->commit(commit_of(i)));
    return *machine.disk.bytes("/data/book.sqlite-wal");
  };
  EXPECT_EQ(life(3), life(3));
  EXPECT_NE(life(3), life(4)) << "the salts of the WAL";
}

TEST(SimulatedBook, RefusesASecondWriterAtOnceAndLetsReadersRead) {
  BookMachine machine(1);
  alert::SqliteFiles files(machine.disk, machine.random);
  auto one = *alert::Database::open("/data/a.sqlite", &files),
       two = *alert::Database::open("/data/a.sqlite", &files);
  ASSERT_TRUE(one.script("PRAGMA journal_mode = WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1)"));
  ASSERT_TRUE(one.run("BEGIN IMMEDIATE"));
  ASSERT_TRUE(one.run("INSERT INTO t VALUES(2)"));
  EXPECT_EQ(two.run("BEGIN IMMEDIATE").error().reason, "history_error");
  EXPECT_EQ(two.query("SELECT x FROM t")->size(), 1u);
  ASSERT_TRUE(one.run("COMMIT"));
  EXPECT_EQ(two.query("SELECT x FROM t")->size(), 2u);
  EXPECT_EQ(alert::Database::open_read_only("/data/none.sqlite", &files).error().reason,
            "not_found");
  EXPECT_FALSE(machine.disk.exists("/data/none.sqlite"));
}

TEST(SimulatedBook, OpensCheaply) {
  BookMachine machine(1);
  ASSERT_TRUE(machine.live());
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) {
    alert::SqliteFiles files(machine.disk, machine.random);
    ASSERT_TRUE(Book::open(kPath, &files));
    machine.disk.crash(Crash::kill), machine.disk.reboot();
  }
  const auto each = (std::chrono::steady_clock::now() - began) / 100;
  std::printf("one opening: %lld us\n",
              static_cast<long long>(each / std::chrono::microseconds(1)));
}

}  // namespace
}  // namespace alarum::simulation
