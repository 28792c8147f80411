#pragma once
#include <vector>

#include "api/metrics.h"
#include "api/routes.h"

namespace alarum::app {

/// Adds the metrics with a label `target`: what became of the requests to each target of the
/// config, and of its notifications.
void add_targets(api::MetricsPage& page, const api::TargetStates& targets);
/// Adds how many notifications each of these targets has that have not ended, by the history, and
/// the age of the oldest at `now` (wall clock).
void add_pending(api::MetricsPage& page, const api::TargetStates& targets,
                 const std::vector<alert::Book::Pending>& pending, Time now);

}  // namespace alarum::app
