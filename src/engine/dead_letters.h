#pragma once
#include <functional>
#include <string>
#include <vector>

#include "alert/book.h"
#include "engine/processor.h"

// Dead letters are notifications that could not be delivered. Those of critical alerts go to the
// fallback of their target, and people may send any of them again (redrive). All functions run on
// the engine's thread and read the book, so nothing may be writing it at the same time; errors are
// those of the book.

namespace alarum::engine {

/// The notifications that fallbacks get because of these receipts: one for each receipt that ends
/// the notification of a critical alert as dead, and each fallback of its target. The same receipts
/// always give the same ids. Receivers in `own_receivers` get no fallback of a built-in alert,
/// because they are notified of it anyway.
Result<std::vector<model::Notification>> fall_back(alert::Book& book, const DeliveryConfig& outlets,
                                                   const std::vector<model::Receipt>& receipts,
                                                   const std::vector<std::string>& own_receivers);

/// Whether people must not be notified of a firing alert now, because it is silenced, inhibited or
/// muted.
using KeptBack = std::function<bool(const model::Alert&)>;

/// What is sent again for the dead letters `ids`, in their order. Only what is still true is sent:
/// alerts that still fire, and ends of alerts that the target was notified of. The text is composed
/// again and gets a new id, made from `now` (wall clock), with a header that names the replaced
/// notification. Nothing is written to the book. Each outcome says why a letter was not sent.
Result<Redrives> redrive(alert::Book& book, const DeliveryConfig& outlets,
                         const KeptBack& kept_back, const std::vector<std::string>& ids, Time now);

/// The body that notifies a target again of all alerts that fire and that it was notified of (used
/// for `resend_all_firing`). Empty if there are none, and also if the book cannot be read or
/// nothing can be composed.
std::string firing_body(alert::Book& book, const DeliveryConfig& outlets, const std::string& target,
                        Time now);

}  // namespace alarum::engine
