#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "rules/rule.h"

namespace alarum::correlate {

/// How a rule with a window counts.
struct WindowTerms {
  std::uint32_t threshold = 1;
  Duration within{};
  bool distinct = false;  ///< different values count, not matches
  static WindowTerms of(const rules::Rule& rule) { return {rule.threshold, rule.within, rule.condition == rules::Condition::distinct}; }
  friend bool operator==(const WindowTerms&, const WindowTerms&) = default;
};

/// The matches of one key within a sliding window on event time, and the stretches in which they made the condition true. Whatever
/// the order in which matches within lateness come, the stretches end up the same: a match only ever adds to them, and stretches that
/// touch are one. A stretch begins with the match that completed the condition and ends when it has been false for one `within`.
class Window {
 public:
  struct Stretch {
    Time start, end;
    bool told = false;  ///< it fired
    bool live = false;  ///< and has not ended
  };
  /// What a match or a recovery led to.
  struct Outcome {
    bool counted = false;               ///< false: seen before, too old, or ended already by a recovery
    std::optional<Time> drained;        ///< the stretch that was firing ended then, before a new one began
    std::vector<Stretch> over;          ///< new ones that lie wholly in the past: never told yet, and over
    std::optional<Time> firing_since;   ///< a stretch is firing: its start
  };

  /// A match at event time `when`, at engine time `now`. `id` tells it (distinct: its value) from others at the same time.
  Outcome add(const WindowTerms& terms, Time when, std::uint64_t id, std::uint32_t sender, Time now);
  /// A recovery at event time `when`: matches up to then count no more. True when it ended the firing stretch.
  bool recover(Time when, std::uint32_t sender);
  /// After it: what came later than the recovery counts by itself, and may make the condition true anew.
  Outcome revive(const WindowTerms& terms, Time now);
  /// The firing stretch is over by engine time `now`: when it ended.
  std::optional<Time> drain(Time now);
  /// Other terms are in force from engine time `now` on.
  void retune(const WindowTerms& terms, Time now);
  /// The alert ended otherwise (time-out, by hand): the stretch is over, the matches have been told.
  void forget();

  /// When the firing stretch ends if nothing more comes.
  std::optional<Time> due() const;
  /// The condition itself, without the one `within` of grace, is true until then.
  std::optional<Time> true_until(const WindowTerms& terms) const;
  /// From when on nothing of it matters any more.
  Time idle(const WindowTerms& terms) const;
  std::size_t size() const { return entries_.size(); }
  struct Entry {
    Time when;
    std::uint64_t id = 0;
  };
  /// Matches that may still count, by time.
  const std::vector<Entry>& entries() const { return entries_; }

  void save(ByteWriter& out) const;
  static Window load(ByteReader& in);

 private:
  std::optional<Time> since(const WindowTerms& terms, std::size_t at) const;
  void join(const Stretch& fresh);
  Outcome settle(Time now);
  void prune(const WindowTerms& terms, Time now);
  void compact(const WindowTerms& terms);
  Stretch* live();
  const Stretch* live() const;

  std::vector<Entry> entries_;      // by time
  std::vector<Stretch> stretches_;  // by start; few
  Time cleared_ = Time::min();      // newest recovery
  Time touched_ = Time::min();      // engine time of the newest match
  std::uint32_t sender_ = 0;        // of the newest match
};

}  // namespace alarum::correlate
