// The engine's thread between journal and delivery, with ports of our own.
#include "engine/stage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "base/node.h"
#include "config/routing.h"
#include "tests/engine/world.h"

namespace alarum::engine {
namespace {

using namespace std::chrono_literals;

constexpr auto kRouting = R"(
route:
  receiver: well
  routes: [{receiver: stuck, continue: true, matchers: ['alertname="Fault"']}, {receiver: well}]
)";

std::shared_ptr<const config::Routing> routing() {
  Diagnostics out;
  const auto root = parse_yaml(kRouting, "c.yaml", out);
  auto read = config::read_routing(*root, {"stuck", "well"}, out);
  EXPECT_EQ(out.text(), "");
  return std::make_shared<const config::Routing>(std::move(read));
}

/// What delivery was given, by target; it takes `room` of each at most.
class Deliveries {
 public:
  std::size_t room(const std::string& target) {
    const std::scoped_lock lock(mutex_);
    return most_[target] - taken_[target].size();
  }
  void allow(const std::string& target, std::size_t most) {
    const std::scoped_lock lock(mutex_);
    most_[target] = most;
  }
  void take(const std::vector<model::Notification>& notifications) {
    const std::scoped_lock lock(mutex_);
    for (const auto& one : notifications) taken_[one.target].push_back(one.sequence);
    changed_.notify_all();
  }
  std::vector<std::uint64_t> wait_for(const std::string& target, std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 60s, [&] { return taken_[target].size() >= count; });
    return taken_[target];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::size_t> most_;
  std::map<std::string, std::vector<std::uint64_t>> taken_;
};

TEST(Stage, ATargetThatTakesNothingDelaysNobodyAndIsFedInOrderLater) {
  const auto generation =
      generation_of("rules: [{alert: Fault, match: fault, until: mended, by: subject}]");
  Engine engine([&](const std::string&) { return generation; });
  auto book = alert::Book::open(":memory:");
  ASSERT_TRUE(book);
  const auto compose = [](const std::string& target, const model::Message& message) {
    return std::optional(model::Content{target + message.group_key, ""});
  };
  Processor processor(engine, **book,
                      {routing(), {{"stuck/w/0", "stuck"}, {"well/w/0", "well"}}, compose, {}});
  Deliveries deliveries;
  deliveries.allow("well/w/0", 1000);
  Stage::Ports ports;
  ports.next_due = [](auto) {};
  ports.processed = [](auto) {};
  ports.checkpoint = [](auto) {};
  ports.checkpoint_room = [] { return true; };
  ports.room = [&](const std::string& target) { return deliveries.room(target); };
  ports.deliver = [&](const auto& notifications) { deliveries.take(notifications); };
  SystemClock clock;
  Stage stage(engine, **book, processor, clock, {}, ports);
  stage.start();

  std::vector<model::Record> records{
      {0, support::kStart, 0, model::Reload{generation->rules().hash}, std::nullopt}};
  for (model::Offset offset = 1; offset <= 100; ++offset) {
    records.push_back({offset, support::kStart, 0,
                       support::event_of("fault s" + std::to_string(offset), support::kStart,
                                         std::to_string(offset)),
                       std::nullopt});
  }
  stage.take(std::move(records));
  EXPECT_EQ(deliveries.wait_for("well/w/0", 100).size(), 100u);
  EXPECT_TRUE(deliveries.wait_for("stuck/w/0", 0).empty());

  for (const std::size_t most : {30u, 100u}) {
    deliveries.allow("stuck/w/0", most);
    // As a receipt does: it looks for room again
    stage.ask([](Engine&, alert::Book&, Processor&) {});
    const auto taken = deliveries.wait_for("stuck/w/0", most);
    EXPECT_EQ(taken.size(), most);
    EXPECT_TRUE(std::ranges::is_sorted(taken));
  }
  stage.stop();
}

struct SetClock final : Clock {
  Time wall() override { return support::kStart; }
  std::chrono::nanoseconds monotonic() override { return now.load(); }
  std::atomic<std::chrono::nanoseconds> now{};
};

/// What the stage wants kept, for a writer that has room when it is told so.
struct Kept {
  void take(CheckpointPart part) {
    const std::scoped_lock lock(mutex);
    if (part.first) state.clear(), parts = 0;
    if (part.first && !std::exchange(begun, true)) room = false;
    state += part.bytes, offset = part.offset, whole = part.last, ++parts;
    changed.notify_all();
  }
  template <class Until>
  bool wait(Until until) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 60s, until);
  }
  std::mutex mutex;
  std::condition_variable changed;
  std::string state;
  model::Offset offset = 0, processed = 0;
  std::size_t parts = 0;
  bool whole = false, begun = false;
  std::atomic<bool> room = true;  ///< until the first part has come
};

DeliveryConfig nobody() {
  return {std::make_shared<config::Routing>(config::routing_to("nobody")),
          {},
          [](const std::string&, const model::Message&) { return std::nullopt; },
          {}};
}

TEST(Stage, StepsOnWhileACheckpointIsMadeThatIsTheStateOfItsOffset) {
  const auto generation = generation_of(
      "rules: [{alert: Storm, match: hit, count: 9, within: 6h, by: subject}, {alert: Quiet, "
      "match: hit, absent: 2h, by: subject}]");
  const auto find = [&](const std::string&) { return generation; };
  std::vector<model::Record> records{
      {0, support::kStart, 0, model::Reload{generation->rules().hash}, std::nullopt}};
  for (model::Offset offset = 1; offset < 8'000; ++offset) {
    const auto at = support::kStart + std::chrono::milliseconds(offset);
    records.push_back(
        {offset, at, 0,
         support::event_of("hit s" + std::to_string(offset % 3'000), at, std::to_string(offset)),
         std::nullopt});
  }
  Kept kept;
  Stage::Ports ports;
  ports.next_due = [](auto) {};
  Stage* running = nullptr;
  ports.processed = [&](model::Offset) {  // what the book knows is later by up to a second
    const std::scoped_lock lock(kept.mutex);
    kept.processed = running->processed();
    kept.changed.notify_all();
  };
  ports.checkpoint = [&](CheckpointPart part) { kept.take(std::move(part)); };
  ports.checkpoint_room = [&] { return kept.room.load(); };
  ports.room = [](const std::string&) { return 0; };
  ports.deliver = [](const auto&) {};
  SetClock clock;
  Engine engine(find);
  auto book = alert::Book::open(":memory:");
  Processor processor(engine, **book, nobody());
  Stage stage(engine, **book, processor, clock, {}, ports);
  running = &stage;
  stage.start();
  constexpr model::Offset kBegun = 5'000;
  stage.take(std::vector(records.begin(), records.begin() + kBegun));
  // The reload's row is written early for whoever asks
  stage.ask([](Engine&, alert::Book&, Processor&) {});
  ASSERT_TRUE(kept.wait([&] { return kept.processed == kBegun; }));
  clock.now = 31s;
  stage.ask([](Engine&, alert::Book&, Processor&) {});
  ASSERT_TRUE(kept.wait([&] { return kept.parts == 1; }));
  // The writer's disk is slow: nobody waits for it
  stage.take(std::vector(records.begin() + kBegun, records.end()));
  ASSERT_TRUE(kept.wait([&] { return kept.processed == records.size(); }));
  EXPECT_FALSE(kept.whole);
  kept.room = true;
  ASSERT_TRUE(kept.wait([&] { return kept.whole; }));
  EXPECT_EQ(kept.offset, kBegun);
  EXPECT_GT(kept.parts, 3U);

  Engine then(find), restored(find);
  auto empty = alert::Book::open(":memory:");
  Processor calm(then, **empty, nobody()), after(restored, **empty, nobody());
  for (model::Offset offset = 0; offset < kBegun; ++offset) ASSERT_TRUE(calm.step(records[offset]));
  ASSERT_TRUE(after.restore(kept.state));
  EXPECT_EQ(restored.correlator().keys(), 6'000U);
  EXPECT_EQ(sorted(saved(after)), sorted(saved(calm)));  // keys come in any order
  stage.stop();
  EXPECT_EQ(kept.offset, records.size());
  EXPECT_TRUE(kept.whole);
}

}  // namespace
}  // namespace alarum::engine
