#pragma once
#include "alert/active_alerts.h"
#include "base/bytes.h"
#include "model/alert.h"

// Alerts as bytes, for checkpoints (docs/formats/checkpoint.md). They carry no version of their
// own: what holds them has one. What is damaged reads as something harmless, and the reader is no
// longer good.

namespace alarum::alert {

void put(ByteWriter& out, const model::Alert& alert);
model::Alert get_alert(ByteReader& in);

void put(ByteWriter& out, const model::Change& change);
model::Change get_change(ByteReader& in);

/// Who takes care of it, which is no part of the above: `alert` gets what was written.
void put_acknowledged(ByteWriter& out, const model::Alert& alert);
void get_acknowledged(ByteReader& in, model::Alert& alert);

/// What roll-ups hold back, likewise.
void put_held(ByteWriter& out, const model::Alert& alert);
void get_held(ByteReader& in, model::Alert& alert);

/// All firing alerts. `acknowledged`: who takes care of each was written with them (not before
/// version 7 of the engine's state); `held`: what roll-ups hold back was (not before version 8).
void put(ByteWriter& out, const ActiveAlerts& active_alerts);
std::vector<ActiveAlerts::ActiveAlert> get_live(ByteReader& in, bool acknowledged = true,
                                                bool held = true);

}  // namespace alarum::alert
