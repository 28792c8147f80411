#pragma once
#include <atomic>
#include <cstdint>

#include "api/readiness.h"
#include "engine/stage.h"
#include "journal/segmented_log.h"

namespace alarum::app {

/// Everything that can be wrong with the daemon, one probe a part; add a line here for each new thing that can be wrong. What it borrows
/// must outlive it. Probes run on HTTP threads and do not block.
/// `missing_files`: see provide_descriptors().
api::Readiness readiness_of(const journal::SegmentedLog& journal, const engine::Stage& engine, const std::atomic<std::uint64_t>& missing_files);

}  // namespace alarum::app
