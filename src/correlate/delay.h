#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/time.h"

namespace alarum::correlate {

/// `for`: conditions that became true and must stay so for a while before their alert fires. Timers run on engine time.
class Delay {
 public:
  using Id = std::pair<std::string, std::string>;  ///< rule name, key text
  struct Waiting {
    Time due;           ///< engine time
    Time starts, when;  ///< event times, as in Finding
    std::string event;  ///< bytes of the newest event, for the texts; empty: a timer led to it
  };

  /// The condition is true, for the first time or again: the wait that runs goes on, its texts are renewed.
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
  using Timer = std::tuple<Time, std::string, std::string>;
  const Timer* next() const { return timers_.empty() ? nullptr : &*timers_.begin(); }

  const std::map<Id, Waiting>& all() const { return waiting_; }
  void restore(std::map<Id, Waiting> waiting) {
    waiting_ = std::move(waiting);
    timers_.clear();
    for (const auto& [id, one] : waiting_) timers_.emplace(one.due, id.first, id.second);
  }

 private:
  std::map<Id, Waiting> waiting_;
  std::set<Timer> timers_;
};

}  // namespace alarum::correlate
