#pragma once
#include <functional>
#include <string>
#include <vector>

#include "alert/routing.h"

// After damage (the journal has lost its end, or rules are gone) the book and the engine may
// disagree about which alerts fire. An alert that people were notified of and that no engine knows
// would fire for ever, because nobody would be notified of its end. This file makes the
// notifications that bring them together again. The caller is Processor::reconcile().

namespace alarum::alert {

/// A target that was notified that an alert fires, and the group of that notification.
struct Recipient {
  std::string target, group_key;
  model::Labels group_labels = {};
  friend auto operator<=>(const Recipient&, const Recipient&) = default;
};

/// An alert, and the targets that were notified that it fires.
struct Notified {
  model::Alert alert;
  std::vector<Recipient> recipients;
  /// How many targets have to be notified of its newest recorded transition, if some were not and
  /// nothing will notify them any more. 0: all were.
  std::uint32_t owes = 0;
  std::vector<Recipient> receivers = {};  ///< its route; `target` is the name of a receiver
  /// The alert has ended, and another one of its rule and key fires.
  bool fires_anew = false;
};

/// What suppresses the notification of an alert to a recipient now, with `why` and `by` set;
/// nullopt if nothing does.
using KeptBack =
    std::function<std::optional<model::Suppressed>(const model::Alert&, const Recipient&)>;

/// What has to be recorded and sent so that book and engine agree again.
struct Reconciled {
  std::vector<model::Change> changes;
  /// For each change: how many targets are notified of it or have a reason.
  std::vector<std::uint32_t> owes;
  std::vector<Routed> messages;
  std::vector<model::Suppressed> suppressed;
};

/// The circumstances: the record because of which it is done (the one that begins the new run), the
/// time, and the reason for people.
struct Reconciling {
  model::Offset offset = 0;
  Time at;                  ///< by the wall clock; of the messages and changes
  std::string reason;       ///< a sentence; it becomes the annotation `resolution`
  KeptBack kept_back = {};  ///< empty: nothing is suppressed
  /// Whether targets may have been notified of more than the book has, because a power cut put it
  /// back, or because that cannot be excluded.
  bool unsure = false;
};

/// Makes the changes and messages. It is a pure function: the same lists give the same ids, and
/// once its results are in the book, all lists are empty. Nobody is notified of what is suppressed.
///
/// `recorded`: alerts that fire in the book and that the engine does not know. Each ends as `lost`.
/// The targets that were notified of it are notified of the end; if `unsure`, so are those that
/// still had to be notified, because they may have heard of it. But if an alert of the same rule
/// and key fires (its first event is what was lost), they are notified that this one fires in its
/// place, or of nothing if they were notified of it already (`fires_anew`).
///
/// `alive`: alerts that fire in the engine and that the book does not have, with the targets that
/// routing believes were notified.
///
/// `ended`: alerts that ended in the book while their recipients still had to be notified of the
/// end; they are notified now. For every other target that had to be notified of something, the
/// reason `lost` is recorded.
Reconciled reconcile(const std::vector<Notified>& recorded, const std::vector<Notified>& alive,
                     const std::vector<Notified>& ended, const std::vector<Target>& targets,
                     const Reconciling& now);

}  // namespace alarum::alert
