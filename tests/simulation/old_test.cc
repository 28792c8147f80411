// The stored folders of older alarums come onto a simulated disk as they were: book with its log, segments, checkpoints.
#include "tests/simulation/old.h"

#include <gtest/gtest.h>

#include "alert/book.h"
#include "alert/sqlite_files.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/disk.h"

namespace alarum::simulation {
namespace {

TEST(Old, EachFolderIsOnTheDiskAsItWasAndItsBookIsReadByOurs) {
  ASSERT_FALSE(old_folders().empty());
  for (const auto& name : old_folders()) {
    SeededRandom random(1);
    SimulatedDisk disk(random);
    const auto old = put_old_folder(name, disk, "/data");
    ASSERT_TRUE(old) << name << ": " << old.error().message;
    disk.crash(Crash::power_cut);  // all of it is synced
    disk.reboot();
    EXPECT_GE(disk.list("/data/segments")->size(), 3U) << name;
    EXPECT_FALSE(disk.list("/data/checkpoints")->empty()) << name;
    EXPECT_EQ(disk.list("/data/generations")->size(), 1U) << name;
    alert::SqliteFiles files(disk, random);
    const auto book = alert::Book::open("/data/book.sqlite", &files);
    ASSERT_TRUE(book) << name << ": " << book.error().message;
    const auto counts = (*book)->counts();
    ASSERT_TRUE(counts) << counts.error().message;
    EXPECT_EQ(counts->firing, old->firing.size()) << name;
    EXPECT_EQ(counts->pending, old->waiting) << name;
  }
}

TEST(Old, WhatIsNotThereIsSaid) {
  SeededRandom random(1);
  SimulatedDisk disk(random);
  const auto old = put_old_folder("never", disk, "/data");
  ASSERT_FALSE(old);
  EXPECT_EQ(old.error().reason, "not_found");
}

}  // namespace
}  // namespace alarum::simulation
