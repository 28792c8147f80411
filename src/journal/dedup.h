#pragma once
#include <cstddef>
#include <deque>
#include <unordered_set>

#include "journal/segment.h"

namespace alarum::journal {

/// The events that were committed within the window: what makes a second copy a duplicate. Bounded: above `max` the oldest go.
class DedupSet {
 public:
  DedupSet(Duration window, std::size_t max) : window_(window), max_(max) {}

  bool contains(const Identity& identity) const { return set_.contains(identity); }
  /// `at` never goes back from call to call. An identity that is there already keeps its place.
  void add(const SeenEvent& event);
  /// Forgets what is older than the window.
  void expire(Time now);
  std::size_t size() const { return set_.size(); }
  /// How far back the set reaches: the window, or less where `max` cut it.
  Duration reach(Time now) const;

 private:
  struct Hash {
    std::size_t operator()(const Identity& identity) const { return identity[0]; }  // half a SHA-256: spread already
  };
  void forget_oldest();

  Duration window_;
  std::size_t max_;
  std::unordered_set<Identity, Hash> set_;
  std::deque<SeenEvent> order_;  // oldest first
  bool cut_ = false;             // `max` has sent something away before its time
};

}  // namespace alarum::journal
