#pragma once
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/cpu_time.h"
#include "tests/engine/world.h"

/// Rules with memory, a fleet that keeps many keys of them alive, and an engine that is stepped
/// over its events.
namespace alarum::bench {

constexpr std::size_t kKeysOfRule = 1'000;
constexpr std::size_t kCards = 8;
constexpr const char* kBy = ", by: [subject, {card: data.card}], max_keys: 100000000}\n";

inline double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}
/// Bytes that malloc has given out: the same whatever the allocator keeps back.
inline double heap_bytes() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

/// Rule `i`: count, distinct, absent and sequence by turns. Thresholds that only the hot keys
/// reach.
inline std::string rule_text(std::size_t i) {
  const auto n = std::to_string(i);
  const std::string conditions[] = {
      "match: t" + n + ", count: 20, within: 20m",
      "match: t" + n + ", distinct: {data.code: 6}, within: 20m", "match: t" + n + ", absent: 2h",
      "sequence: [t" + n + ", t" + n + "b, t" + n + "c], within: 20m, resolve_after: 1h"};
  return "- {alert: R" + n + ", " + conditions[i % 4] + kBy;
}
inline std::string rule_texts(std::size_t rules) {
  std::string text = "rules:\n";
  for (std::size_t i = 0; i < rules; ++i) text += rule_text(i);
  return text;
}

/// One event for one key of one rule.
struct Visit {
  std::size_t rule = 0, key = 0, round = 0;
  bool hot = false;
};

/// Visits every key once a round, always in the same scattered order; each hundredth event is for
/// one key of its rule that gets many.
class Fleet {
 public:
  Fleet(std::size_t rules, std::size_t keys_of_rule = kKeysOfRule)
      : rules_(rules), keys_of_rule_(keys_of_rule) {}
  std::size_t keys() const { return rules_ * keys_of_rule_; }
  Visit next() {
    const auto n = count_++;
    if (n >= keys() && n % 100 == 99) return {n / 100 % rules_, 0, n / 100 / rules_, true};
    const auto place = visits_++;
    const auto at = place % keys() * 7'368'787 % keys();  // a prime: each once
    return {at % rules_, at / rules_, place / keys(), false};
  }

 private:
  std::size_t rules_, keys_of_rule_, count_ = 0, visits_ = 0;
};

inline model::Event event_of(const Visit& visit, std::size_t id, Time at,
                             const std::string& prefix = "t") {
  auto type = prefix + std::to_string(visit.rule);
  if (prefix == "t" && visit.rule % 4 == 3)
    type += std::vector<std::string>{"", "b", "c"}[visit.round % (visit.hot ? 3 : 2)];
  const auto number = std::to_string(id);
  const auto subject = "bmc-" + std::to_string(1'000'000 + visit.key / kCards);
  const auto data =
      R"({"card": )" + std::to_string(visit.key % kCards) + R"(, "code": "E)" +
      std::to_string(visit.round % (visit.hot ? 8 : 4)) +
      R"(", "message": "correctable errors above the mark", "bank": 2, "row": 40961, "errors": 17})";
  model::EventFields fields;
  fields.id = number, fields.source = "/fleet/bmc", fields.type = type, fields.subject = subject,
  fields.time = at;
  fields.data_kind = model::DataKind::json, fields.data = data;
  return model::Event(fields);
}

/// Engine time goes on by `gap` an event. Hits are made before a step is timed, as ingest makes
/// them in the daemon.
class Bench {
 public:
  explicit Bench(std::shared_ptr<const match::Generation> generation)
      : generation_(std::move(generation)), engine_(fresh()) {
    step(model::Start{}, std::nullopt);
    step(model::Reload{generation_->rules().hash}, std::nullopt);
  }

  struct Timed {
    double seconds = 0, longest = 0;  ///< by the clock
    double cpu = 0, busiest = 0;      ///< in all, and of one step; with the reading of the clocks
    std::vector<double> each;         ///< of steps for which `keep` holds
  };
  template <class Next, class Keep>
  void run(std::size_t events, Next next, Keep keep, Timed& out) {
    for (std::size_t done = 0; done < events; done += prepared_.size()) {
      prepare(std::min<std::size_t>(events - done, 50'000), next);
      for (std::size_t i = 0; i < prepared_.size(); ++i) {
        const auto cpu = thread_seconds();
        const auto begin = std::chrono::steady_clock::now();
        take(prepared_[i]);
        const auto took = seconds_since(begin);
        const auto used = thread_seconds() - cpu;
        out.cpu += used;
        out.busiest = std::max(out.busiest, used);
        out.seconds += took;
        out.longest = std::max(out.longest, took);
        if (keep(i)) out.each.push_back(took);
      }
    }
    prepared_ = {};
  }
  Timed run(std::size_t events, Fleet& fleet) {
    Timed out;
    run(
        events, [&](std::size_t id, Time at) { return event_of(fleet.next(), id, at); },
        [](std::size_t) { return false; }, out);
    return out;
  }

  engine::Engine& engine() { return *engine_; }
  std::unique_ptr<engine::Engine> fresh() const {
    return std::make_unique<engine::Engine>(
        [this](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
          return generation_;
        });
  }
  /// One step that is no event, and what of it was this thread's own.
  struct Step {
    double seconds = 0, cpu = 0;
  };
  Step control(model::Payload payload) {
    const auto cpu = thread_seconds();
    const auto begin = std::chrono::steady_clock::now();
    step(std::move(payload), std::nullopt);
    return {seconds_since(begin), thread_seconds() - cpu};
  }
  Step reload(std::shared_ptr<const match::Generation> generation) {
    const auto before = std::exchange(generation_, std::move(generation));
    return control(model::Reload{generation_->rules().hash});
  }
  Time& now() { return now_; }
  std::size_t fired() const { return fired_; }
  double match_seconds = 0;
  Duration gap = std::chrono::microseconds(250);

 private:
  template <class Next>
  void prepare(std::size_t events, Next& next) {
    prepared_.clear();
    for (std::size_t i = 0; i < events; ++i) {
      now_ += gap;
      auto event = next(offset_, now_);
      const auto begin = std::chrono::steady_clock::now();
      auto hits = generation_->match(event);
      match_seconds += seconds_since(begin);
      prepared_.push_back({offset_++, now_, generation_->id(), std::move(event), std::move(hits)});
    }
  }
  void step(model::Payload payload, std::optional<model::Hits> hits) {
    take({offset_++, now_, 0, std::move(payload), std::move(hits)});
  }
  void take(const model::Record& record) {
    const auto changes = engine_->step(record);
    if (!changes) throw std::runtime_error(changes.error().message);
    for (const auto& change : *changes) fired_ += change.kind == model::Change::Kind::fired;
  }

  std::shared_ptr<const match::Generation> generation_;
  std::unique_ptr<engine::Engine> engine_;
  std::vector<model::Record> prepared_;
  model::Offset offset_ = 0;
  Time now_ = support::kStart;
  std::size_t fired_ = 0;
};

}  // namespace alarum::bench
