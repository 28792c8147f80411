// The engine's stage, turn by turn: what is notified, answered and written while all is well.
#include "tests/engine/turns.h"

namespace alarum::engine {
namespace {

using namespace turns;

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
  EXPECT_EQ(turns.delivered, (std::vector<std::uint64_t>{1, 2, 3}))
      << "the letter, then what came behind it";
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

}  // namespace
}  // namespace alarum::engine
