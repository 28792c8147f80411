#pragma once
#include <string>
#include <vector>

#include "api/readiness.h"
#include "app/checkpoint_writer.h"
#include "app/doors.h"
#include "app/recovery.h"
#include "app/reload_state.h"
#include "base/snapshot.h"
#include "deliver/stage.h"
#include "engine/stage.h"
#include "journal/journal.h"

namespace alarum::app {

/// What the probes look at. It must outlive them.
struct ReadinessSources {
  const journal::Journal& journal;
  const engine::Stage& engine;
  const deliver::Stage& deliver;
  const CheckpointWriter& checkpoints;
  const Doors& doors;
  const Damage& damage;  ///< of the start
  const Snapshot<ReloadState>& reload;
  Duration engine_lag;  ///< `limits.engine_lag`
};

/// Everything that can be wrong with the daemon, one probe a part; add a line here for each new
/// thing that can be wrong. Probes run on HTTP threads and do not block.
api::Readiness readiness_of(const ReadinessSources& sources);

/// What is not ok and has no alert of its own, a sentence each.
std::vector<std::string> unannounced(const std::vector<api::ReadinessCheck>& checks);

}  // namespace alarum::app
