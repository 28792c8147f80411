#pragma once
#include <memory>
#include <string>
#include <vector>

#include "api/readiness.h"
#include "api/routes.h"
#include "app/checkpoint_writer.h"
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
  const CheckpointWriter& checkpoints;
  HistogramValues commit_times;      ///< Intake::commit_times()
  std::uint64_t invalid_traces = 0;  ///< Intake::invalid_traces()
  struct Place {
    std::string folder, book;  ///< the data folder, and the history's file
  };
  Place place;
  std::vector<api::ReadinessCheck> checks;  ///< what `/-/ready?verbose` says
  Time now;                                 ///< wall clock
};
/// The page in Prometheus' text exposition format. `answers`: what engine and delivery said; what
/// is missing is left out. On an http thread.
std::string metrics_text(const MetricsSources& meters, const api::MetricsAnswers& answers);

}  // namespace alarum::app
