#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/time.h"

namespace alarum::correlate {

/// The rule key `for`: conditions that became true and must stay true for a while before their
/// alert fires. Timers run on engine time.
///
/// The engine owns it, on its thread. Memory: an entry for each instance that waits, with the bytes
/// of its newest event. Every call is O(log n). A checkpoint stores all().
class ForTimer {
 public:
  /// Name of the rule, text of the key (correlate/keys.h).
  using Id = std::pair<std::string, std::string>;
  /// An instance whose condition is true and whose alert has not fired yet.
  struct Waiting {
    Time due;           ///< engine time
    Time starts, when;  ///< event times, as in Decision
    /// The bytes of the newest event, from which the texts are made. Empty if a timer made it true.
    std::string event;  ///< bytes of the newest event, for the texts; empty: a timer led to it
    /// It was due while an alert of the rule's `unless` fired, so it was put off. When it is
    /// evaluated again it is news.
    bool again = false;
  };
  /// The due time of an instance that was put off: it is not due before rearm().
  static constexpr Time kPutOff = Time::max();

  /// The condition is true, for the first time or again. A wait that is running goes on with its
  /// due time; its texts come from the newest event.
  void begin(const Id& id, Waiting fresh) {
    const auto [found, added] = waiting_.try_emplace(id, fresh);
    if (added) return void(timers_.emplace(fresh.due, id.first, id.second));
    found->second.starts = std::min(found->second.starts, fresh.starts);
    found->second.when = fresh.when;
    found->second.event = std::move(fresh.event);
  }
  /// Ends the wait, because the condition is false or the alert fires. nullopt if there was none.
  std::optional<Waiting> cancel(const Id& id) {
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) return std::nullopt;
    auto waited = std::move(found->second);
    timers_.erase({waited.due, id.first, id.second});
    waiting_.erase(found);
    return waited;
  }
  /// Puts an instance that cancel() returned back without a due time.
  void put_off(const Id& id, Waiting waited) {
    waited.due = kPutOff;
    waited.again = true;
    waiting_[id] = std::move(waited);
  }
  /// Gives an instance that was put off a due time. False if it was not put off.
  bool rearm(const Id& id, Time due) {
    const auto found = waiting_.find(id);
    if (found == waiting_.end() || found->second.due != kPutOff) return false;
    found->second.due = due;
    timers_.emplace(due, id.first, id.second);
    return true;
  }
  using Timer = std::tuple<Time, std::string, std::string>;
  /// The next instance that is due; nullptr if none is. Ties are in the order of rule and key, so a
  /// replay fires alerts in the same order.
  const Timer* next() const { return timers_.empty() ? nullptr : &*timers_.begin(); }

  const std::map<Id, Waiting>& all() const { return waiting_; }
  /// Replaces everything with what a checkpoint stored.
  void restore(std::map<Id, Waiting> waiting) {
    waiting_ = std::move(waiting);
    timers_.clear();
    for (const auto& [id, one] : waiting_) {
      if (one.due != kPutOff) timers_.emplace(one.due, id.first, id.second);
    }
  }

 private:
  std::map<Id, Waiting> waiting_;
  std::set<Timer> timers_;
};

}  // namespace alarum::correlate
