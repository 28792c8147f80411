#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/time.h"

namespace alarum::correlate {

/// `for`: conditions that became true and must stay so for a while before their alert fires. Timers
/// run on engine time.
class ForTimer {
 public:
  using Id = std::pair<std::string, std::string>;  ///< rule name, key text
  struct Waiting {
    Time due;           ///< engine time
    Time starts, when;  ///< event times, as in Decision
    std::string event;  ///< bytes of the newest event, for the texts; empty: a timer led to it
    /// It was due while an alert of the rule's `unless` fired, and is news when it is judged again
    bool again = false;
  };
  static constexpr Time kPutOff = Time::max();  ///< due of what is not judged before rearm()

  /// The condition is true, for the first time or again: the wait that runs goes on, its texts are
  /// renewed.
  void begin(const Id& id, Waiting fresh) {
    const auto [found, added] = waiting_.try_emplace(id, fresh);
    if (added) return void(timers_.emplace(fresh.due, id.first, id.second));
    found->second.starts = std::min(found->second.starts, fresh.starts);
    found->second.when = fresh.when;
    found->second.event = std::move(fresh.event);
  }
  std::optional<Waiting> cancel(const Id& id) {
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) return std::nullopt;
    auto waited = std::move(found->second);
    timers_.erase({waited.due, id.first, id.second});
    waiting_.erase(found);
    return waited;
  }
  /// It stays as it is, without a time at which it is due.
  void put_off(const Id& id, Waiting waited) {
    waited.due = kPutOff;
    waited.again = true;
    waiting_[id] = std::move(waited);
  }
  /// False: it was not put off.
  bool rearm(const Id& id, Time due) {
    const auto found = waiting_.find(id);
    if (found == waiting_.end() || found->second.due != kPutOff) return false;
    found->second.due = due;
    timers_.emplace(due, id.first, id.second);
    return true;
  }
  using Timer = std::tuple<Time, std::string, std::string>;
  const Timer* next() const { return timers_.empty() ? nullptr : &*timers_.begin(); }

  const std::map<Id, Waiting>& all() const { return waiting_; }
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
