#pragma once
#include <string>
#include <vector>

#include "alert/routing.h"

// After damage (a lost end of the journal, rules that are gone) the record of what people were notified of and what the engine knows may part. What
// was notified as firing and lives nowhere any more would fire for ever: nobody would be notified of its end.

namespace alarum::alert {

/// A target that was notified that an alert fires, and in which group.
struct Recipient {
  std::string target, group_key;
  model::Labels group_labels = {};
  friend auto operator<=>(const Recipient&, const Recipient&) = default;
};

/// A firing alert and who was notified of it.
struct Notified {
  model::Alert alert;
  std::vector<Recipient> recipients;
};

/// What has to be recorded, and who is to be notified of what, so that record and engine agree again.
struct Reconciled {
  std::vector<model::Change> changes;
  std::vector<std::uint32_t> owes;  ///< of each change: how many targets are notified of it, or have a record of why not
  std::vector<Routed> messages;
  std::vector<model::Suppressed> suppressed;
};

/// When it is done: by which record (the one that begins the new run), at what engine time, and what people are to know of the reason.
struct Reconciling {
  model::Offset offset = 0;
  Time at;
  std::string reason;  ///< a sentence
};

/// `recorded`: firing alerts of the record that no engine knows. `alive`: firing alerts of the engine that the record does not have, and who routing believes was notified.
/// An alert of `recorded` ends as `lost` for those who were notified of it; where one of `alive` has the same rule and key (its first event is what was lost), they are
/// notified that this one fires in its place. Pure, and the same lists always give the same ids: once it is recorded, both lists are empty.
Reconciled reconcile(const std::vector<Notified>& recorded, const std::vector<Notified>& alive, const std::vector<Target>& targets, const Reconciling& now);

}  // namespace alarum::alert
