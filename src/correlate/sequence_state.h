#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "rules/rule.h"

namespace alarum::correlate {

/// How far one key has come in a `sequence`: the events of the last `within` and lateness, read in
/// the order of their times each time one is added, so that the order of arrival does not matter. A
/// repeated first step starts over, unless it fits the step that is waited for; the last step of
/// one sequence may be the first of the next. An event that a step wants absent breaks what led up
/// to it. Where a step is absent, completion is judged `kLateness` after the end, else at once. A
/// key keeps at most 256 entries (an event has one for each step that it fits) and as many
/// completions; an event costs a few walks over them, whatever came before.
class SequenceState {
 public:
  /// What add() did with an event.
  enum class Added : std::uint8_t {
    seen_before,         ///< or older than the recovery: nothing changed
    remembered,          ///< it counts
    in_place_of_oldest,  ///< it counts; the oldest, that might still have counted, was forgotten
  };
  /// An event that is step `step`. `id` tells it from others at the same time.
  Added add(const rules::Rule& rule, Time when, std::uint8_t step, std::uint64_t id, Time now);
  /// Event times at which the sequence was complete, judged by `now` and not given before.
  std::vector<Time> judge(const rules::Rule& rule, Time now);
  /// A recovery: what came up to then counts no more.
  void recover(Time when);
  /// Up to when recoveries were.
  Time cleared() const { return cleared_; }

  /// When the next completion can be judged.
  std::optional<Time> due(const rules::Rule& rule) const;
  Time idle(const rules::Rule& rule) const;

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

  struct Entry {
    Time when;
    std::uint64_t id = 0;
    std::uint8_t step = 0;
  };
  /// Steps that may still count, by time, then step.
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::size_t first_of_event(std::size_t at) const;
  std::vector<Time> completions(const rules::Rule& rule) const;
  bool is_notified(Time completion) const;

  std::vector<Entry> entries_;  // by time, then step; at most kMostEntries
  // Completions; none before the oldest entry once there are kMostEntries
  std::vector<Time> notified_;
  Time cleared_ = Time::min();
  Time touched_ = Time::min();
};

}  // namespace alarum::correlate
