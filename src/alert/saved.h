#pragma once
#include "alert/active_alerts.h"
#include "base/bytes.h"
#include "model/alert.h"

// Alerts as bytes in checkpoints (docs/formats/checkpoint.md). The bytes have no version of their
// own; the state around them has one. A reader checks no meaning: from damaged bytes it makes some
// alert, and ByteReader::good() is false then. The caller must check that.

namespace alarum::alert {

/// An alert without its acknowledgement and without what roll-ups hold back.
void put(ByteWriter& out, const model::Alert& alert);
model::Alert get_alert(ByteReader& in);  ///< reads what put() has written

/// A change with its alert.
void put(ByteWriter& out, const model::Change& change);
model::Change get_change(ByteReader& in);

/// Who has acknowledged the alert. get_acknowledged() sets that member of `alert`.
void put_acknowledged(ByteWriter& out, const model::Alert& alert);
void get_acknowledged(ByteReader& in, model::Alert& alert);

/// Which roll-ups have absorbed the alert and which it waits for. get_held() sets these members.
void put_held(ByteWriter& out, const model::Alert& alert);
void get_held(ByteReader& in, model::Alert& alert);

/// All firing alerts, with their timers. `acknowledged` is false for states before version 7 of the
/// engine, which lack put_acknowledged(); `held` is false for those before version 8, which lack
/// put_held().
void put(ByteWriter& out, const ActiveAlerts& active_alerts);
std::vector<ActiveAlerts::ActiveAlert> get_live(ByteReader& in, bool acknowledged = true,
                                                bool held = true);

}  // namespace alarum::alert
