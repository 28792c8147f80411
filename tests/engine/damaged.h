#pragma once
// A book, and engines that start over records of ours, some of which are lost. Of one test, on its
// thread; books are in memory unless it asks for a file.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "alert/book_view.h"
#include "base/node.h"
#include "config/routing.h"
#include "engine/processor.h"
#include "tests/engine/world.h"

namespace alarum::engine {

inline std::shared_ptr<const config::Routing> one_receiver(const std::string& text) {
  Diagnostics out;
  const auto root = parse_yaml(text, "c.yaml", out);
  return std::make_shared<const config::Routing>(config::read_routing(*root, {"ops"}, out));
}

class Damaged : public testing::Test {
 protected:
  using Generation = std::shared_ptr<const match::Generation>;

  Damaged() {
    put(model::Start{});
    put(model::Reload{generation_->rules().hash});
  }
  void put(model::Payload payload) {
    records_.push_back({records_.size(), support::at(std::to_string(records_.size()) + "m"), 0,
                        std::move(payload), std::nullopt});
  }
  void event(const std::string& type) {
    put(support::event_of(type + " s1", support::at(std::to_string(records_.size()) + "m"),
                          std::to_string(records_.size())));
  }

  void open() {
    engine_ = std::make_unique<Engine>(
        [this](const std::string&) -> Result<Generation> { return generation_; });
    const auto compose = [](const std::string&, const model::Message& message) {
      std::string text;
      for (const auto& change : message.changes)
        text += std::string(to_text(change.alert.state)) + ' ' + change.alert.rule + ' ' +
                std::string(to_text(change.alert.reason)) + '\n';
      return std::optional(model::Content{text, ""});
    };
    processor_ = std::make_unique<Processor>(
        *engine_, *book_,
        DeliveryConfig{one_receiver(routing_), {{"ops/w/0", "ops"}}, compose, {}});
  }
  void replay(std::size_t from = 99, std::size_t to = 99) {
    open();
    processor_->expect(0, records_.size());
    for (const auto& record : records_) {
      if (record.offset >= from && record.offset < to) continue;
      EXPECT_TRUE(processor_->step(record));
    }
    EXPECT_TRUE(processor_->commit());
  }
  /// A start: replays all records but those from `from` to `to`, then reconciles. What people are
  /// notified of by that.
  std::string start(std::size_t from = 99, std::size_t to = 99) {
    replay(from, to);
    const auto before = bodies().size();
    auto parted =
        processor_->reconcile({records_.size(), support::at("1h"), "not confirmed: a test"});
    EXPECT_TRUE(parted);
    parted_ = *parted;
    std::string out;
    const auto after = bodies();
    for (auto i = before; i < after.size(); ++i) out += after[i];
    return out;
  }
  std::vector<std::string> bodies() {
    std::vector<std::string> out;
    const auto waiting = *book_->pending("ops/w/0", 0, 100);
    for (const auto& one : waiting) out.push_back(one.body);
    return out;
  }
  std::set<std::string> ids() {
    std::set<std::string> out;
    const auto waiting = *book_->pending("ops/w/0", 0, 100);
    for (const auto& one : waiting) out.insert(one.id);
    return out;
  }

  /// An empty book in a file.
  std::string on_disk() {
    const auto path = testing::TempDir() + "lost_test.sqlite";
    for (const auto* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
    book_ = std::move(*alert::Book::open(path));
    return path;
  }
  /// What a checkpoint of now holds.
  std::string checkpoint() {
    auto state = processor_->begin_save();
    while (processor_->saving()) state += processor_->save_some(1 << 20);
    return state;
  }
  /// A start from there: no record that came after it can be read.
  void start_from(const std::string& state) {
    open();
    EXPECT_TRUE(processor_->restore(state));
    const auto parted = processor_->reconcile({records_.size(), support::at("1h"), "a test"});
    EXPECT_TRUE(parted);
    parted_ = *parted;
  }
  void step(model::Record record) {
    records_.push_back(std::move(record));
    EXPECT_TRUE(processor_->step(records_.back()));
    EXPECT_TRUE(processor_->commit());
  }
  /// Down fires, somebody is notified, a checkpoint is made, and it ends: a start from there has
  /// lost the end, and it is ended once more.
  void lose_an_end() {
    event("linkDown");
    put(model::Tick{});
    replay();
    const auto state = checkpoint();
    event("linkUp");
    start();
    start_from(state);
    end_once_more();
  }
  void end_once_more() {
    ASSERT_EQ(parted_.over.size(), 1U);
    put(model::ResolveAlert{parted_.over.front(), "alarum", ""});
    EXPECT_TRUE(processor_->step(records_.back()));
    EXPECT_TRUE(processor_->commit());
  }
  /// Host keeps Down back, and a checkpoint is made; Host ends, and somebody is notified of Down.
  std::string lose_a_message() {
    routing_ =
        "route: {receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 5m}\n"
        "inhibit_rules: [{source_matchers: [alertname=Host], target_matchers: [alertname=Down]}]";
    event("hostDown");
    event("linkDown");
    replay();
    auto state = checkpoint();
    event("hostUp");
    while (records_.back().at < support::at("8m")) put(model::Tick{});
    start();
    EXPECT_EQ(bodies().back(), "firing Down \n");
    return state;
  }
  /// What is notified as Down ends, at the next look at its group.
  std::string end_of_down() {
    event("linkUp");
    EXPECT_TRUE(processor_->step(records_.back()));
    std::string out;
    while (records_.back().at < support::at("13m")) out += tick();
    return out;
  }
  void tick_at(const std::string& time) {
    step({records_.size(), support::at(time), 0, model::Tick{}, std::nullopt});
  }

  /// Down is, until long after the test.
  void silence(const std::string& from) {
    model::Silence silence;
    silence.id = "S", silence.matchers = *model::parse_matchers("alertname=Down"),
    silence.starts_at = support::at(from), silence.ends_at = support::at("9h");
    put(model::SetSilence{model::silence_json(silence)});
  }

  /// What is notified as time passes.
  std::string tick() {
    const auto before = bodies().size();
    put(model::Tick{});
    EXPECT_TRUE(processor_->step(records_.back()));
    EXPECT_TRUE(processor_->commit());
    std::string out;
    const auto after = bodies();
    for (auto i = before; i < after.size(); ++i) out += after[i];
    return out;
  }

  std::string routing_ = "route: {receiver: ops}";
  Generation generation_ = generation_of(
      "rules: [{alert: Host, match: hostDown, until: hostUp, by: subject}, {alert: Down, match: "
      "linkDown, until: linkUp, by: subject}]");
  std::unique_ptr<alert::Book> book_ = std::move(*alert::Book::open(":memory:"));
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Processor> processor_;
  std::vector<model::Record> records_;
  Processor::Parted parted_;
};

}  // namespace alarum::engine
