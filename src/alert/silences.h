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

/// All silences: pending, active, and those that expired within the last five days (Alertmanager's
/// `--data.retention`). The Dispatcher owns the object: one thread, no clock; all times are by the
/// wall clock.
///
/// An index finds the silences of an alert by one label value that each of them demands. Silences
/// without such a value, and those of a value that more than kCrowd demand, are compared once with
/// each set of labels, and the result is remembered for the newest 100,000 sets. So with ten
/// thousand such silences, a new alert costs ten thousand comparisons, and a known alert one for
/// each new silence.
class Silences {
 public:
  Silences() = default;
  // A move leaves the silences where they are. A copy's index would point to the other's silences.
  Silences(Silences&&) = default;
  Silences& operator=(Silences&&) = default;

  /// Adds a silence, or replaces the one with its id.
  void set(model::Silence silence, Time now);
  /// Ends a silence at `now`. False if there is none of that id, or if it has ended already.
  bool expire(const std::string& id, Time now);
  /// Updates the index for the time `now`, and forgets silences that expired more than five days
  /// ago if some silence has ended. Returns the ids of those that ended since the last call.
  std::vector<std::string> advance(Time now);
  /// The same, but forgets none.
  std::vector<std::string> pass_over(Time now);
  /// The wall clock went back to `now`: silences that had ended and end later than `now` hold
  /// again. Returns the ids of those that now begin in the future and so may hold no more. O(n).
  std::vector<std::string> rewind(Time now);
  /// When the next one ends; nullopt if none is left to end.
  std::optional<Time> next_end() const;
  /// When the next one begins or ends after `now`. O(n).
  std::optional<Time> next_change(Time now) const;

  /// At most so many silences are named. From so many with the same value on, a value is a crowd.
  static constexpr std::size_t kMostNamed = 16, kCrowd = 64;
  /// Ids of the active silences that match these labels, sorted: the first kMostNamed.
  std::vector<std::string> silencing(const model::Labels& labels, Time now) const;
  /// Ids of the active silences that match these labels and end with the last alert that they
  /// match.
  std::vector<std::string> until_resolved(const model::Labels& labels, Time now) const;

  /// How often labels were compared with a silence, for tests that count the work.
  std::uint64_t compared() const { return compared_; }
  /// All silences by id, expired ones too.
  const std::map<std::string, model::Silence>& all() const { return all_; }
  /// nullptr if there is none of that id.
  const model::Silence* find(const std::string& id) const;
  /// Replaces all silences by those of a checkpoint; pass_over() must follow.
  void restore(std::vector<model::Silence> silences);

 private:
  void index(const model::Silence& silence);
  void unindex(const model::Silence& silence);
  const std::vector<std::uint64_t>& found_among_others(const model::Labels& labels) const;
  template <class Visit>
  void each_match(const model::Labels& labels, Time now, const Visit& visit) const;

  std::map<std::string, model::Silence> all_;
  // `name 0xFF value` of one matcher of each silence → ids.
  std::unordered_map<std::string, std::set<std::string>> by_value_;
  // The silences without an entry in by_value_, in the order in which they came.
  std::map<std::uint64_t, const model::Silence*> others_;
  std::set<std::pair<Time, std::string>> ends_;  // of the silences in the index
  struct Place {
    std::string key;          // its entry in by_value_
    std::uint64_t order = 0;  // if not 0: its entry in others_
  };
  std::map<std::string, Place> place_;          // by id
  std::uint64_t next_order_ = 1, removed_ = 0;  // removed_: how many have left others_
  // For the fingerprint of some labels: which of others_ match. Only those before `next` were
  // compared, and since `removed` some may have left.
  struct Known {
    std::uint64_t next = 0, removed = 0;
    std::vector<std::uint64_t> found;
  };
  mutable std::unordered_map<std::uint64_t, Known> known_;
  mutable std::uint64_t compared_ = 0;
};

}  // namespace alarum::alert
