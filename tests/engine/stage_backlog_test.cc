// An engine that is slower than the journal, and a book that cannot be written: nothing blocks the
// journal's writer, and a stop ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <future>

#include "alert/sqlite.h"
#include "config/routing.h"
#include "engine/stage.h"
#include "tests/engine/world.h"

namespace alarum::engine::stage_backlog_test {
namespace {

using namespace std::chrono_literals;

/// The journal's end of the stage: everything that was committed can be read again, as far as it
/// was committed when the reader was opened.
class Daemon {
 public:
  explicit Daemon(const std::string& path, std::size_t queue_bytes = 8 << 20)
      : generation_(
            generation_of("rules: [{alert: Fault, match: fault, until: mended, by: subject}]")),
        engine_(
            [this](const std::string& hash) -> Result<std::shared_ptr<const match::Generation>> {
              if (no_rules) return fail("io_error", "the disk hangs");
              return hash == coming->rules().hash ? coming : generation_;
            }),
        book_(std::move(*alert::Book::open(path))),
        processor_(engine_, *book_,
                   {std::make_shared<config::Routing>(config::routing_to("ops")),
                    {{"ops/w/0", "ops"}},
                    [](const std::string&, const model::Message& message) {
                      return std::optional(model::Content{message.group_key, ""});
                    },
                    {}}),
        stage_(engine_, *book_, processor_, clock_, options(queue_bytes), ports()) {
    stage_.start();
    commit(model::Reload{generation_->rules().hash});
  }

  void commit(model::Payload payload) {
    std::vector<model::Record> records;
    {
      const std::lock_guard lock(mutex_);
      records.push_back({written_.size(), support::kStart, 0, std::move(payload), std::nullopt});
      written_.push_back(records.front());
    }
    stage_.take(std::move(records));
  }
  void commit_faults(int from, int to) {
    for (int i = from; i < to; ++i)
      commit(support::event_of("fault s" + std::to_string(i), support::kStart, std::to_string(i)));
  }
  bool wait_for_processed(model::Offset below) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 60s, [&] { return processed_ >= below; });
  }
  // The book has a row a little before the engine knows that it was written.
  bool wait_for_no_lag() {
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (stage_.lag() > 0s && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    return stage_.lag() == 0s;
  }
  std::vector<std::string> history() { return *book_->history(); }
  Stage& stage() { return stage_; }
  const std::shared_ptr<const match::Generation> coming =
      generation_of("rules: [{alert: Other, match: fault, until: mended, by: subject}]");
  std::atomic<bool> no_rules = false;  ///< can be read
  std::atomic<int> opened = 0;         ///< times that the log was opened
  std::atomic<bool> unreadable = false;
  std::atomic<model::Offset> lost_from = ~model::Offset{0}, lost_to = 0;  ///< damaged in the log

 private:
  static Stage::Options options(std::size_t queue_bytes) {
    Stage::Options options;
    options.queue_bytes = queue_bytes;
    return options;
  }
  Stage::Ports ports() {
    Stage::Ports ports;
    ports.next_due = [](auto) {};
    ports.processed = [this](model::Offset below) {
      const std::lock_guard lock(mutex_);
      processed_ = below;
      changed_.notify_all();
    };
    ports.checkpoint = [](auto) {};
    ports.checkpoint_room = [] { return true; };
    ports.room = [](const std::string&) { return 0; };
    ports.deliver = [](const auto&) {};
    ports.log = [this](model::Offset from) -> Result<LogReader> {
      ++opened;
      if (unreadable) return fail("io_error", "the disk hangs");
      const std::lock_guard lock(mutex_);
      return [this, all = written_, at = from]() mutable -> Result<std::vector<model::Record>> {
        std::vector<model::Record> piece;
        for (; at < all.size() && piece.size() < 7; ++at) {
          if (at < lost_from || at >= lost_to) piece.push_back(all[at]);
        }
        return piece;
      };
    };
    return ports;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<model::Record> written_;
  model::Offset processed_ = 0;
  SystemClock clock_;
  std::shared_ptr<const match::Generation> generation_;
  Engine engine_;
  std::unique_ptr<alert::Book> book_;
  Processor processor_;
  Stage stage_;
};

/// Keeps the engine's thread busy until it is destroyed.
class Busy {
 public:
  explicit Busy(Stage& stage) {
    std::promise<void> begun;
    auto ready = begun.get_future();
    stage.ask([&begun, over = over_.get_future().share()](Engine&, alert::Book&, Processor&) {
      begun.set_value();
      over.wait();
    });
    ready.wait();
  }
  ~Busy() { over_.set_value(); }

 private:
  std::promise<void> over_;
};

// From memory and from the log. What comes behind the reload would be stepped under the rules
// before it.
TEST(StageBacklog, RulesThatCannotBeReadJustNowAreWaitedForAndTheRecordsBeforeThemAreNot) {
  for (const std::size_t queue_bytes : {8 << 20, 3'000}) {
    SCOPED_TRACE(queue_bytes);
    Daemon daemon(":memory:", queue_bytes);
    ASSERT_TRUE(daemon.wait_for_processed(1));
    daemon.no_rules = true;
    std::promise<void> answered;
    auto answer = answered.get_future();
    {
      const Busy busy(daemon.stage());
      daemon.commit_faults(0, 50);
      daemon.commit(model::Reload{daemon.coming->rules().hash});
      daemon.commit_faults(50, 100);
      daemon.stage().ask([&](Engine&, alert::Book&, Processor&) { answered.set_value(); });
    }
    EXPECT_TRUE(daemon.wait_for_processed(51));
    EXPECT_EQ(answer.wait_for(1500ms), std::future_status::timeout)
        << "who asks is to find what came of it";
    daemon.no_rules = false;
    EXPECT_TRUE(daemon.wait_for_processed(102));
    EXPECT_EQ(answer.wait_for(60s), std::future_status::ready);
    EXPECT_EQ(daemon.opened > 0, queue_bytes == 3'000);
    const auto of = [history = daemon.history()](const char* name) {
      return std::ranges::count_if(history, [&](const auto& line) {
        return line.find(name) != line.npos && line.find("fired") != line.npos;
      });
    };
    EXPECT_EQ(of(R"("rule":"Fault")"), 50);
    EXPECT_EQ(of(R"("rule":"Other")"), 50);
    EXPECT_EQ(daemon.stage().processing_errors(), 0u);
  }
}

// A stop waits for them no longer than it was told to.
TEST(StageBacklog, AStopDoesNotWaitForRulesThatCannotBeRead) {
  Daemon daemon(":memory:");
  ASSERT_TRUE(daemon.wait_for_processed(1));
  daemon.no_rules = true;
  daemon.commit(model::Reload{daemon.coming->rules().hash});
  daemon.commit_faults(0, 1);
  daemon.stage().stop(100ms);
  EXPECT_EQ(daemon.stage().processed(), 1u) << "the journal has the rest";
}

TEST(StageBacklog, ABusyEngineBlocksNobodyAndReadsFromTheLogWhatItMissedOnceAndInOrder) {
  Daemon daemon(":memory:", 3'000), calm(":memory:");
  calm.commit_faults(0, 300);
  ASSERT_TRUE(calm.wait_for_processed(301));
  ASSERT_EQ(calm.opened, 0);
  {
    const Busy busy(daemon.stage());
    daemon.commit_faults(0, 200);
    EXPECT_LE(daemon.stage().backlog(), 3'000U);
  }
  ASSERT_TRUE(daemon.wait_for_processed(201));
  EXPECT_EQ(daemon.opened, 1);
  daemon.commit_faults(200, 210);
  ASSERT_TRUE(daemon.wait_for_processed(211));
  {
    const Busy busy(daemon.stage());
    daemon.commit_faults(210, 300);
  }
  ASSERT_TRUE(daemon.wait_for_processed(301));
  EXPECT_EQ(daemon.history(), calm.history());
  EXPECT_TRUE(daemon.wait_for_no_lag());
}

TEST(StageBacklog, ALogThatCannotBeReadIsReadLaterAndDelaysNoStop) {
  Daemon daemon(":memory:", 3'000);
  ASSERT_TRUE(daemon.wait_for_processed(1));
  daemon.unreadable = true;
  {
    const Busy busy(daemon.stage());
    daemon.commit_faults(0, 200);
  }
  while (daemon.opened == 0) std::this_thread::yield();
  daemon.unreadable = false;
  EXPECT_TRUE(daemon.wait_for_processed(201));
  daemon.unreadable = true;
  {
    const Busy busy(daemon.stage());
    daemon.commit_faults(200, 400);
  }
  daemon.stage().stop(0ms);
}

TEST(StageBacklog, WhatIsDamagedInTheLogIsPassedOver) {
  for (const auto& [from, to] : {std::pair<model::Offset, model::Offset>{50, 55}, {150, 201}}) {
    Daemon daemon(":memory:", 3'000);
    daemon.lost_from = from, daemon.lost_to = to;
    {
      const Busy busy(daemon.stage());
      daemon.commit_faults(0, 200);
    }
    daemon.commit_faults(200, 201);
    ASSERT_TRUE(daemon.wait_for_processed(202));
    EXPECT_EQ(daemon.history().size(), 201 - (to - from));
    EXPECT_TRUE(daemon.wait_for_no_lag());
  }
}

/// A book in a file whose write lock somebody else holds.
class LockedBook {
 public:
  std::string path =
      ::testing::TempDir() + "stage-backlog-" + std::to_string(::getpid()) + ".sqlite";
  LockedBook() { remove(); }
  ~LockedBook() { remove(); }
  void lock() {
    other_ = std::move(*alert::Database::open(path));
    ASSERT_TRUE(other_->run("BEGIN IMMEDIATE"));
  }
  void unlock() { other_.reset(); }

 private:
  void remove() {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
  }
  std::optional<alert::Database> other_;
};

TEST(StageBacklog, AStopEndsWhileTheBookCannotBeWritten) {
  LockedBook book;
  {
    Daemon daemon(book.path);
    ASSERT_TRUE(daemon.wait_for_processed(1));
    book.lock();
    daemon.commit_faults(0, 10);
    while (daemon.stage().healthy()) std::this_thread::yield();
    daemon.stage().stop(60s);
    EXPECT_TRUE(daemon.stage().gave_up());
    EXPECT_EQ(daemon.stage().processed(), 1U) << "the journal has the rest";
    book.unlock();
  }
}

}  // namespace
}  // namespace alarum::engine::stage_backlog_test
