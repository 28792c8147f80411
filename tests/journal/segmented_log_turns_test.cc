// The journal's writer and sealer by turns, without a thread.
#include "base/hash.h"
#include "journal/generations.h"
#include "journal/segmented_log.h"
#include "tests/journal/world.h"

namespace alarum::journal {
namespace {

using namespace std::chrono_literals;

struct SegmentedLogTurns : ::testing::Test {
  testing::MemoryFiles files;
  HandClock clock;
  Options options;
  std::vector<model::Record> records;
  std::vector<std::string> answers;  // of submissions and controls, in the order in which they came
  std::unique_ptr<SegmentedLog> log;

  SegmentedLogTurns() {
    options.folder = "data";
    options.segment_size = 4096;
  }
  void open() {
    log.reset();
    log = std::move(*SegmentedLog::open(options, files, clock));
  }
  void begin() {
    open();
    ASSERT_TRUE(log->begin([this](std::vector<model::Record> committed) {
      std::ranges::move(committed, std::back_inserter(records));
    }));
  }
  void send(const Ids& ids, std::size_t padding = 0) {
    auto submission = submission_of(ids, padding);
    submission.done = [this](Result<std::vector<Outcome>> outcome) {
      answers.push_back(outcome ? "committed" : outcome.error().reason);
    };
    EXPECT_TRUE(log->submit(std::move(submission)));
  }
  bool control(model::Payload payload, GenerationText generation = {}) {
    return log->submit_control(
        std::move(payload), generation, [this](Result<model::Offset> offset) {
          answers.push_back(offset ? std::to_string(*offset) : offset.error().reason);
        });
  }
  bool reload(const std::string& text) { return control(model::Reload{sha256_hex(text)}, {text}); }
  bool turn() { return log->turn({}); }
  // An event and a turn each: a segment each.
  void fill(int from, int to, bool seal = false) {
    for (int i = from; i < to; ++i) {
      send({std::to_string(i)}, 3000);
      EXPECT_TRUE(turn());
      if (seal) log->upkeep_turn();
    }
  }
  // As a life goes on where nothing comes.
  void pass(std::chrono::nanoseconds time) {
    for (const auto end = clock.passed + time; clock.passed < end;) {
      clock.pass(std::max<std::chrono::nanoseconds>(log->patience(), 1ms));
      ASSERT_TRUE(turn());
    }
  }
  std::string written() const {
    std::string out;
    for (const auto& record : records) out += letter_of(record.payload);
    return out;
  }
  static std::string letter_of(const model::Payload& payload) {
    if (std::holds_alternative<model::Start>(payload)) return "S";
    if (std::holds_alternative<model::Stop>(payload)) return "E";
    if (std::holds_alternative<model::Tick>(payload)) return "t";
    if (std::holds_alternative<model::Reload>(payload)) return "r";
    if (std::holds_alternative<model::ClockStep>(payload)) return "c";
    return std::holds_alternative<model::Event>(payload) ? "." : "?";
  }
  Ids names(const std::string& folder, const std::string& ending) {
    Ids found;
    const auto all = files.list("data/" + folder);
    for (const auto& name : all ? *all : Ids()) {
      if (name.ends_with(ending)) found.push_back(name);
    }
    return found;
  }
  bool stored(const std::string& text) {
    return load_generation(files, "data", sha256_hex(text)).has_value();
  }
};

TEST_F(SegmentedLogTurns, ATurnWritesAllThatCameAndAnswersInOrder) {
  begin();
  EXPECT_EQ(written(), "S");
  send({"a"});
  EXPECT_TRUE(control(model::Tick{}));
  send({"b", "c"});
  EXPECT_TRUE(answers.empty());
  EXPECT_EQ(log->patience(), 0ns);
  EXPECT_TRUE(turn());
  EXPECT_EQ(written(), "S.t..");
  EXPECT_EQ(answers, (Ids{"committed", "2", "committed"}));
  EXPECT_EQ(log->patience(), 1s);
}

// Whoever judges ages by the times of records is to know of the wall clock what those times are of.
TEST_F(SegmentedLogTurns, WhatItSeesOfTheClocksIsSaidBeforeARecordIsOfIt) {
  open();
  std::vector<std::pair<std::string, Time>> looks;
  const auto begun = log->begin(
      [this](std::vector<model::Record> committed) {
        std::ranges::move(committed, std::back_inserter(records));
      },
      [&](const ClockLook& look) { looks.emplace_back(written(), look.wall); });
  ASSERT_TRUE(begun);
  const auto right = clock.now;
  clock.now -= 21h;
  send({"a"});
  EXPECT_TRUE(turn());
  clock.now += 21h;
  EXPECT_TRUE(turn());
  EXPECT_TRUE(turn());
  using Looks = std::vector<std::pair<std::string, Time>>;
  EXPECT_EQ(looks, (Looks{{"", right}, {"S", right - 21h}, {"Sc.", right}}));
  EXPECT_EQ(written(), "Sc.c");
  EXPECT_EQ(records[2].arrived(), right - 21h);
}

TEST_F(SegmentedLogTurns, ClosedItWritesWhatIsQueuedAndTheStopRecordOnce) {
  begin();
  send({"a"});
  log->close();
  EXPECT_FALSE(log->submit(submission_of({"late"})));
  EXPECT_FALSE(control(model::Tick{}));
  EXPECT_FALSE(reload("late"));
  EXPECT_EQ(log->patience(), 0ns);
  EXPECT_TRUE(turn());
  EXPECT_EQ(written(), "S.");
  EXPECT_FALSE(turn());
  EXPECT_FALSE(turn());
  EXPECT_EQ(written(), "S.E");
}

TEST_F(SegmentedLogTurns, WithoutItsLastTurnsADestroyedOneWritesNothingAsInACrash) {
  begin();
  send({"a"});
  log.reset();
  EXPECT_EQ(written(), "S");
  EXPECT_TRUE(answers.empty());
  begin();
  EXPECT_EQ(written(), "SS");
}

TEST_F(SegmentedLogTurns, AStartThatFailsLeavesOneThatRefusesAndCanBeDestroyed) {
  open();
  send({"early"});
  files.on_sync = [](const std::string&) -> Result<void> { return fail("io_error", "cable out"); };
  const auto begun = log->begin([](std::vector<model::Record>) { FAIL(); });
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().reason, "io_error");
  EXPECT_FALSE(log->submit(submission_of({"a"})));
  EXPECT_FALSE(control(model::Tick{}));
  EXPECT_FALSE(turn());
  log->stop();
  files.on_sync = {};
  begin();
  EXPECT_EQ(written(), "S");
}

TEST_F(SegmentedLogTurns, PastTheBoundASubmissionIsRefusedUntilATurnMadeRoomAndControlsAreNot) {
  options.queue_events = 2;
  begin();
  send({"a", "b"});
  EXPECT_FALSE(log->submit(submission_of({"c"})));
  EXPECT_TRUE(control(model::Tick{}));
  EXPECT_TRUE(turn());
  send({"c"});
  EXPECT_TRUE(turn());
  EXPECT_EQ(written(), "S..t.");
}

TEST_F(SegmentedLogTurns, ATimerGetsItsTickWhenItIsDueAndPatienceEndsThere) {
  begin();
  log->set_processed(1);
  log->set_next_due(clock.now + 300ms);
  EXPECT_EQ(log->patience(), 0ns) << "the writer is to hear of it";
  EXPECT_TRUE(turn());
  EXPECT_EQ(written(), "S");
  EXPECT_EQ(log->patience(), 300ms);
  clock.pass(300ms);
  EXPECT_EQ(log->patience(), 0ns);
  EXPECT_TRUE(turn());
  EXPECT_EQ(written(), "St");
  EXPECT_EQ(log->patience(), 1s) << "the tick is on its way to the engine";
}

TEST_F(SegmentedLogTurns, AStepOfTheWallClockIsWrittenByTheNextTurn) {
  begin();
  clock.now += 1h;
  EXPECT_TRUE(turn());
  EXPECT_EQ(written(), "Sc");
  EXPECT_EQ(std::get<model::ClockStep>(records.back().payload).by, 1h);
}

TEST_F(SegmentedLogTurns, FullSegmentsAreSealedOneATurnAndTheWriterHearsOfIt) {
  begin();
  EXPECT_FALSE(log->upkeep_turn()) << "nothing is full";
  fill(0, 4);
  for (std::size_t sealed = 1; sealed <= 3; ++sealed) {
    EXPECT_TRUE(log->upkeep_turn());
    EXPECT_EQ(names("segments", ".segz").size(), sealed);
    EXPECT_FALSE(log->upkeep_turn()) << "the writer has not handed over another";
    EXPECT_TRUE(turn());
  }
  EXPECT_FALSE(log->upkeep_turn()) << "the last one is being written";
  EXPECT_LT(log->stats().bytes_on_disk, 2 * 4096u) << "the writer knows the sealed sizes";
}

TEST_F(SegmentedLogTurns, WhatWasSealedIsScannedATurnEachAtTheNextStart) {
  begin();
  fill(0, 4, true);
  const auto sealed = names("segments", ".segz");
  ASSERT_EQ(sealed.size(), 3u);
  log->close();
  while (turn()) {
  }
  files.damage("data/segments/" + sealed[0], 40);
  open();
  ASSERT_TRUE(log->begin([](std::vector<model::Record>) {}));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(log->upkeep_turn());
  EXPECT_EQ(log->stats().corruptions, 0u);
  EXPECT_TRUE(log->upkeep_turn());
  EXPECT_EQ(log->stats().corruptions, 1u);
  EXPECT_FALSE(log->upkeep_turn());
}

TEST_F(SegmentedLogTurns, ASegmentThatCannotBeSealedStaysPlainAndTheNextOneHasItsTurn) {
  begin();
  fill(0, 3);
  files.on_sync = [](const std::string& path) {
    return path.ends_with(".tmp") ? Result<void>(fail("io_error", "cable out")) : Result<void>();
  };
  EXPECT_TRUE(log->upkeep_turn());
  EXPECT_TRUE(names("segments", ".segz").empty());
  files.on_sync = {};
  EXPECT_TRUE(turn());
  EXPECT_TRUE(log->upkeep_turn());
  EXPECT_EQ(names("segments", ".segz").size(), 1u);
  EXPECT_TRUE(names("segments", ".tmp").empty());
}

// What lay beside the plain segment would come back at the next start, after retention has deleted
// the segment.
TEST_F(SegmentedLogTurns, ASegmentThatStaysPlainHasNothingBesideIt) {
  begin();
  fill(0, 2);
  files.on_sync = [](const std::string& path) {
    return path == "data/segments" ? Result<void>(fail("io_error", "cable out")) : Result<void>();
  };
  EXPECT_TRUE(log->upkeep_turn());
  files.on_sync = {};
  EXPECT_EQ(*files.list("data/segments"), names("segments", ".seg"));
  EXPECT_TRUE(turn());
  EXPECT_FALSE(log->upkeep_turn());
}

TEST_F(SegmentedLogTurns, WhatIsOldAndProcessedIsDeletedAndSoAreTheGenerationsThatOnlyItNamed) {
  options.retention = 1h;
  begin();
  EXPECT_TRUE(reload("first"));
  EXPECT_TRUE(turn());
  fill(0, 3);
  EXPECT_TRUE(reload("second"));
  EXPECT_TRUE(turn());
  fill(3, 6, true);
  clock.pass(2h);
  fill(6, 12, true);
  pass(10s);
  EXPECT_GT(log->stats().segments, 10u) << "nobody has said that they are processed";
  EXPECT_TRUE(stored("first"));
  log->set_processed(~model::Offset{0}), log->set_checkpointed(~model::Offset{0});
  for (int i = 0; i < 20; ++i) pass(1s), log->upkeep_turn();
  EXPECT_LT(log->stats().segments, 9u);
  EXPECT_FALSE(stored("first"));
  EXPECT_TRUE(stored("second")) << "it is in force";
}

// A reload stores its text while the writer is in the very turn that retires, as another thread
// would.
TEST_F(SegmentedLogTurns, AGenerationThatIsBeingNamedIsNotDeletedAndPruningIsMadeUpFor) {
  options.retention = 1h;
  begin();
  EXPECT_TRUE(reload("first"));
  EXPECT_TRUE(turn());
  send({"a"}, 3000), send({"b"}, 3000);
  EXPECT_TRUE(turn());
  EXPECT_TRUE(reload("second"));
  fill(0, 3);
  while (log->upkeep_turn()) ASSERT_TRUE(turn());
  log->set_processed(~model::Offset{0}), log->set_checkpointed(~model::Offset{0});
  clock.pass(2h);
  auto submission = submission_of({"c"}, 3000);
  submission.done = [&](const Result<std::vector<Outcome>>&) { EXPECT_TRUE(reload("third")); };
  EXPECT_TRUE(log->submit(std::move(submission)));
  const auto before = log->stats().segments;
  EXPECT_TRUE(turn());
  EXPECT_LT(log->stats().segments, before);
  EXPECT_TRUE(stored("third")) << "nothing names it yet";
  EXPECT_TRUE(stored("first")) << "nothing was pruned meanwhile";
  EXPECT_TRUE(turn());
  pass(6s);
  EXPECT_TRUE(stored("third"));
  EXPECT_FALSE(stored("first")) << "no segment names it";
}

TEST_F(SegmentedLogTurns, AGenerationThatCannotBeStoredIsAnsweredAtOnceAndNotNamed) {
  begin();
  files.on_sync = [](const std::string& path) {
    return path.find("generations") != std::string::npos
               ? Result<void>(fail("disk_full", "no room"))
               : Result<void>();
  };
  EXPECT_TRUE(reload("first"));
  EXPECT_EQ(answers, (Ids{"disk_full"}));
  EXPECT_TRUE(turn());
  EXPECT_EQ(written(), "S");
  files.on_sync = {};
  EXPECT_TRUE(reload("first"));
  EXPECT_TRUE(turn());
  EXPECT_EQ(answers, (Ids{"disk_full", "1"}));
  EXPECT_EQ(written(), "Sr");
}

}  // namespace
}  // namespace alarum::journal
