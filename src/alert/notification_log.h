#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace alarum::alert {

/// What the targets of one group were notified of (Alertmanager's notification log, `nflog`): that
/// decides whether a look at the group makes a notification. One entry for each target, also for
/// targets that are gone: one that comes back is to be notified of the end of what it knows. Owned
/// by its Group; times are engine time. A question costs O(targets) and O(log n) of the alerts.
class NotificationLog {
 public:
  /// Ids of alerts as numbers, sorted.
  using Ids = std::vector<std::uint64_t>;
  struct Entry {
    std::uint64_t target = 0;  ///< hash of its name
    Ids firing, resolved;      ///< as the newest message said
    /// Of the newest message, or of a reminder that was left out because nothing new was reported.
    Time at;
    bool unconfirmed = false;  ///< that message said that its alerts were not reported lately

    /// Whether the target was notified that the alert fires.
    bool knows(std::uint64_t alert) const;
  };

  /// What a look at the group found, where nothing suppresses it.
  struct Present {
    const Ids& firing;
    const Ids& resolved;
    bool news;  ///< the stage of one that fires has changed
    bool send_resolved;
  };
  /// Whether the target of that entry (nullptr: it was never notified) is to be notified:
  /// Alertmanager's DedupStage.needsUpdate, without its reminders.
  static bool needs_update(const Entry* known, const Present& present);

  static std::uint64_t number_of(const std::string& alert_id);

  /// nullptr: the target was never notified.
  const Entry* find(const std::string& target) const;
  Entry* find(const std::string& target);
  Entry& find_or_add(const std::string& target);
  const std::vector<Entry>& entries() const { return entries_; }

  void save(ByteWriter& out) const;
  /// `has_unconfirmed`: that was written.
  void load(ByteReader& in, bool has_unconfirmed);

 private:
  std::vector<Entry> entries_;  // in the order of their first notification
};

}  // namespace alarum::alert
