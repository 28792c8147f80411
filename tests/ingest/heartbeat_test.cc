#include <gtest/gtest.h>

#include "ingest/push/json.h"
#include "ingest/random_id.h"
#include "journal/log.h"
#include "tests/engine/world.h"
#include "tests/support/memory_files.h"

namespace alarum::ingest::heartbeat_test {
namespace {

using namespace std::chrono_literals;

constexpr auto kRule = "rules:\n- {alert: Lost, match: heartbeat, absent: 5m, by: source}\n";

// The same body every minute, longer than the journal knows duplicates, through decoder, journal
// and engine: how many of them were taken for copies.
std::size_t beats(engine::World& world, const std::function<std::string()>& new_id) {
  testing::MemoryFiles files;
  journal::Options options;
  options.folder = "/j";
  options.segment_size = 1 << 20;
  const auto log = *journal::Log::open(options, files);
  std::size_t copies = 0;
  for (int minute = 0; minute <= 25 * 60; ++minute) {
    const auto at = support::kStart + std::chrono::minutes(minute);
    auto events = *decode_json({}, "heartbeat", {}, R"({"host":"s1","alive":true})", new_id);
    journal::Submission submission;
    submission.items.push_back({std::move(*events.at(0)), std::nullopt});
    std::vector<journal::Submission> group;
    group.push_back(std::move(submission));
    auto done = log->commit(group, at);
    copies += done->outcomes[0][0].duplicate;
    for (auto& record : done->records)
      world.take(at, std::get<model::Event>(std::move(record.payload)));
  }
  return copies;
}

TEST(Heartbeat, WithoutAnIdKeepsAbsentQuietForDaysAndItsEndIsNoticed) {
  engine::World world(kRule);
  EXPECT_EQ(beats(world, [random = SystemRandom()]() mutable { return random_id(random); }), 0U);
  EXPECT_EQ(world.told(), "");
  world.play("1506m !tick");
  EXPECT_EQ(world.told(), "1d1h5m fired Lost{source=heartbeat}\n");
}

TEST(Heartbeat, WithOneIdIsHeardOnceADay) {
  engine::World world(kRule);
  EXPECT_GT(beats(world, [] { return std::string("beat"); }), 1490U);
  world.play("1501m !tick");
  EXPECT_NE(world.told(), "") << "what the test above must notice";
}

}  // namespace
}  // namespace alarum::ingest::heartbeat_test
