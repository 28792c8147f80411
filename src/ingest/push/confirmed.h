#pragma once
#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "base/time.h"

namespace alarum::ingest {

/// The subscriptions that were confirmed, by topic and message id, for as long as their messages
/// are young enough to be believed: whoever recorded one cannot have us ask its URL again and
/// again. At most kMost; past that the oldest is forgotten. Any thread.
class Confirmed {
 public:
  static constexpr std::size_t kMost = 1000;  // SMN sends at most 200 in 10 minutes

  bool contains(const std::string& topic, const std::string& id, Time now);
  /// `until`: when its message is too old to be taken anyway.
  void add(const std::string& topic, const std::string& id, Time until);

 private:
  using Key = std::pair<std::string, std::string>;
  std::mutex mutex_;  // guards both: confirmations come on every core
  std::set<Key> known_;
  std::deque<std::pair<Time, Key>> order_;  // oldest first
};

}  // namespace alarum::ingest
