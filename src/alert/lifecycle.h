#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "alert/sqlite.h"
#include "base/time.h"
#include "model/record.h"

namespace alarum::alert {

/// A start, a stop or a reload of the bridge itself, as the history has it (docs/formats/book.md).
struct LifecycleEntry {
  enum class Kind : std::uint8_t { started = 1, stopped = 2, reloaded = 3 };  ///< as on disk
  /// What a start follows: a stop, none although the bridge had run, nothing at all, or a past of
  /// which the history does not know how it ended.
  enum class Before : std::uint8_t { stopped, died, nothing, unknown };
  model::Offset offset = 0;  ///< of its record
  Time at;                   ///< by the wall clock
  Kind kind = Kind::started;
  Duration gap{};      ///< of a start: time since the last record before it
  std::string hash{};  ///< of a reload: the SHA-256 of the rules in force from here on
  Before before = {};  ///< of a start; set by lifecycle()
};

/// What of a record belongs to the bridge's own life; nullopt: nothing does.
std::optional<LifecycleEntry> lifecycle_entry(const model::Record& record);

/// How many of them the history has at most. The oldest go first.
constexpr std::size_t kMostLifecycle = 10'000;

/// Writes one, unless its record has one already, and deletes what is too many.
Result<void> enter_lifecycle(Database& database, const LifecycleEntry& entry);

/// Which of them are wanted. Times by the wall clock.
struct LifecycleQuestion {
  Time since;
  std::optional<Time> until;
  model::Offset below = std::numeric_limits<std::int64_t>::max();  ///< only records before this one
  std::size_t limit = 1000;
};
struct LifecyclePage {
  std::vector<LifecycleEntry> entries;
  std::optional<model::Offset> next;  ///< `below` of the next page; nullopt: there are no more
};
/// Up to `limit` of them, the newest record first. O(limit + kMostLifecycle). A history that an
/// older version wrote has none.
Result<LifecyclePage> lifecycle(Database& database, const LifecycleQuestion& question);

}  // namespace alarum::alert
