#include "journal/segmented_log.h"

#include <condition_variable>
#include <filesystem>
#include <future>

#include "tests/journal/world.h"

namespace alarum::journal {
namespace {

struct Running {
  testing::MemoryFiles files;
  SystemClock clock;
  std::mutex mutex;  // guards records
  std::vector<model::Record> records;
  std::unique_ptr<SegmentedLog> log;

  explicit Running(std::uint64_t segment_size = 1 << 16) {
    Options options;
    options.folder = "data";
    options.segment_size = segment_size;
    log = std::move(*SegmentedLog::open(options, files, clock));
    const auto begun = log->begin([this](std::vector<model::Record> committed) {
      const std::lock_guard lock(mutex);
      for (auto& record : committed) records.push_back(std::move(record));
    });
    EXPECT_TRUE(begun);
    log->start();
  }
  std::future<Result<std::vector<Outcome>>> send(const Ids& ids, std::size_t padding = 0) {
    auto promise = std::make_shared<std::promise<Result<std::vector<Outcome>>>>();
    auto submission = submission_of(ids, padding);
    submission.done = [promise](Result<std::vector<Outcome>> outcome) {
      promise->set_value(std::move(outcome));
    };
    EXPECT_TRUE(log->submit(std::move(submission)));
    return promise->get_future();
  }
};

TEST(SegmentedLog, StartsWithAStartRecordAndEndsWithAStop) {
  Running running;
  EXPECT_FALSE((*running.send({"a"}).get())[0].duplicate);
  running.log->stop();
  ASSERT_EQ(running.records.size(), 3u);
  EXPECT_TRUE(std::holds_alternative<model::Start>(running.records[0].payload));
  EXPECT_TRUE(std::holds_alternative<model::Event>(running.records[1].payload));
  EXPECT_TRUE(std::holds_alternative<model::Stop>(running.records[2].payload));
  auto late = submission_of({"b"});
  EXPECT_FALSE(running.log->submit(std::move(late)));
}

// The first commit is held, so that both copies of the second event wait and become one group,
// whose commit fails.
TEST(SegmentedLog, TheSameIdInFlightTwiceWithAFailingCommitFailsTwiceAndTheRetryIsProcessed) {
  Running running;
  std::promise<void> held, release;
  auto released = release.get_future().share();
  std::atomic<int> syncs = 0;
  running.files.on_sync = [&](const std::string& path) -> Result<void> {
    if (!path.ends_with(".seg")) return {};
    const auto number = ++syncs;
    if (number == 1) held.set_value(), released.wait();
    return number == 2 ? Result<void>(fail("io_error", "cable out")) : Result<void>();
  };
  auto first = running.send({"first"});
  held.get_future().wait();
  auto one = running.send({"same"}), two = running.send({"same"});
  release.set_value();
  EXPECT_TRUE(first.get());
  EXPECT_EQ(one.get().error().reason, "io_error");
  EXPECT_EQ(two.get().error().reason, "io_error");
  const auto retry = running.send({"same"}).get();
  ASSERT_TRUE(retry);
  EXPECT_FALSE((*retry)[0].duplicate);
  EXPECT_TRUE((*running.send({"same"}).get())[0].duplicate);
  running.log->stop();
  EXPECT_EQ(running.log->stats().failed_commits, 1u);
  EXPECT_EQ(running.records.size(), 4u) << "start, first, same, stop";
}

// A count that is asked for is true when it is answered, and a stop does not forget it.
TEST(SegmentedLog, RefusalsAreInTheTotalsAtOnceAndOverAStop) {
  Running running;
  running.log->count_rejected(2);
  EXPECT_EQ(running.log->stats().totals, (Totals{2, 2, 0, 0}));
  EXPECT_TRUE(running.send({"a"}).get());
  EXPECT_EQ(running.log->stats().totals, (Totals{3, 2, 0, 0}));
  running.log->count_rejected(1);
  running.log->stop();
  EXPECT_EQ(running.log->stats().totals, (Totals{4, 3, 0, 0}));
  running.log.reset();
  Options options;
  options.folder = "data";
  EXPECT_EQ((*Log::open(options, running.files))->totals(), (Totals{4, 3, 0, 0}));
}

TEST(SegmentedLog, AFullDiskIsToldAndTheStateShowsIt) {
  Running running(4096);
  ASSERT_TRUE(running.send({"a"}, 3000).get());
  running.files.capacity = 4096;
  EXPECT_EQ(running.send({"b"}, 3000).get().error().reason, "disk_full");
  EXPECT_TRUE(running.log->stats().full);
  running.files.capacity = 1 << 20;
  EXPECT_TRUE(running.send({"b"}, 3000).get());
  EXPECT_FALSE(running.log->stats().full);
}

TEST(SegmentedLog, ATimerThatIsDueGetsATick) {
  Running running;
  running.log->set_next_due(running.clock.wall());
  const auto count = [&] {
    const std::lock_guard lock(running.mutex);
    return running.records.size();
  };
  while (count() < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  running.log->stop();
  EXPECT_TRUE(std::holds_alternative<model::Tick>(running.records[1].payload));
}

// Each duplicate that is answered sends the next, so that the writer always finds one.
TEST(SegmentedLog, ATimerThatIsDueGetsATickAlsoWhileDuplicatesCome) {
  Running running;
  ASSERT_TRUE(running.send({"a"}).get());
  const auto ticked = [&] {
    const std::lock_guard lock(running.mutex);
    return std::holds_alternative<model::Tick>(running.records.back().payload);
  };
  std::promise<bool> ended;
  int rounds = 0;
  const std::function<void()> again = [&] {
    auto submission = submission_of({"a"});
    submission.done = [&](const Result<std::vector<Outcome>>&) {
      if (++rounds == 1) running.log->set_next_due(running.clock.wall());
      if (ticked() || rounds == 10'000) return ended.set_value(ticked());
      again();
    };
    EXPECT_TRUE(running.log->submit(std::move(submission)));
  };
  again();
  EXPECT_TRUE(ended.get_future().get());
}

TEST(SegmentedLog, FullSegmentsAreSealedAndEverySealedOneIsScannedAtTheNextStart) {
  Running running(4096);
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(running.send({std::to_string(i)}, 3000).get());
  const auto sealed = [&] {
    Ids names;
    const auto all = *running.files.list("data/segments");
    for (const auto& name : all) {
      if (name.ends_with(".segz")) names.push_back(name);
    }
    return names;
  };
  while (sealed().size() < 3) {
    std::promise<bool> written;
    ASSERT_TRUE(running.log->submit_control(model::Tick{}, {}, [&](Result<model::Offset> offset) {
      written.set_value(offset.has_value());
    }));
    ASSERT_TRUE(written.get_future().get());
  }
  running.log->stop();
  running.log.reset();
  running.files.damage("data/segments/" + sealed()[0], 40);
  Options options;
  options.folder = "data";
  auto again = SegmentedLog::open(options, running.files, running.clock);
  ASSERT_TRUE(again);
  ASSERT_TRUE((*again)->begin([](std::vector<model::Record>) {}));
  (*again)->start();
  while ((*again)->stats().corruptions == 0) std::this_thread::yield();
  EXPECT_EQ((*again)->stats().corruptions, 1u);
}

TEST(SegmentedLog, PastTheBoundOfTheQueueASubmissionIsRefused) {
  testing::MemoryFiles files;
  SystemClock clock;
  Options options;
  options.folder = "data";
  options.queue_events = 2;
  // Not started: nothing is taken out
  auto log = std::move(*SegmentedLog::open(options, files, clock));
  auto submission = submission_of({"a", "b"});
  submission.done = [](Result<std::vector<Outcome>>) {};
  EXPECT_TRUE(log->submit(std::move(submission)));
  EXPECT_FALSE(log->submit(submission_of({"c"})));
}

// More pieces than the system takes at a time, and some that are empty.
TEST(PosixFileSystem, PiecesStandInTheFileOneBehindTheOther) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("alarum-pieces-" + std::to_string(::getpid()));
  PosixFileSystem files;
  ASSERT_TRUE(files.make_folder(folder.string()));
  std::vector<std::string> texts;
  for (int i = 0; i < 300; ++i)
    texts.push_back(i % 7 == 0 ? ""
                               : std::to_string(i) + std::string(static_cast<std::size_t>(i), 'x'));
  const std::vector<std::string_view> pieces(texts.begin(), texts.end());
  std::string all;
  for (const auto piece : pieces) all += piece;
  auto file = files.open((folder / "a").string(), true);
  ASSERT_TRUE((*file)->write_pieces(3, pieces));
  EXPECT_EQ(*(*file)->read(0, all.size() + 10), std::string(3, '\0') + all);
  std::filesystem::remove_all(folder);
}

TEST(PosixFileSystem, KeepsTheContract) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("alarum-files-" + std::to_string(::getpid()));
  PosixFileSystem files;
  ASSERT_TRUE(files.make_folder(folder.string()));
  const auto path = (folder / "a").string();
  EXPECT_EQ(files.open(path, false).error().reason, "not_found");
  auto file = files.open(path, true);
  ASSERT_TRUE((*file)->allocate(100));
  EXPECT_EQ(*(*file)->size(), 100u);
  ASSERT_TRUE((*file)->write(98, "abcd"));
  EXPECT_EQ(*(*file)->read(96, 100), (std::string{'\0', '\0', 'a', 'b', 'c', 'd'}));
  ASSERT_TRUE((*file)->sync());
  ASSERT_TRUE((*file)->truncate(99));
  EXPECT_EQ(*(*file)->read(98, 10), "a");
  // What was reserved and never written is not data, where the file system says so; what was is.
  ASSERT_TRUE((*file)->allocate(4 << 20));
  ASSERT_TRUE((*file)->write(1 << 20, "x"));
  EXPECT_GT(*(*file)->data_end(0), std::uint64_t{1} << 20);
  EXPECT_LE(*(*file)->data_end(0), std::uint64_t{4} << 20);
  EXPECT_GE(*(*file)->data_end(3 << 20), std::uint64_t{3} << 20);
  EXPECT_EQ(*(*file)->data_end(4 << 20), std::uint64_t{4} << 20);
  auto lock = files.lock((folder / "lock").string());
  ASSERT_TRUE(lock);
  EXPECT_EQ(files.lock((folder / "lock").string()).error().reason, "locked");
  std::filesystem::remove(folder / "lock");
  EXPECT_EQ(files.lock((folder / "lock").string()).error().reason, "locked")
      << "somebody removed the file";
  ASSERT_TRUE(files.rename(path, (folder / "b").string()));
  EXPECT_EQ(*files.list(folder.string()), (Ids{"b", "lock"}));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace alarum::journal
