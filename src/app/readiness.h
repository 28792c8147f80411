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

/// What the probes look at. All references must outlive the result of readiness_of().
struct ReadinessSources {
  const journal::Journal& journal;
  const engine::Stage& engine;
  const deliver::Stage& deliver;
  const CheckpointWriter& checkpoints;
  const Doors& doors;
  const Damage& damage;  ///< that the start found
  const Snapshot<ReloadState>& reload;
  Duration engine_lag;  ///< `limits.engine_lag`
};

/// Everything that can be wrong with the daemon, one probe for each part. A new kind of trouble
/// gets a new line in readiness.cc. Probes run on http threads and on the audit's; they do not
/// block.
api::Readiness readiness_of(const ReadinessSources& sources);

/// The checks that are not ok and have no alert of their own, a sentence each. AlarumDegraded
/// consists of these.
std::vector<std::string> unannounced(const std::vector<api::ReadinessCheck>& checks);

}  // namespace alarum::app
