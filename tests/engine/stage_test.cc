// The engine's thread between journal and delivery, with ports of our own.
#include "engine/stage.h"

#include <gtest/gtest.h>

#include <algorithm>
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
  const auto generation = generation_of("rules: [{alert: Fault, match: fault, until: mended, by: subject}]");
  Engine engine([&](const std::string&) { return generation; });
  auto book = alert::Book::open(":memory:");
  ASSERT_TRUE(book);
  const auto compose = [](const std::string& target, const model::Message& message) { return std::optional(model::Content{target + message.group_key, ""}); };
  Ledger ledger(engine, **book, {routing(), {{"stuck/w/0", "stuck"}, {"well/w/0", "well"}}, compose, {}});
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
  Stage stage(engine, **book, ledger, clock, {}, ports);
  stage.start();

  std::vector<model::Record> records{{0, support::kStart, 0, model::Reload{generation->rules().hash}, std::nullopt}};
  for (model::Offset offset = 1; offset <= 100; ++offset) {
    records.push_back({offset, support::kStart, 0, support::event_of("fault s" + std::to_string(offset), support::kStart, std::to_string(offset)), std::nullopt});
  }
  stage.take(std::move(records));
  EXPECT_EQ(deliveries.wait_for("well/w/0", 100).size(), 100u);
  EXPECT_TRUE(deliveries.wait_for("stuck/w/0", 0).empty());

  for (const std::size_t most : {30u, 100u}) {
    deliveries.allow("stuck/w/0", most);
    stage.ask([](Engine&, alert::Book&, Ledger&) {});  // as a receipt does: it looks for room again
    const auto taken = deliveries.wait_for("stuck/w/0", most);
    EXPECT_EQ(taken.size(), most);
    EXPECT_TRUE(std::ranges::is_sorted(taken));
  }
  stage.stop();
}

}  // namespace
}  // namespace alarum::engine
