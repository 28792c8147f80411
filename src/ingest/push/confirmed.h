#pragma once
#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "base/time.h"

namespace alarum::ingest {

/// Remembers which subscriptions were confirmed, by topic and message id, as long as their messages
/// are young enough to be accepted. So a recorded message that is replayed does not make the daemon
/// ask its URL again. At most kMost entries; past that the oldest is forgotten. Lost at a restart.
/// Owned by the bridge; any thread.
class Confirmed {
 public:
  static constexpr std::size_t kMost = 1000;  // SMN sends at most 200 in 10 minutes

  /// Whether that message has confirmed its subscription; also drops expired entries.
  bool contains(const std::string& topic, const std::string& id, Time now);
  /// `until`: when the message becomes `stale_message`, so that nothing needs to be remembered.
  void add(const std::string& topic, const std::string& id, Time until);

 private:
  using Key = std::pair<std::string, std::string>;
  std::mutex mutex_;  // guards both members below, because messages come on every http thread
  std::set<Key> known_;
  std::deque<std::pair<Time, Key>> order_;  // oldest first
};

}  // namespace alarum::ingest
