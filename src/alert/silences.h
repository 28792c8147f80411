#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/silence.h"

namespace alarum::alert {

/// All silences: pending, active, and expired ones for five days. Finds those of an alert by an index over what they demand to be
/// equal, so that thousands of them cost an alert next to nothing. Lives in the engine: no clock.
class Silences {
 public:
  void set(model::Silence silence, Time now);
  /// False: there is none of that id, or it has ended already.
  bool expire(const std::string& id, Time now);
  /// Brings the index up to `now`. True when a silence ended since the last call.
  bool advance(Time now);
  /// When the next one ends.
  std::optional<Time> next_end() const;

  /// Ids of the active ones that match, sorted.
  std::vector<std::string> silencing(const model::Labels& labels, Time now) const;
  /// The active ones that match and end with what they match.
  std::vector<std::string> until_resolved(const model::Labels& labels, Time now) const;

  const std::map<std::string, model::Silence>& all() const { return all_; }
  const model::Silence* find(const std::string& id) const;
  void restore(std::vector<model::Silence> silences);

 private:
  void index(const model::Silence& silence);
  void unindex(const model::Silence& silence);
  template <class Visit>
  void each_match(const model::Labels& labels, Time now, const Visit& visit) const;

  std::map<std::string, model::Silence> all_;
  std::unordered_map<std::string, std::set<std::string>> by_value_;  // `name 0xFF value` of one matcher of each: ids
  std::set<std::string> others_;                                     // that demand no value
  std::set<std::pair<Time, std::string>> ends_;                      // of those in the index
  std::map<std::string, std::string> place_;                         // id: its key in by_value_; empty: in others_
};

}  // namespace alarum::alert
