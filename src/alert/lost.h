#pragma once
#include <functional>
#include <string>
#include <vector>

#include "alert/routing.h"

// After damage (a lost end of the journal, rules that are gone) the record of what people were
// notified of and what the engine knows may part. What was notified as firing and lives nowhere any
// more would fire for ever: nobody would be notified of its end.

namespace alarum::alert {

/// A target that was notified that an alert fires, and in which group.
struct Recipient {
  std::string target, group_key;
  model::Labels group_labels = {};
  friend auto operator<=>(const Recipient&, const Recipient&) = default;
};

/// An alert and who was notified that it fires.
struct Notified {
  model::Alert alert;
  std::vector<Recipient> recipients;
  /// How many are to be notified of what is recorded of it, where not all were, nor does anybody
  /// know of it any more. 0: all were.
  std::uint32_t owes = 0;
  std::vector<Recipient> receivers = {};  ///< whom it is routed to; `target` is a receiver
  /// Of one that has ended: another one of its rule and key
  bool fires_anew = false;
};

/// What keeps somebody from being notified of an alert now, with `why` and `by` set; nullopt:
/// nothing.
using KeptBack =
    std::function<std::optional<model::Suppressed>(const model::Alert&, const Recipient&)>;

/// What has to be recorded, and who is to be notified of what, so that record and engine agree
/// again.
struct Reconciled {
  std::vector<model::Change> changes;
  /// Of each change: how many targets are notified of it, or have a record of why not
  std::vector<std::uint32_t> owes;
  std::vector<Routed> messages;
  std::vector<model::Suppressed> suppressed;
};

/// When it is done: by which record (the one that begins the new run), at what engine time, and
/// what people are to know of the reason.
struct Reconciling {
  model::Offset offset = 0;
  Time at;
  std::string reason;       ///< a sentence
  KeptBack kept_back = {};  ///< none: nothing is
  /// Whether somebody may have been notified of what the record does not have: it was put back, or
  /// nobody knows that it was not.
  bool unsure = false;
};

/// `recorded`: firing alerts of the record that no engine knows. `alive`: firing alerts of the
/// engine that the record does not have, and who routing believes was notified. An alert of
/// `recorded` ends as `lost` for those who were notified of it, and where it is `unsure` for those
/// who were still to be: they may have heard that it fires. Where one of `alive` has the same rule
/// and key (its first event is what was lost), they are notified that this one fires in its place;
/// where they were notified of another one already (`fires_anew`), of nothing. `ended`: alerts that
/// the record has ended, whose end those recipients were still to be notified of, and nobody knows
/// that any more: they are. What is owed to others has a record that it was lost. Nobody is
/// notified of what is kept back.
/// Pure, and the same lists always give the same ids: once it is recorded, all lists are empty.
Reconciled reconcile(const std::vector<Notified>& recorded, const std::vector<Notified>& alive,
                     const std::vector<Notified>& ended, const std::vector<Target>& targets,
                     const Reconciling& now);

}  // namespace alarum::alert
