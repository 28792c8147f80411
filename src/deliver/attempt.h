#pragma once
#include "deliver/target.h"
#include "model/notification.h"
#include "receivers/receiver.h"

namespace alarum::deliver {

using receivers::Attempt;

/// The attempt to deliver a notification at that moment. Pure: the same notification at the same
/// moment gives the same attempt.
Attempt attempt_of(const Target& target, const model::Notification& notification, Time now);

}  // namespace alarum::deliver
