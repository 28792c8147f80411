#include "app/recovery.h"

#include <gtest/gtest.h>

#include "config/routing.h"
#include "tests/journal/world.h"

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

/// A process that may die at any time: what it remembers is gone then, journal, checkpoints and book stay.
struct Process {
  Process(journal::World& on, alert::Book& with) : world(on), book(with) {}
  Result<Replayed> recover(std::chrono::milliseconds every) { return app::recover(ledger, book, checkpoints, {world.files, "data", clock}, {book.processed(), 0, every}); }

  journal::World& world;
  alert::Book& book;
  SystemClock clock;
  journal::Checkpoints checkpoints{world.files, "data"};
  engine::Engine engine{[](const std::string&) -> Result<std::shared_ptr<const match::Generation>> { throw std::runtime_error("rules that cannot be compiled"); }};
  engine::Ledger ledger{engine, book, {std::make_shared<config::Routing>(config::routing_to("nobody")), {}, [](const std::string&, const model::Message&) { return std::nullopt; }, {}}};
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

TEST(Recovery, ARecordThatCannotBeProcessedIsParkedAndTheOthersAreReplayed) {
  journal::World world;
  const auto book = std::move(*alert::Book::open(":memory:"));
  ASSERT_TRUE(world.put({"a"}));
  ASSERT_TRUE(world.log->commit_control(model::Reload{std::string(64, 'a')}, journal::at_second(2)));
  ASSERT_TRUE(world.put({"b"}));
  Process process(world, *book);
  const auto replayed = process.recover(1h);
  ASSERT_TRUE(replayed);
  EXPECT_EQ(replayed->records, 3U);
  EXPECT_EQ(book->processed(), 3U);
  ASSERT_EQ(process.ledger.parked_count(), 1U);
  EXPECT_EQ(process.ledger.parked().front().offset, 1U);
}

}  // namespace
}  // namespace alarum::app
