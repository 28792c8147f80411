#pragma once
#include <functional>
#include <string>
#include <vector>

#include "alert/book.h"
#include "engine/processor.h"

// Notifications that could not be delivered: critical ones go to a fallback, all may be sent again.
// Both on the engine's thread.

namespace alarum::engine {

/// What the fallbacks of their targets are sent, for receipts of critical alerts that became dead
/// letters. The same receipts always give the same notifications. `own_receivers`: who is notified
/// of built-in alerts anyway.
Result<std::vector<model::Notification>> fall_back(alert::Book& book, const DeliveryConfig& outlets,
                                                   const std::vector<model::Receipt>& receipts,
                                                   const std::vector<std::string>& own_receivers);

/// Whether nobody is to be told of a firing alert now: it is silenced, inhibited or muted.
using KeptBack = std::function<bool(const model::Alert&)>;

/// What is sent again of dead letters, in their order: what is still true of them, alerts that
/// still fire, and ends of alerts that the target was notified of. It is composed again, under an
/// id that says which it replaces. Nothing is entered. `now`: wall clock; it makes the new ids.
Result<Redrives> redrive(alert::Book& book, const DeliveryConfig& outlets,
                         const KeptBack& kept_back, const std::vector<std::string>& ids, Time now);

/// The body that tells a target again of all that fires and that it was told of; empty: nothing
/// does.
std::string firing_body(alert::Book& book, const DeliveryConfig& outlets, const std::string& target,
                        Time now);

}  // namespace alarum::engine
