#pragma once
#include "api/readiness.h"
#include "engine/stage.h"
#include "journal/segmented_log.h"

namespace alarum::app {

/// Everything that can be wrong with the daemon, one probe a part; add a line here for each new thing that can be wrong. What it borrows
/// must outlive it. Probes run on HTTP threads and do not block.
/// `engine_lag`: `limits.engine_lag`.
api::Readiness readiness_of(const journal::SegmentedLog& journal, const engine::Stage& engine, Duration engine_lag);

}  // namespace alarum::app
