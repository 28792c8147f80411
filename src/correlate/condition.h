#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
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

/// A condition was true from `start` on; one `within` after it became false, at `end`, the stretch
/// is over.
struct Stretch {
  Time start, end;
  bool notified = false;  ///< it fired
  bool live = false;      ///< and has not ended
};

/// What a match or a recovery led to.
struct Outcome {
  /// False: seen before, too old, or ended already by a recovery
  bool counted = false;
  bool ended = false;  ///< of a recovery: it ended the firing stretch
  /// The stretch that was firing ended then, before a new one began
  std::optional<Time> drained;
  /// New ones that lie wholly in the past: never notified, and over
  std::vector<Stretch> over;
  std::optional<Time> firing_since;  ///< a stretch is firing: its start
};

/// What a rule's condition remembers of one key. Plain values, no clock: matches come in, outcomes
/// go out.
///
///     match ───> take ──┐
///     recovery ─> end ──┼─> Outcome        due: when to look again        save <──> load: a
///     checkpoint's part
///
/// `count` and `distinct` stand behind it (Window); SequenceState and Absence have the same verbs
/// and are to follow. Each kind states in its header what a step costs and what bounds its memory.
class Condition {
 public:
  virtual Outcome take(const rules::Rule& rule, const Match& match) = 0;
  virtual Outcome end(const rules::Rule& rule, const Match& recovery) = 0;
  /// When it changes if nothing more comes; nullopt: never.
  virtual std::optional<Time> due() const = 0;
  virtual void save(ByteWriter& out) const = 0;
  virtual void load(ByteReader& in) = 0;

 protected:
  Condition() = default;
  Condition(Condition&&) = default;
  Condition& operator=(Condition&&) = default;
  ~Condition() = default;  // owned by value, as what it is
};

}  // namespace alarum::correlate
