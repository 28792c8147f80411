#include "app/readiness.h"

#include <fmt/ranges.h>

#include "base/log_output.h"

namespace alarum::app {
namespace {

using api::Condition;

Condition journal_condition(const journal::Stats& stats) {
  if (stats.full)
    return Condition::failed(
        "disk_full",
        "the journal has no room: senders are answered 503 until there is some; see the log");
  if (stats.corruptions > 0)
    return Condition::warning(
        "journal_damaged",
        std::to_string(stats.corruptions) +
            " damaged places were found since the start; the log names their offsets");
  return {};
}

Condition book_condition(const engine::Stage& engine) {
  if (engine.healthy() && engine.history_in_doubt()) {
    return Condition::warning(
        "history_in_doubt",
        "a sync of the history to disk failed, so a power cut may lose it; it is written again "
        "every second, and no checkpoint counts until that has succeeded: check the disk");
  }
  if (engine.healthy()) return {};
  return Condition::failed("history_unwritable",
                           "the history cannot be written, so nobody is notified; see the log");
}

// Warns until the next start. Engine time stays ahead for longer, which does no harm.
Condition clock_condition(const journal::Stats& stats) {
  if (stats.clock_backs == 0) return {};
  return Condition::warning("clock_went_back", "the wall clock went back by " +
                                                   format_duration(stats.clock_back) +
                                                   " at or since the start: check the clock of "
                                                   "this host and its time synchronisation")
      .with_alert();
}

Condition outputs_condition(const deliver::Stage& deliver) {
  std::string faults;
  for (const auto& fault : deliver.output_faults()) faults += (faults.empty() ? "" : ", ") + fault;
  if (faults.empty()) return {};
  return Condition::warning("output_blocked",
                            "notifications to a console or a file are not written: " + faults);
}

Condition data_condition(const Doors& doors) {
  auto fault = doors.data_fault ? doors.data_fault() : std::string();
  return fault.empty() ? Condition() : Condition::failed("data_folder_gone", std::move(fault));
}

Condition sources_condition(const Doors& doors) {
  const auto faults = doors.source_faults ? doors.source_faults() : std::vector<std::string>();
  if (faults.empty()) return {};
  return Condition::warning("source_failing", fmt::format("{}", fmt::join(faults, "; ")));
}

Condition log_condition() {
  const auto fault = log::output_fault();
  if (fault.empty()) return {};
  return Condition::warning("log_blocked", "standard error: " + fault + "; " +
                                               std::to_string(log::dropped()) +
                                               " lines were dropped since the start");
}

Condition engine_condition(const engine::Stage& engine, Duration limit) {
  if (const auto lag = engine.lag(); engine::is_behind(lag, limit)) {
    return Condition::failed("engine_behind",
                             "the oldest committed record has been waiting for the engine for " +
                                 format_duration(std::chrono::floor<std::chrono::seconds>(lag)) +
                                 ", so people are notified late or not at all; senders are "
                                 "answered 503 until it has caught up");
  }
  if (const auto errors = engine.processing_errors(); errors > 0) {
    return Condition::warning(
        "processing_errors",
        std::to_string(errors) +
            " records could not be processed since the start, so somebody "
            "may not have been notified; GET /api/v1/processing-errors lists the first");
  }
  return {};
}

Condition files_condition(std::uint64_t missing) {
  if (missing == 0) return {};
  return Condition::warning(
      "few_open_files",
      "fewer connections are accepted than the config allows: the process may open " +
          std::to_string(missing) +
          " files too few; raise LimitNOFILE= of the systemd unit, or ulimit -Hn");
}

Condition checkpoints_condition(const CheckpointWriter& checkpoints) {
  const auto fault = checkpoints.fault();
  if (!fault) return {};
  return Condition::warning("no_checkpoint", "the newest checkpoint was not written (" +
                                                 fault->message +
                                                 "): the next start replays more, and the journal "
                                                 "keeps what it may not delete until it is full");
}

// The page is open to anybody, so it does not quote the faults of the files; log and API do.
Condition config_condition(const ReloadState& reload) {
  if (!reload.successful)
    return Condition::warning("reload_refused",
                              "the newest reload of config and rules was refused, and what was in "
                              "force stays; the log and GET /api/v1/status say why");
  if (!reload.restart.empty())
    return Condition::warning("needs_restart", std::to_string(reload.restart.size()) +
                                                   " changed keys of the config take effect only "
                                                   "at a start; GET /api/v1/status names them");
  return {};
}

// Damage that the start found. The warning stays until the next start.
Condition start_condition(const Damage& damage) {
  if (!damage.any()) return {};
  const auto& parted = damage.parted;
  return Condition::warning(
             "started_from_damage",
             damage.cause + "; alerts that ended as lost: " + std::to_string(parted.lost.size()) +
                 ", that fire and had no record: " + std::to_string(parted.found.size()) +
                 ", that fire on after a lost end: " + std::to_string(parted.again.size()) +
                 "; look at alarum history and alarum silence query, and check the disk")
      .with_alert();
}

}  // namespace

api::Readiness readiness_of(const ReadinessSources& sources) {
  api::Readiness readiness;
  const auto& [journal, engine, deliver, checkpoints, doors, damage, reload, engine_lag] = sources;
  readiness.add("journal", [&journal = journal] { return journal_condition(journal.stats()); });
  readiness.add("data", [&doors = doors] { return data_condition(doors); });
  readiness.add("clock", [&journal = journal] { return clock_condition(journal.stats()); });
  readiness.add("history", [&engine = engine] { return book_condition(engine); });
  readiness.add("sources", [&doors = doors] { return sources_condition(doors); });
  readiness.add("outputs", [&deliver = deliver] { return outputs_condition(deliver); });
  readiness.add("log", log_condition);
  readiness.add("engine", [&engine = engine, engine_lag = engine_lag] {
    return engine_condition(engine, engine_lag);
  });
  readiness.add("open files", [&doors = doors] {
    return files_condition(doors.missing_files ? doors.missing_files() : 0);
  });
  readiness.add("checkpoints",
                [&checkpoints = checkpoints] { return checkpoints_condition(checkpoints); });
  readiness.add("config", [&reload = reload] { return config_condition(*reload.get()); });
  readiness.add("start", [&damage = damage] { return start_condition(damage); });
  return readiness;
}

std::vector<std::string> unannounced(const std::vector<api::ReadinessCheck>& checks) {
  std::vector<std::string> said;
  for (const auto& [name, condition] : checks) {
    if (condition.state == Condition::State::ok || condition.has_alert) continue;
    said.push_back(name + ": " + condition.detail);
  }
  return said;
}

}  // namespace alarum::app
