#pragma once
#include "deliver/target.h"
#include "model/notification.h"
#include "receivers/receiver.h"

namespace alarum::deliver {

using receivers::Attempt;

/// Makes the request for an attempt at `now` (wall clock): the stored body and headers, ids
/// (`Webhook-Id` and `Idempotency-Key`, both the notification's id), the configured headers and
/// authorization, and what the receiver's kind adds, such as a signature. Pure: the same values
/// give the same attempt.
Attempt attempt_of(const Target& target, const model::Notification& notification, Time now);

}  // namespace alarum::deliver
