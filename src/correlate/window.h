#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "correlate/stretches.h"
#include "rules/rule.h"

namespace alarum::correlate {

/// A match, or a recovery, of one key.
struct Match {
  Time when;                 ///< event time
  Time now;                  ///< engine time
  std::uint32_t sender = 0;  ///< hash of the event's `source`
  /// Distinguishes it from others at the same time: hash of the event's id, of `distinct` that of
  /// the value
  std::uint64_t id = 0;
};

/// How a rule with a window counts.
struct WindowTerms {
  std::uint32_t threshold = 1;
  Duration within{};
  Duration apart{};  ///< of count: of matches that lie no further apart than this, one counts
  static WindowTerms of(const rules::Rule& rule) {
    return {rule.threshold, rule.within, rule.apart};
  }
  friend bool operator==(const WindowTerms&, const WindowTerms&) = default;
};

/// What `count` and `distinct` have in common: the matches of one key within a sliding window on
/// event time, and the stretches in which they made the condition true. Whatever the order in which
/// matches within lateness come, the stretches end up the same: a match only ever adds to them, and
/// stretches that touch are one. A stretch begins with the match that completed the condition and
/// ends when it has been false for one `within`. Beyond what the matches cost, a step is O(log n)
/// of the stretches.
class Window {
 public:
  Outcome take(const rules::Rule& rule, const Match& match);
  /// Matches up to the recovery count no more. What came later counts by itself, and may make the
  /// condition true anew.
  Outcome end(const rules::Rule& rule, const Match& recovery);
  /// Matches up to then were ended by the newest recovery.
  Time cleared() const { return cleared_; }
  /// When the firing stretch ends if nothing more comes.
  std::optional<Time> due() const;
  void save(ByteWriter& out) const;
  void load(ByteReader& in);

  /// The firing stretch is over by engine time `now`: when it ended.
  std::optional<Time> drain(Time now);
  /// Other terms are in force from engine time `now` on.
  void retune(const WindowTerms& terms, Time now);
  /// The alert ended otherwise (time-out, by hand): the stretch is over, the matches have been
  /// notified.
  void forget();

  /// The condition itself, without the one `within` of grace, is true until then.
  std::optional<Time> true_until(const WindowTerms& terms) const;
  /// From when on nothing of it matters any more.
  Time idle(const WindowTerms& terms) const;

  struct Entry {
    Time when;
    std::uint64_t id = 0;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };
  virtual std::size_t size() const = 0;
  /// Matches that may still count, by time, then id. O(size).
  virtual std::vector<Entry> entries() const = 0;

 protected:
  Window() = default;
  Window(Window&&) = default;
  Window& operator=(Window&&) = default;
  ~Window() = default;

  /// A time in which the condition is true: up to `end`, exclusively.
  struct Span {
    Time first, end;
  };
  /// False: seen before.
  virtual bool insert(const WindowTerms& terms, const Entry& fresh) = 0;
  /// The first moment of [from, to) at which the condition is true, and the end of the truth that
  /// begins last in there. `from` is the time of a match, `to` at most one `within` later, so that
  /// all stretches in between are one.
  virtual std::optional<Span> truth(const WindowTerms& terms, Time from, Time to) = 0;
  virtual std::optional<Entry> newest() const = 0;
  /// The time of the first match at or after `from`.
  virtual std::optional<Time> next(Time from) const = 0;
  /// Forgets the matches up to `until`.
  virtual void drop_until(Time until) = 0;
  /// No match within lateness can reach those up to `bound` any more: they may be forgotten, a few
  /// a step.
  virtual void prune(Time bound) = 0;
  virtual void restore(std::vector<Entry> entries) = 0;
  /// When the firing stretch began.
  std::optional<Time> firing_since() const;

 private:
  bool recover(Time when, std::uint32_t sender);
  Outcome revive(const WindowTerms& terms, Time now);

  Stretches stretches_;
  Time cleared_ = Time::min();  // newest recovery
  Time touched_ = Time::min();  // engine time of the newest match
  std::uint32_t sender_ = 0;    // of the newest match
};

}  // namespace alarum::correlate
