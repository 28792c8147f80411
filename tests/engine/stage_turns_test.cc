// The engine's stage, turn by turn: no threads, a clock that the test moves, a book on a disk that the test fills.
#include <gtest/gtest.h>

#include "alert/sqlite_files.h"
#include "config/routing.h"
#include "engine/stage.h"
#include "tests/engine/world.h"
#include "tests/support/memory_files.h"

namespace alarum::engine {
namespace {

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
  std::shared_ptr<const match::Generation> generation = generation_of("rules: [{alert: Fault, match: fault, until: mended, by: subject}]");
  std::vector<model::Record> journal;
};

class Turns {
 public:
  explicit Turns(Machine& machine, std::size_t queue_bytes = 8 << 20,
                 std::chrono::milliseconds enter_within = 0ms, bool behind = false)
      : machine_(machine),
        engine_([this](const std::string&) { return machine_.generation; }),
        book_(std::move(*alert::Book::open("book.sqlite", &machine_.sqlite))),
        ledger_(engine_, *book_, outlets("ops"), [](const auto& routing) { return Result<Outlets>(outlets(routing)); }),
        stage_(engine_, *book_, ledger_, machine_.clock, options(queue_bytes, enter_within, behind), ports()) {
    if (machine_.journal.empty()) commit({model::Reload{machine_.generation->rules().hash}});
  }

  void commit(std::vector<model::Payload> payloads) {
    std::vector<model::Record> records;
    for (auto& payload : payloads) records.push_back({machine_.journal.size() + records.size(), support::kStart, 0, std::move(payload), std::nullopt});
    machine_.journal.insert(machine_.journal.end(), records.begin(), records.end());
    stage_.take(std::move(records));
  }
  /// In one commit.
  void faults(int from, int to) {
    std::vector<model::Payload> payloads;
    for (int i = from; i < to; ++i) payloads.emplace_back(support::event_of("fault s" + std::to_string(i), support::kStart, std::to_string(i)));
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
    stage_.ask([this, name = std::move(name)](Engine&, alert::Book& book, Ledger& ledger) {
      answers += name + ' ' + std::to_string(book.processed()) + ' ' + std::to_string(ledger.next_offset()) + '\n';
    });
  }
  /// The same of what needs no book.
  void ask_live(std::string name) {
    stage_.ask_live([this, name = std::move(name)](const Engine& engine, const Ledger& ledger) {
      answers += name + ' ' + std::to_string(engine.instances().all().size()) + " fire at " +
                 std::to_string(ledger.next_offset()) + '\n';
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
  std::string saved_state() { return saved(ledger_); }

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
  static Outlets outlets(const std::string& receiver) {
    return {std::make_shared<config::Routing>(config::routing_to(receiver)), {{receiver + "/w/0", receiver}}, [](const std::string&, const model::Message& message) { return std::optional(model::Content{message.group_key, ""}); }, {}};
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
  Ledger ledger_;
  Stage stage_;
};

TEST(StageTurns, WhatFiresIsSaidWhileTheBookCannotBeWritten) {
  Machine machine;
  Turns turns(machine);
  turns.faults(0, 2);
  turns.turns();
  turns.break_disk();
  turns.faults(2, 3);
  turns.turns();
  ASSERT_FALSE(turns.stage().healthy());
  turns.ask("book");
  turns.ask_live("first");
  turns.turns();
  EXPECT_EQ(turns.answers, "first 3 fire at 4\n");
  turns.faults(3, 4);
  turns.ask_live("second");
  turns.after(1s);
  EXPECT_EQ(turns.answers, "first 3 fire at 4\nsecond 3 fire at 4\n") << "nothing new is stepped";
  turns.mend_disk();
  turns.after(1s);
  EXPECT_EQ(turns.answers, "first 3 fire at 4\nsecond 3 fire at 4\nbook 5 5\n");
}

TEST(StageTurns, WhoAsksWhatFiresDoesNotHaveTheBookWritten) {
  Machine machine;
  Turns turns(machine, 8 << 20, 200ms, true);
  turns.faults(0, 2);
  turns.turns();
  turns.ask_live("live");
  turns.turns();
  EXPECT_EQ(turns.answers, "live 2 fire at 3\n");
  EXPECT_EQ(turns.entered(), 0U);
}

TEST(StageTurns, TheFirstTurnFeedsWhatTheOutboxHoldsSinceBefore) {
  Machine machine;
  {
    Turns before(machine);
    before.delivery_room = 0;
    before.faults(0, 3);
    before.turns();
  }
  Turns after(machine);
  EXPECT_EQ(after.stage().patience(), 0ns);
  EXPECT_TRUE(after.stage().turn(0ns));
  EXPECT_EQ(after.delivered, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(StageTurns, WhatTheBookHoldsForTargetsThatARoutingBringsIsFed) {
  Machine machine;
  Turns turns(machine);
  turns.turns();
  alert::Book::Batch batch;
  auto& waiting = batch.notifications.emplace_back();
  waiting.id = "n", waiting.target = "night/w/0", waiting.group_key = "g", waiting.body = "b";
  ASSERT_TRUE(turns.book().commit(batch));
  (void)turns.book().news();  // as after a start
  turns.turns();
  EXPECT_TRUE(turns.delivered.empty()) << "it is no target yet";
  turns.commit({model::Reload{machine.generation->rules().hash, "night"}});
  turns.turns();
  EXPECT_EQ(turns.delivered, std::vector<std::uint64_t>{1});
}

TEST(StageTurns, NotificationsAreOnTheirWayBeforeTheBookHasThem) {
  Machine machine;
  Turns turns(machine, 8 << 20, 200ms);
  turns.turns();
  turns.faults(0, 2);
  turns.turns();
  EXPECT_EQ(turns.delivered, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(turns.entered(), 0U);
  EXPECT_LE(turns.stage().patience(), 200ms);
  turns.after(199ms);
  EXPECT_EQ(turns.entered(), 0U) << "more may come for the same transaction";
  turns.after(1ms);
  EXPECT_EQ(turns.entered(), 2U);
  turns.faults(2, 3);
  turns.ask("now");
  turns.turns();
  EXPECT_EQ(turns.answers, "now 4 4\n") << "who asks finds all of it in the book";
  turns.after(30s);
  EXPECT_EQ(turns.delivered, (std::vector<std::uint64_t>{1, 2, 3})) << "each once";
}

TEST(StageTurns, WhatDeliveryHasNoRoomForComesFromTheBookAndStaysInItsOrder) {
  Machine machine;
  Turns turns(machine, 8 << 20, 200ms);
  turns.turns();
  turns.delivery_room = 1;
  turns.faults(0, 3);
  turns.turns();
  EXPECT_TRUE(turns.delivered.empty());
  turns.delivery_room = 1000;
  turns.faults(3, 4);
  turns.turns();
  EXPECT_TRUE(turns.delivered.empty()) << "three others go before";
  turns.after(200ms);
  EXPECT_EQ(turns.delivered, (std::vector<std::uint64_t>{1, 2, 3, 4}));
  turns.faults(4, 5);
  turns.turns();
  EXPECT_EQ(turns.delivered.back(), 5U) << "nothing waits any more";
}

TEST(StageTurns, WhatARecordOnlyTheBookKnowsOfIsNotOvertaken) {
  Machine machine;
  Turns turns(machine, 8 << 20, 200ms);
  turns.faults(0, 1);
  turns.turns();
  turns.after(200ms);
  turns.receipt(turns.oldest(), Outcome::dead);
  turns.turns();
  turns.after(200ms);
  const auto letter = turns.book().dead_letters(1, {})->front().notification.id;
  turns.commit({model::Redrive{{letter}}});
  turns.faults(1, 2);
  turns.turns();
  turns.after(200ms);
  EXPECT_EQ(turns.delivered, (std::vector<std::uint64_t>{1, 2, 3})) << "the letter, then what came behind it";
}

TEST(StageTurns, TheEngineGoesOnWhileTheBookIsWritten) {
  Machine machine;
  Turns turns(machine, 8 << 20, 200ms, true);
  turns.turns();
  turns.write();
  turns.faults(0, 2);
  turns.turns();
  turns.after(200ms);
  EXPECT_TRUE(turns.stage().book_writer().busy());
  turns.faults(2, 4);
  turns.turns();
  EXPECT_EQ(turns.delivered, (std::vector<std::uint64_t>{1, 2, 3, 4}));
  EXPECT_EQ(turns.stage().processed(), 1U);
  EXPECT_GT(turns.stage().patience(), 10s) << "until it was written";
  turns.after(20s);
  EXPECT_EQ(turns.stage().lag(), 20s) << "a disk that hangs is seen";
  turns.write();
  EXPECT_EQ(turns.stage().processed(), 3U);
  turns.after(200ms);
  turns.ask("now");
  turns.turns();
  EXPECT_EQ(turns.answers, "now 5 5\n") << "what nobody has begun to write is written for who asks";
  EXPECT_EQ(turns.entered(), 4U);
}

TEST(StageTurns, ABookThatIsNotWrittenHoldsTheEngineUpBeforeMemoryGrows) {
  Machine machine;
  Turns turns(machine, 64 << 20, 200ms, true);
  turns.turns();
  turns.write();
  ASSERT_EQ(turns.stage().processed(), 1U);
  turns.faults(0, 12'000);
  turns.turns();
  EXPECT_GT(turns.stage().processed(), 4'000U) << "the writer had no turn: the engine wrote itself";
}

TEST(StageTurns, WhatCouldNotBeWrittenBehindTheEngineWaitsBeforeWhatCameSince) {
  Machine machine, calm_machine;
  Turns turns(machine, 8 << 20, 200ms, true), calm(calm_machine);
  turns.turns();
  turns.after(2s);
  turns.write();
  turns.break_disk();
  turns.faults(0, 300);
  turns.turns();
  turns.after(200ms);
  turns.faults(300, 600);
  turns.turns();
  turns.write();
  EXPECT_FALSE(turns.stage().healthy());
  EXPECT_EQ(turns.stage().processed(), 1U);
  turns.mend_disk();
  turns.after(1s);
  EXPECT_TRUE(turns.stage().healthy());
  calm.faults(0, 600);
  calm.turns();
  EXPECT_EQ(*turns.book().history(), *calm.book().history());
  EXPECT_EQ(turns.delivered, calm.delivered) << "each once, in order";
  EXPECT_EQ(turns.entered(), 600U);
}

TEST(StageTurns, WhatTheBookDoesNotTakeIsTriedAgainASecondLaterBeforeAllElse) {
  Machine machine;
  Turns turns(machine);
  turns.faults(0, 2);
  turns.turns();
  ASSERT_EQ(turns.stage().processed(), 3U);
  const auto id = turns.oldest();
  turns.break_disk();
  turns.faults(2, 4);
  turns.turns();
  EXPECT_FALSE(turns.stage().healthy());
  EXPECT_EQ(turns.stage().patience(), 1s);
  turns.ask("first");
  turns.receipt(id, Outcome::waiting);
  turns.faults(4, 6);
  turns.receipt(id, Outcome::delivered);
  turns.ask("second");
  turns.after(999ms);
  EXPECT_EQ(turns.answers, "") << "a question would find an engine that is ahead of the book";
  EXPECT_EQ(turns.stage().lag(), 999ms) << "senders are told when it is too much";
  turns.after(1ms);  // in vain
  EXPECT_EQ(turns.stage().patience(), 1s);
  turns.mend_disk();
  turns.turns();
  EXPECT_EQ(turns.stage().processed(), 3U) << "its second is not over";
  turns.after(1s);
  EXPECT_TRUE(turns.stage().healthy());
  EXPECT_EQ(turns.stage().processed(), 9U);
  EXPECT_EQ(turns.answers, "first 9 9\nsecond 9 9\n");
  EXPECT_EQ(turns.delivered, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6}));
  const auto counts = turns.book().counts();
  EXPECT_EQ(std::tuple(counts->pending, counts->delivered), std::tuple(5U, 1U)) << "the receipts in their order";
  EXPECT_EQ(turns.stage().lag(), 0s);
  EXPECT_GT(turns.stage().patience(), 20s);
}

TEST(StageTurns, ABookInDoubtIsWrittenAgainEverySecondAndNothingWaitsForThat) {
  Machine machine;
  Turns turns(machine);
  turns.faults(0, 2);
  turns.turns();
  const auto cable_out = [](const std::string&) -> Result<void> { return fail("io_error", "cable out"); };
  EXPECT_FALSE(turns.book().syncs().sync([&] { return cable_out(""); })) << "as the thread that writes checkpoints does it";
  machine.disk.on_sync = cable_out;
  EXPECT_EQ(turns.stage().patience(), 0ns);
  turns.turns();
  EXPECT_TRUE(turns.stage().book_in_doubt());
  EXPECT_TRUE(turns.stage().healthy());
  EXPECT_EQ(turns.stage().patience(), 1s);
  turns.faults(2, 4);
  turns.turns();
  EXPECT_EQ(turns.stage().processed(), 5U);
  machine.disk.on_sync = nullptr;
  turns.turns();
  EXPECT_TRUE(turns.stage().book_in_doubt()) << "its second is not over";
  turns.after(1s);
  EXPECT_FALSE(turns.stage().book_in_doubt());
  EXPECT_GT(turns.stage().patience(), 20s);
}

TEST(StageTurns, ACommitLargerThanATransactionIsSteppedOnWhereTheBookFailed) {
  Machine machine, calm_machine;
  Turns calm(calm_machine), turns(machine);
  calm.faults(0, 3000);
  calm.turns();
  turns.turns();
  turns.break_disk();
  turns.faults(0, 3000);
  turns.faults(3000, 3001);
  turns.turns();
  EXPECT_EQ(turns.stage().processed(), 1U);
  turns.mend_disk();
  turns.after(1s);
  calm.faults(3000, 3001);
  calm.turns();
  EXPECT_EQ(turns.stage().processed(), 3002U);
  EXPECT_EQ(*turns.book().history(), *calm.book().history());
  EXPECT_EQ(turns.saved_state(), calm.saved_state());
}

TEST(StageTurns, ALogThatCannotBeReadIsReadAgainASecondLaterAndQuestionsAreAnsweredMeanwhile) {
  Machine machine;
  Turns turns(machine, 2'000);
  turns.turns();
  turns.unreadable = true;
  for (int i = 0; i < 50; ++i) turns.faults(i, i + 1);
  turns.turns();
  EXPECT_EQ(turns.opened, 1);
  EXPECT_EQ(turns.stage().patience(), 1s);
  turns.ask("meanwhile");
  turns.turns();
  EXPECT_NE(turns.answers, "");
  EXPECT_EQ(turns.opened, 1);
  turns.after(1s);
  EXPECT_EQ(turns.opened, 2);
  turns.unreadable = false;
  turns.after(1s);
  EXPECT_EQ(turns.stage().processed(), 51U);
}

// The book failed at the last record that was read from the log: what was committed meanwhile is
// behind what that reader knows.
TEST(StageTurns, WhatIsCommittedWhileTheBookFailsAtTheEndOfTheLogIsReadAnew) {
  Machine machine;
  Turns turns(machine, 2'000);
  turns.turns();
  turns.break_disk();
  for (int i = 0; i < 50; ++i) turns.faults(i, i + 1);
  turns.commit({model::Reload{machine.generation->rules().hash, "night"}});  // asks the book first
  turns.turns();
  ASSERT_FALSE(turns.stage().healthy());
  ASSERT_EQ(turns.opened, 1);
  for (int i = 50; i < 100; ++i) turns.faults(i, i + 1);
  turns.mend_disk();
  turns.after(1s);
  turns.after(1s);
  EXPECT_EQ(turns.opened, 2);
  EXPECT_EQ(turns.book().counts()->firing, 100U);
}

TEST(StageTurns, ACheckpointWaitsWhileTheBookFailsAndIsTheStateOfItsOffset) {
  Machine machine;
  Turns turns(machine);
  turns.faults(0, 500);
  turns.turns();
  turns.checkpoint_room = false;
  turns.after(30s);
  EXPECT_TRUE(turns.parts.empty());
  EXPECT_EQ(turns.stage().patience(), 10ms);
  const auto then = turns.saved_state();
  turns.break_disk();
  turns.faults(500, 1'500);  // more than fits what the book's log has room for
  turns.turns();
  turns.checkpoint_room = true;
  turns.turns();
  EXPECT_TRUE(turns.parts.empty());
  turns.mend_disk();
  turns.after(1s);
  ASSERT_FALSE(turns.parts.empty());
  EXPECT_TRUE(turns.parts.back().last);
  EXPECT_EQ(turns.parts.back().offset, 1'501U) << "nothing that the book has not";
}

TEST(StageTurns, AStopWhileTheBookFailsEndsTheStepping) {
  Machine machine;
  Turns turns(machine);
  turns.turns();
  turns.break_disk();
  turns.faults(0, 5);
  turns.turns();
  turns.ask("never");
  turns.stage().begin_stop();
  EXPECT_EQ(turns.stage().patience(), 0ns);
  turns.turns();
  EXPECT_TRUE(turns.stage().gave_up());
  EXPECT_FALSE(turns.stage().ask([](Engine&, alert::Book&, Ledger&) {}));
  turns.mend_disk();
  turns.faults(5, 6);
  turns.after(10s);
  turns.stage().close(0ms);
  EXPECT_FALSE(turns.turns());
  EXPECT_EQ(turns.answers, "");
  EXPECT_EQ(turns.stage().processed(), 1U) << "the journal has the rest";
  EXPECT_TRUE(turns.parts.empty()) << "a checkpoint ahead of the book could not be used";
}

TEST(StageTurns, AStopMayFindTheBookWellAgain) {
  Machine machine;
  Turns turns(machine);
  turns.turns();
  turns.break_disk();
  turns.faults(0, 5);
  turns.turns();
  turns.mend_disk();
  turns.stage().close(1s);
  EXPECT_FALSE(turns.turns());
  EXPECT_FALSE(turns.stage().gave_up());
  EXPECT_EQ(turns.stage().processed(), 6U);
}

TEST(StageTurns, WhatWasCommittedBeforeTheCloseIsSteppedAndTheLastCheckpointWaitsForRoom) {
  Machine machine;
  Turns turns(machine);
  turns.turns();
  turns.faults(0, 5);
  turns.checkpoint_room = false;
  turns.stage().close(1s);
  EXPECT_FALSE(turns.stage().ask([](Engine&, alert::Book&, Ledger&) {}));
  EXPECT_TRUE(turns.turns());
  EXPECT_EQ(turns.stage().processed(), 6U);
  EXPECT_EQ(turns.stage().patience(), 10ms);
  turns.checkpoint_room = true;
  EXPECT_FALSE(turns.turns());
  ASSERT_FALSE(turns.parts.empty());
  EXPECT_TRUE(turns.parts.front().first && turns.parts.back().last);
  EXPECT_EQ(turns.parts.back().offset, 6U);
}

TEST(StageTurns, AStopWaitsForNoLogThatCannotBeRead) {
  Machine machine;
  Turns turns(machine, 2'000);
  turns.turns();
  turns.unreadable = true;
  for (int i = 0; i < 50; ++i) turns.faults(i, i + 1);
  turns.turns();
  turns.stage().close(10s);
  EXPECT_FALSE(turns.turns());
  EXPECT_FALSE(turns.stage().gave_up());
  EXPECT_LT(turns.stage().processed(), 51U) << "the journal has the rest";
  EXPECT_EQ(turns.parts.back().offset, turns.stage().processed());
}

}  // namespace
}  // namespace alarum::engine
