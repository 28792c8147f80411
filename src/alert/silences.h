#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/silence.h"

namespace alarum::alert {

/// All silences: pending, active, and expired ones for five days. Finds those of an alert by an
/// index over what they demand to be equal, and asks the others, and those of which more than
/// kCrowd demand the same, once for each set of labels (of the newest 100,000): so that ten
/// thousand of them cost an alert ten thousand comparisons when it is new, each new silence one
/// more, and no more. Lives in the engine: no clock; its times are the wall clock's.
class Silences {
 public:
  Silences() = default;
  // Moved, its silences stay where they are; a copy's index would point to another's
  Silences(Silences&&) = default;
  Silences& operator=(Silences&&) = default;

  void set(model::Silence silence, Time now);
  /// False: there is none of that id, or it has ended already.
  bool expire(const std::string& id, Time now);
  /// Brings the index up to `now`. Ids of those that ended since the last call.
  std::vector<std::string> advance(Time now);
  /// As advance(), and forgets none that ended long ago.
  std::vector<std::string> pass_over(Time now);
  /// The clock went back to `now`: those that had ended and end later than that hold again. Ids of
  /// those that begin later than that: if they held, they hold no more.
  std::vector<std::string> rewind(Time now);
  /// When the next one ends.
  std::optional<Time> next_end() const;
  /// When the next one begins or ends after `now`. O(n).
  std::optional<Time> next_change(Time now) const;

  static constexpr std::size_t kMostNamed = 16, kCrowd = 64;
  /// Ids of the active ones that match, sorted: the first kMostNamed.
  std::vector<std::string> silencing(const model::Labels& labels, Time now) const;
  /// The active ones that match and end with what they match.
  std::vector<std::string> until_resolved(const model::Labels& labels, Time now) const;

  /// How often an alert was held against a silence, for the tests that count the work.
  std::uint64_t compared() const { return compared_; }
  const std::map<std::string, model::Silence>& all() const { return all_; }
  const model::Silence* find(const std::string& id) const;
  void restore(std::vector<model::Silence> silences);

 private:
  void index(const model::Silence& silence);
  void unindex(const model::Silence& silence);
  const std::vector<std::uint64_t>& found_among_others(const model::Labels& labels) const;
  template <class Visit>
  void each_match(const model::Labels& labels, Time now, const Visit& visit) const;

  std::map<std::string, model::Silence> all_;
  // `name 0xFF value` of one matcher of each: ids
  std::unordered_map<std::string, std::set<std::string>> by_value_;
  // Of the others, in the order in which they came
  std::map<std::uint64_t, const model::Silence*> others_;
  std::set<std::pair<Time, std::string>> ends_;  // of those in the index
  struct Place {
    std::string key;          // in by_value_
    std::uint64_t order = 0;  // not 0: in others_
  };
  std::map<std::string, Place> place_;          // by id
  std::uint64_t next_order_ = 1, removed_ = 0;  // how many have left others_
  // Which of others_ match, by the labels' fingerprint: of those that came before `next`, some of
  // which may be gone.
  struct Known {
    std::uint64_t next = 0, removed = 0;
    std::vector<std::uint64_t> found;
  };
  mutable std::unordered_map<std::uint64_t, Known> known_;
  mutable std::uint64_t compared_ = 0;
};

}  // namespace alarum::alert
