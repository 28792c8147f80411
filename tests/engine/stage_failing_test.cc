// The engine's stage, turn by turn, where the book or the log fails.
#include "tests/engine/turns.h"

namespace alarum::engine {
namespace {

using namespace turns;

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
  EXPECT_EQ(std::tuple(counts->pending, counts->delivered), std::tuple(5U, 1U))
      << "the receipts in their order";
  EXPECT_EQ(turns.stage().lag(), 0s);
  EXPECT_GT(turns.stage().patience(), 20s);
}

TEST(StageTurns, ABookInDoubtIsWrittenAgainEverySecondAndNothingWaitsForThat) {
  Machine machine;
  Turns turns(machine);
  turns.faults(0, 2);
  turns.turns();
  const auto cable_out = [](const std::string&) -> Result<void> {
    return fail("io_error", "cable out");
  };
  EXPECT_FALSE(turns.book().syncs().sync([&] { return cable_out(""); }))
      << "as the thread that writes checkpoints does it";
  machine.disk.on_sync = cable_out;
  EXPECT_EQ(turns.stage().patience(), 0ns);
  turns.turns();
  EXPECT_TRUE(turns.stage().history_in_doubt());
  EXPECT_TRUE(turns.stage().healthy());
  EXPECT_EQ(turns.stage().patience(), 1s);
  turns.faults(2, 4);
  turns.turns();
  EXPECT_EQ(turns.stage().processed(), 5U);
  machine.disk.on_sync = nullptr;
  turns.turns();
  EXPECT_TRUE(turns.stage().history_in_doubt()) << "its second is not over";
  turns.after(1s);
  EXPECT_FALSE(turns.stage().history_in_doubt());
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
  EXPECT_FALSE(turns.stage().ask([](Engine&, alert::Book&, Processor&) {}));
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
  EXPECT_FALSE(turns.stage().ask([](Engine&, alert::Book&, Processor&) {}));
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
