#pragma once
#include <map>
#include <optional>
#include <string>

#include "api/metrics.h"
#include "api/routes.h"
#include "ingest/counts.h"

namespace alarum::app {

/// Adds the metrics with a label `rule`. The rules of `matches` have a row each, then others until
/// there are 1,000; further ones share "(others)". `seconds`: Stage::rule_seconds(). `engine`:
/// nullopt leaves out what only the engine knows.
void add_rules(api::MetricsPage& page, const ingest::MatchCounts& matches,
               const std::map<std::string, double>& seconds,
               const std::optional<api::EngineNumbers>& engine);

}  // namespace alarum::app
