#include "app/recovery.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "config/routing.h"
#include "journal/embedded.h"
#include "tests/engine/world.h"
#include "tests/journal/fake_journal.h"
#include "tests/journal/world.h"

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

/// A process that may die at any time: what it remembers is gone then, journal, checkpoints and
/// book stay.
struct Process {
  Process(journal::World& on, alert::Book& with) : world(on), book(with) {}
  Result<Replayed> recover(std::chrono::milliseconds every,
                           const std::vector<std::string>& missing_rules = {}) {
    return app::recover(processor, book, journal, clock, {book.processed(), 0, 0, every},
                        missing_rules);
  }

  journal::World& world;
  alert::Book& book;
  SystemClock clock;
  journal::FolderJournal journal{world.files, "data"};
  engine::FindGeneration find =
      [](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
    throw std::runtime_error("rules that cannot be compiled");
  };
  engine::Engine engine{[this](const std::string& hash) { return find(hash); }};
  engine::Processor processor{
      engine,
      book,
      {std::make_shared<config::Routing>(config::routing_to("nobody")),
       {},
       [](const std::string&, const model::Message&) { return std::nullopt; },
       {}}};
};

TEST(Recovery, AReplayThatIsCutShortIsNotBegunAnew) {
  journal::World world;
  const auto book = std::move(*alert::Book::open(":memory:"));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(world.put({"e" + std::to_string(i)}));
  const auto first = Process(world, *book).recover(0ms);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->from, 0U);
  EXPECT_EQ(first->records, 10U);
  ASSERT_TRUE(world.put({"e10"}));
  Process second(world, *book);  // the first one wrote no checkpoint of its own before it died
  const auto replayed = second.recover(1h);
  ASSERT_TRUE(replayed) << replayed.error().message;
  EXPECT_EQ(replayed->from, 10U);
  EXPECT_EQ(replayed->records, 1U);
  EXPECT_EQ(book->processed(), 11U);
}

// It took the damage with it, and nobody learned of it.
TEST(Recovery, AReplayOverDamageThatIsCutShortLeavesWordOfIt) {
  journal::World world;
  const auto book = std::move(*alert::Book::open(":memory:"));
  ASSERT_TRUE(world.put({"a"}));
  ASSERT_TRUE(Process(world, *book).recover(0ms, {"abc"}));
  Process second(world, *book);
  const auto replayed = second.recover(1h);
  ASSERT_TRUE(replayed);
  EXPECT_EQ(replayed->from, 1U);
  const auto damage = damage_of({}, 1, {}, second.processor.inherited_damage());
  EXPECT_EQ(damage.places,
            (std::vector<std::string>{"the rules abc are gone; those on disk stand in for them"}));
  EXPECT_EQ(damage.cause, "a start that was cut short went over damage");
  EXPECT_TRUE(damage.any());
}

TEST(Recovery, ARecordThatCannotBeProcessedIsParkedAndTheOthersAreReplayed) {
  journal::World world;
  const auto book = std::move(*alert::Book::open(":memory:"));
  ASSERT_TRUE(world.put({"a"}));
  ASSERT_TRUE(
      world.log->commit_control(model::Reload{std::string(64, 'a')}, journal::at_second(2)));
  ASSERT_TRUE(world.put({"b"}));
  Process process(world, *book);
  const auto replayed = process.recover(1h);
  ASSERT_TRUE(replayed);
  EXPECT_EQ(replayed->records, 3U);
  EXPECT_EQ(book->processed(), 3U);
  ASSERT_EQ(process.processor.parked_count(), 1U);
  EXPECT_EQ(process.processor.parked().front().offset, 1U);
}

// A start that went on would judge the past by other rules, for good, because of what a disk said
// once.
TEST(Recovery, RulesThatCannotBeReadJustNowEndTheStart) {
  journal::World world;
  const auto book = std::move(*alert::Book::open(":memory:"));
  ASSERT_TRUE(
      world.log->commit_control(model::Reload{std::string(64, 'a')}, journal::at_second(2)));
  Process process(world, *book);
  process.find = [](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
    return fail("io_error", "cannot read it");
  };
  const auto refused = process.recover(1h);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "io_error");
  process.find = [](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
    return fail("not_found", "it is gone");
  };
  EXPECT_TRUE(Process(world, *book).recover(1h));
}

TEST(Recovery, NothingStandsInForRulesThatCannotBeReadJustNow) {
  PosixFileSystem files;
  const auto folder =
      std::filesystem::temp_directory_path() / ("alarum-recovery-" + std::to_string(::getpid()));
  const auto in_force =
      engine::generation_of("rules:\n  - {alert: A, match: {type: [a]}, resolve_after: 1h}\n");
  const std::string hash(64, 'a'), path = (folder / "generations" / (hash + ".json.zst")).string();
  std::vector<std::string> missing;
  const auto journal = journal::view_embedded(files, folder.string());
  const auto find = stored_generations(*journal, in_force, &missing);
  std::filesystem::create_directories(path);  // a folder can be opened, but not read
  const auto refused = find(hash);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "io_error");
  EXPECT_TRUE(missing.empty());
  EXPECT_EQ(*find(std::string(64, 'b')), in_force)
      << "rules that are gone have those in force stand in for them";
  EXPECT_EQ(missing, std::vector<std::string>{std::string(64, 'b')});
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace alarum::app
