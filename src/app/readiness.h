#pragma once
#include <atomic>
#include <cstdint>

#include "api/readiness.h"
#include "app/checkpoint_writer.h"
#include "app/recovery.h"
#include "app/reload_state.h"
#include "base/snapshot.h"
#include "deliver/stage.h"
#include "engine/stage.h"
#include "ingest/stream/sources.h"
#include "journal/segmented_log.h"

namespace alarum::app {

/// What the probes look at. It must outlive them.
struct ReadinessSources {
  const journal::SegmentedLog& journal;
  const engine::Stage& engine;
  const deliver::Stage& deliver;
  const CheckpointWriter& checkpoints;
  const ingest::Sources& sources;
  const Damage& damage;  ///< of the start
  const std::atomic<std::uint64_t>& missing_files;  ///< see provide_descriptors()
  const Snapshot<ReloadState>& reload;
  Duration engine_lag;  ///< `limits.engine_lag`
};

/// Everything that can be wrong with the daemon, one probe a part; add a line here for each new thing that can be wrong. Probes run on HTTP
/// threads and do not block.
api::Readiness readiness_of(const ReadinessSources& sources);

/// What is not ok and has no alert of its own, a sentence each.
std::vector<std::string> unannounced(const std::vector<api::ReadinessCheck>& checks);

}  // namespace alarum::app
