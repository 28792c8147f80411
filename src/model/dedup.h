#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <unordered_map>

#include "model/identity.h"

namespace alarum::model {

struct IdentityHash {
  std::size_t operator()(const Identity& identity) const { return identity[0]; }  // half a SHA-256: spread already
};

/// The events that were taken within the window: what makes a second copy a duplicate, in the daemon's journal and in rule tests. Of an
/// identity whose content counts it knows the last one. Bounded: above `max` the oldest go.
class DedupSet {
 public:
  DedupSet(Duration window, std::size_t max) : window_(window), max_(max) {}

  /// The content of an identity's last event (0: the name is all that counts); nullopt for one that is not known.
  std::optional<std::uint64_t> content(const Identity& identity) const;
  bool contains(const SeenEvent& event) const { return content(event.identity) == event.content; }
  bool contains(const SeenAs& seen) const;
  /// `at` never goes back from call to call. What is there already keeps its place; another content of its identity takes it.
  void add(const SeenEvent& event);
  /// Forgets what is older than the window.
  void expire(Time now);
  std::size_t size() const { return known_.size(); }
  /// How far back the set reaches: the window, or less where `max` cut it.
  Duration reach(Time now) const;

 private:
  struct Known {
    std::uint64_t content = 0, number = 0;
  };
  struct Entry {
    Identity identity;
    Time at;
  };
  void forget_oldest();

  Duration window_;
  std::size_t max_;
  std::unordered_map<Identity, Known, IdentityHash> known_;
  std::deque<Entry> order_;    // oldest first, at most `max_`; an entry whose identity has a later one says nothing any more
  std::uint64_t first_ = 0;    // the number of the first of order_
  bool cut_ = false;           // `max` has sent something away before its time
};

}  // namespace alarum::model
