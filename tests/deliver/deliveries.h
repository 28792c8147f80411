#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "deliver/queue.h"

/// A queue, its target and the time, as tests of the queue read them.
namespace alarum::deliver {

using namespace std::chrono_literals;
using Outcome = model::Receipt::Outcome;

/// Of the notification: tests call the one of sequence 7 `n7`.
inline std::uint64_t sequence_of(const model::Receipt& receipt) {
  return std::stoull(receipt.id.substr(1));
}

struct Delivery {
  Queue::Merge other;  ///< in place of the merge below
  Queue queue{{1s, 60s, 3, [] { return 1.0; },
               [this](const auto& parts) -> std::optional<model::Notification> {
                 if (other) return other(parts);
                 auto all = *parts.back();
                 all.headers.clear();
                 all.id = "all of " + std::to_string(parts.size());
                 all.created = parts.front()->created;
                 all.body.clear();
                 for (const auto* part : parts) all.body += part->body;
                 return all;
               }}};
  Moment now{0s, Time(Duration(1'000'000s))};
  std::vector<model::Receipt> dead;

  Delivery() { targets({"hook"}); }
  std::vector<model::Receipt> targets(const std::vector<std::string>& names,
                                      std::size_t concurrency = 4) {
    std::vector<Target> targets;
    for (const auto& name : names) {
      targets.push_back({});
      targets.back().name = name;
      targets.back().concurrency = concurrency;
      targets.back().max_age = 1h;
    }
    return queue.set_targets(targets, now);
  }
  model::Notification notification(std::uint64_t sequence, const std::string& group,
                                   const std::string& target = "hook",
                                   const std::string& facts = {}) const {
    model::Notification notification;
    notification.facts = facts;
    notification.sequence = sequence;
    notification.id = "n" + std::to_string(sequence);
    notification.group_key = group;
    notification.target = target;
    notification.created = now.wall;
    notification.body = " " + std::to_string(sequence) + " ";
    return notification;
  }
  void add(std::uint64_t sequence, const std::string& group, const std::string& target = "hook",
           const std::string& facts = {}) {
    auto one = notification(sequence, group, target, facts);
    for (auto& receipt : queue.add(std::move(one), now, now)) dead.push_back(std::move(receipt));
  }
  /// All that may go now.
  std::vector<std::uint64_t> go() {
    std::vector<std::uint64_t> gone;
    while (const auto* next = queue.next(now, dead)) gone.push_back(next->sequence);
    return gone;
  }
  void pass(std::chrono::seconds by) { now.monotonic += by, now.wall += by; }
  std::vector<model::Receipt> ends(std::uint64_t sequence, Verdict::Kind kind,
                                   std::chrono::seconds retry_after = 0s, bool slow_down = false) {
    return queue.done(sequence, {kind, "x", retry_after, slow_down}, now);
  }
  std::optional<model::Receipt> end(std::uint64_t sequence, Verdict::Kind kind,
                                    std::chrono::seconds retry_after = 0s) {
    const auto receipts = ends(sequence, kind, retry_after);
    EXPECT_LE(receipts.size(), 1u);
    return receipts.empty() ? std::nullopt : std::optional(receipts.front());
  }
  /// The target fails at this one until its circuit is open and the pause is over.
  void is_down(std::uint64_t sequence) {
    for (int i = 0; i < 3; ++i) {
      go();
      end(sequence, Verdict::Kind::retry);
      pass(60s);
    }
  }
  void limit(std::size_t rate) {
    Target target;
    target.name = "hook";
    target.concurrency = 1;
    target.rate = rate;
    target.max_age = 1h;
    target.rate_per = 1min;
    (void)queue.set_targets({target}, now);
  }
};

using Sequences = std::vector<std::uint64_t>;
inline constexpr auto kOk = Verdict::Kind::delivered, kRetry = Verdict::Kind::retry,
                      kDead = Verdict::Kind::dead;

}  // namespace alarum::deliver
