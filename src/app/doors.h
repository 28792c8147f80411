#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/routes.h"
#include "api/rule_trials.h"
#include "app/load.h"

namespace alarum::app {

/// What a source beside the HTTP routes has done since the start.
struct SourceState {
  std::string name;
  std::uint64_t accepted = 0, duplicate = 0, rejected = 0, gaps = 0, lost = 0;
  std::int64_t connections = 0;
  std::optional<Time> last_heard;  ///< when events of it were committed last, wall clock
};

/// What the core needs from the process around it: config files, sockets, sources. The Bridge
/// provides them; the simulator provides its own. Each may be empty. Those without another remark
/// are called on the thread of Reloads.
struct Doors {
  /// Reads config and rules as they are on disk now. `sent`: use this inventory in place of the
  /// stored one. Every fault goes to `faults`; nullopt if there is an error among them.
  std::function<std::optional<Loaded>(Diagnostics& faults, const SentInventory* sent)> load;
  /// Called before the reload record is written: opens what the reload needs (certificates, ports),
  /// and changes nothing that is in force. An error rejects the reload.
  std::function<Result<void>(Loaded& loaded)> prepare;
  /// Called when the reload is in force: puts what was prepared in force. Must not fail.
  std::function<void(const config::Config& config)> adopt;
  /// The text of the metrics page; any thread
  std::function<std::string(const api::MetricsAnswers&)> metrics;
  /// What is wrong with sources, a sentence each; any thread.
  std::function<std::vector<std::string>()> source_faults;
  /// What each source beside the HTTP routes has done since the start; any thread.
  std::function<std::vector<SourceState>()> source_states;
  /// What became of an event or an alert: PastQuestions::explain().
  std::function<void(const api::ExplainQuestion& question,
                     const http::Completion<Result<api::TextAndJson>>& done)>
      explain;
  /// Tests a receiver: ReceiverTests::test().
  std::function<void(const std::string& receiver,
                     const http::Completion<Result<std::string>>& done)>
      test_receiver;
  /// The playground and backtests; nullptr: there are none. Any thread.
  std::function<api::RuleTrials*()> trials;
  /// Why the data folder is not what was opened at the start; empty: it is. Any thread.
  std::function<std::string()> data_fault;
  std::function<std::uint64_t()> missing_files;  ///< see provide_descriptors(); any thread
};

}  // namespace alarum::app
