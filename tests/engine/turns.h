#pragma once
// The engine's stage, turn by turn: no threads, a clock that the test moves, a book on a disk that
// the test fills.
#include <gtest/gtest.h>

#include "alert/sqlite_files.h"
#include "config/routing.h"
#include "engine/stage.h"
#include "tests/engine/world.h"
#include "tests/support/memory_files.h"

namespace alarum::engine::turns {

using namespace std::chrono_literals;
using Outcome = model::Receipt::Outcome;

struct TurnClock final : Clock {
  Time wall() override { return support::kStart + std::chrono::duration_cast<Duration>(now); }
  std::chrono::nanoseconds monotonic() override { return now; }
  std::chrono::nanoseconds now = 1h;
};

/// What outlives a stage.
struct Machine {
  testing::MemoryFiles disk;
  SystemRandom random;
  alert::SqliteFiles sqlite{disk, random};
  TurnClock clock;
  std::shared_ptr<const match::Generation> generation =
      generation_of("rules: [{alert: Fault, match: fault, until: mended, by: subject}]");
  std::vector<model::Record> journal;
};

class Turns {
 public:
  explicit Turns(Machine& machine, std::size_t queue_bytes = 8 << 20,
                 std::chrono::milliseconds enter_within = 0ms, bool behind = false)
      : machine_(machine),
        engine_([this](const std::string&) { return machine_.generation; }),
        book_(std::move(*alert::Book::open("book.sqlite", &machine_.sqlite))),
        processor_(engine_, *book_, outlets("ops"),
                   [](const auto& routing) { return Result<DeliveryConfig>(outlets(routing)); }),
        stage_(engine_, *book_, processor_, machine_.clock,
               options(queue_bytes, enter_within, behind), ports()) {
    if (machine_.journal.empty()) commit({model::Reload{machine_.generation->rules().hash}});
  }

  void commit(std::vector<model::Payload> payloads) {
    std::vector<model::Record> records;
    for (auto& payload : payloads)
      records.push_back({machine_.journal.size() + records.size(), support::kStart, 0,
                         std::move(payload), std::nullopt});
    machine_.journal.insert(machine_.journal.end(), records.begin(), records.end());
    stage_.take(std::move(records));
  }
  /// In one commit.
  void faults(int from, int to) {
    std::vector<model::Payload> payloads;
    for (int i = from; i < to; ++i)
      payloads.emplace_back(
          support::event_of("fault s" + std::to_string(i), support::kStart, std::to_string(i)));
    commit(std::move(payloads));
  }
  /// Turns until there is nothing to do for a while. False: it has ended.
  bool turns() {
    for (int i = 0; i < 1000; ++i) {
      if (!stage_.turn(0ns)) return false;
      if (stage_.patience() > 0ns) return true;
    }
    ADD_FAILURE() << "it says that there is something to do, and does nothing";
    return true;
  }
  bool after(std::chrono::nanoseconds time) {
    machine_.clock.now += time;
    return turns();
  }
  /// What a question finds: how many records the book has, and how many the engine.
  void ask(std::string name) {
    stage_.ask([this, name = std::move(name)](Engine&, alert::Book& book, Processor& processor) {
      answers += name + ' ' + std::to_string(book.processed()) + ' ' +
                 std::to_string(processor.next_offset()) + '\n';
    });
  }
  /// The same of what needs no book.
  void ask_live(std::string name) {
    stage_.ask_live(
        [this, name = std::move(name)](const Engine& engine, const Processor& processor) {
          answers += name + ' ' + std::to_string(engine.active_alerts().all().size()) +
                     " fire at " + std::to_string(processor.next_offset()) + '\n';
        });
  }
  void receipt(const std::string& id, Outcome outcome) {
    commit({model::Receipts{{{id, outcome, 1, "200", support::kStart, "ops/w/0"}}}});
  }
  std::string oldest() { return book_->pending("ops/w/0", 0, 1)->front().id; }

  /// The writer's turn, then ours.
  void write() {
    stage_.book_writer().turn(0ns);
    turns();
  }
  std::uint64_t entered() { return book_->counts()->pending; }

  void break_disk() const { machine_.disk.capacity = 0; }
  void mend_disk() const { machine_.disk.capacity = ~std::uint64_t{0}; }
  Stage& stage() { return stage_; }
  alert::Book& book() { return *book_; }
  std::string saved_state() { return saved(processor_); }

  std::string answers;
  std::vector<std::uint64_t> delivered;  ///< sequences that delivery was given
  std::size_t delivery_room = 1000;
  bool unreadable = false, checkpoint_room = true;
  int opened = 0;
  std::vector<CheckpointPart> parts;

 private:
  static Stage::Options options(std::size_t queue_bytes, std::chrono::milliseconds enter_within,
                                bool behind) {
    Stage::Options options;
    options.queue_bytes = queue_bytes;
    options.enter_within = enter_within, options.behind = behind;
    return options;
  }
  static DeliveryConfig outlets(const std::string& receiver) {
    return {std::make_shared<config::Routing>(config::routing_to(receiver)),
            {{receiver + "/w/0", receiver}},
            [](const std::string&, const model::Message& message) {
              return std::optional(model::Content{message.group_key, ""});
            },
            {}};
  }
  Stage::Ports ports() {
    Stage::Ports ports;
    ports.next_due = [](auto) {};
    ports.processed = [](auto) {};
    ports.checkpoint = [this](CheckpointPart part) {
      EXPECT_TRUE(checkpoint_room);
      parts.push_back(std::move(part));
    };
    ports.checkpoint_room = [this] { return checkpoint_room; };
    ports.room = [this](const std::string&) { return delivery_room; };
    ports.deliver = [this](const std::vector<model::Notification>& notifications) {
      for (const auto& one : notifications) delivered.push_back(one.sequence);
    };
    ports.log = [this](model::Offset from) -> Result<LogReader> {
      ++opened;
      if (unreadable) return fail("io_error", "the disk hangs");
      const auto end = machine_.journal.size();  // what comes later needs another reader
      return [this, end, at = from]() mutable -> Result<std::vector<model::Record>> {
        std::vector<model::Record> piece;
        for (; at < end && piece.size() < 7; ++at) piece.push_back(machine_.journal[at]);
        return piece;
      };
    };
    return ports;
  }

  Machine& machine_;
  Engine engine_;
  std::unique_ptr<alert::Book> book_;
  Processor processor_;
  Stage stage_;
};

}  // namespace alarum::engine::turns
