#pragma once
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "alert/active_alerts.h"
#include "model/alert.h"

namespace alarum::api {

/// What changed of late, for readers who want to know what changed since they looked last
/// (`GET /api/v1/stream`). It has names, not states: a reader asks the engine how a thing is now.
/// Each thing has one entry, at its newest change, so that a thing which changes a thousand times
/// between two looks is read once, and a slow reader costs no memory. Changes are numbered from 1.
///
/// Nothing is recorded while nobody reads: the first reader switches it on, and it goes off after
/// kIdleChanges changes without a reader. Owned by the core; any thread.
class ChangeLog {
 public:
  enum class Kind : std::uint8_t {
    alert,    ///< `id` is the alert's
    silence,  ///< `id` is the silence's
    comment,  ///< somebody commented on the alert `id`
    reload    ///< other rules are in force
  };
  struct Entry {
    Kind kind = Kind::alert;
    std::string id;
    alert::ActiveAlerts::Id place = {};  ///< of an alert: where it is among those that fire
    std::string reason = {};             ///< of an alert that ended: model::to_text(EndReason)
    std::optional<Time> ends_at = {};    ///< of an alert that ended
    std::uint64_t number = 0;            ///< set by note()
  };
  /// Entries; past them the oldest are forgotten, and whoever has not read them is behind.
  static constexpr std::size_t kMost = 50'000;
  static constexpr std::size_t kIdleChanges = 20'000;

  /// `most`: entries, kMost but in tests.
  explicit ChangeLog(std::size_t most = kMost) : most_(most) {}

  /// A reader begins: changes are recorded from now on. Returns the number of the newest change.
  std::uint64_t open();
  /// A reader ends.
  void close();
  /// Whether changes are recorded. Costs nothing.
  bool is_on() const { return on_; }
  /// How often the log was switched on: what was known before is out of date if this has changed.
  std::uint64_t life() const { return life_; }

  /// Records a change. O(log n); nothing if the log is off.
  void note(Entry entry);
  /// The same for a change of an alert.
  void note(const model::Change& change);

  struct Piece {
    std::vector<Entry> entries;  ///< in the order of their newest changes
    std::uint64_t next = 0;      ///< where to go on
  };
  /// Up to `most` things that changed after `number`; nullopt if changes after it were forgotten,
  /// or if there is no such number yet.
  std::optional<Piece> after(std::uint64_t number, std::size_t most) const;
  /// The number of the newest change.
  std::uint64_t newest() const;
  /// How many changes could make or end a suppression of alerts: an alert fired or ended, a silence
  /// or the rules changed. Repetitions and comments do not count.
  std::uint64_t causes() const { return causes_; }

 private:
  void switch_off();

  const std::size_t most_;
  std::atomic<bool> on_ = false;
  std::atomic<std::uint64_t> life_ = 0, causes_ = 0;
  // Guards what follows: the engine writes, and http threads read, at any moment. A channel would
  // not do, because every reader reads the same entries at its own pace.
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Entry> entries_;                 // by number
  std::unordered_map<std::string, std::uint64_t> newest_;  // kind and id → number
  std::uint64_t number_ = 0, floor_ = 0;  // the newest; changes up to floor_ were forgotten
  std::size_t readers_ = 0, unread_ = 0;  // unread_: changes since the last reader went
};

}  // namespace alarum::api
