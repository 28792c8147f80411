#pragma once
#include <memory>
#include <string>

#include "api/routes.h"
#include "app/reload_state.h"
#include "deliver/stage.h"
#include "http/server.h"
#include "ingest/intake.h"
#include "ingest/stream/sources.h"
#include "journal/journal.h"
#include "rules/inventory.h"
#include "tools/balance.h"

namespace alarum::app {

/// Where the figures of the metrics page come from. All references are to parts whose counters may
/// be read on any thread; they are needed only during metrics_text().
struct MetricsSources {
  const journal::Journal& journal;
  const engine::Stage& engine;
  const deliver::Stage& deliver;
  const http::Counters& http;
  ingest::Counts& ingest;
  const ingest::Rejects& rejects;
  const ingest::Sources& sources;
  std::uint64_t unauthenticated = 0;                        ///< http::Authenticator::refused()
  std::shared_ptr<const tools::Balance> balance = nullptr;  ///< the newest; nullptr: none yet
  std::shared_ptr<const ReloadState> reload;                ///< of the newest reload
  std::string generation;                                   ///< the hash of the rules in force
  ingest::MatchCounts matches = {};  ///< by rule; unmatched events by severity
  std::shared_ptr<const rules::Inventory> inventory = nullptr;  ///< nullptr: the rules have none
};
/// The page in Prometheus' text exposition format. `engine`: the engine's answer to a question;
/// nullopt if it did not answer in time, and then its metrics are left out. On an http thread.
std::string metrics_text(const MetricsSources& meters,
                         const std::optional<api::EngineNumbers>& engine);

}  // namespace alarum::app
