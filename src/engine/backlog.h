#pragma once
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.h"
#include "model/record.h"

namespace alarum::engine {

/// Committed records that the engine has not stepped yet. They are in memory up to `bound` bytes.
/// Records past the bound are dropped, because the journal has them: the engine reads them from
/// there (read_to()). The journal's writer offers, the engine takes; the stage guards the object
/// with a mutex. Each call is O(1), but offer() also adds up the bytes of its records.
class Backlog {
 public:
  explicit Backlog(std::size_t bound) : bound_(bound) {}

  /// Adds a commit (at least one record), in offset order, at `now` of the monotonic clock. True if
  /// nothing waited before it, so the engine has to be woken. A commit larger than the bound is
  /// accepted if nothing else is in memory.
  bool offer(std::vector<model::Record> records, std::chrono::nanoseconds now);
  struct Commit {
    std::vector<model::Record> records;
    std::size_t bytes = 0;
    std::chrono::nanoseconds offered{};  ///< when offer() was called, by its clock
  };
  /// Removes and returns the oldest commit in memory; without records if there is none.
  Commit take();
  /// When memory is used up and records were dropped: the engine has to read the log up to this
  /// offset, and takes from memory again after that. What is offered from this call on is buffered
  /// again. nullopt: nothing was dropped.
  std::optional<model::Offset> read_to();
  /// Everything that was taken so far is in the book. `reading` is the stamp of the newest record
  /// that was read from the log, if the log is still being read; nullopt otherwise.
  void entered(std::optional<Time> reading);

  // Figures for the metrics and the stage.
  /// Commits in memory.
  std::size_t commits() const { return commits_.size(); }
  /// Bytes of these commits: their events, and the size of a record for each.
  /// Whether records were dropped that read_to() has not handed over yet.
  std::size_t bytes() const { return bytes_; }
  bool dropped() const { return dropped_from_.has_value(); }
  /// How long the oldest record that is not in the book has been waiting, in engine time, at `now`
  /// of the monotonic clock; 0 if none waits.
  Duration lag(std::chrono::nanoseconds now) const;
  /// How long ago a record was stamped, of which everything was offered by now.
  Duration age(Time stamped, std::chrono::nanoseconds now) const;

 private:
  const std::size_t bound_;
  std::deque<Commit> commits_;
  std::size_t bytes_ = 0;
  std::optional<Time> dropped_from_;  ///< stamp of the first record that was dropped
  std::optional<Time> oldest_;        ///< stamp of the oldest record that is not in the book
  model::Offset end_ = 0;             ///< of everything that was offered
  Time newest_;                       ///< stamp of the newest record, and when it was offered
  std::chrono::nanoseconds offered_{};
};

/// Whether senders have to wait until the engine has caught up (`limits.engine_lag`).
inline bool is_behind(Duration lag, Duration limit) {
  return lag > limit;
}

}  // namespace alarum::engine
