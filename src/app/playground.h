#pragma once
#include <atomic>
#include <memory>
#include <string>

#include "api/rule_trials.h"
#include "app/backtests.h"
#include "app/job_thread.h"
#include "config/push_ingest.h"

namespace alarum::app {

/// The playground of the API: what the rules in force, or changed ones, make of an event that
/// somebody pasted, as `alarum explain --event` says it, and whether their tests pass. One at a
/// time, on a thread of its own with a low priority. It records nothing and notifies nobody.
class Playground {
 public:
  /// `pushes`: the mappings of `json/NAME` in force.
  Playground(TrialParts parts, std::function<std::shared_ptr<const config::PushIngest>()> pushes)
      : parts_(std::move(parts)), pushes_(std::move(pushes)) {}

  /// See api::RuleTrials.
  void answer(std::string body, const api::RuleTrials::Done& done);
  /// Ends what runs, and waits for the thread.
  void stop() { thread_.stop(); }

  static constexpr std::size_t kMostEvents = 20;           ///< that one body may have
  static constexpr std::chrono::milliseconds kTime{2000};  ///< for everything

 private:
  http::Response play(const std::string& body);

  const TrialParts parts_;
  const std::function<std::shared_ptr<const config::PushIngest>()> pushes_;
  std::atomic<bool> busy_ = false;
  JobThread thread_{"playground"};  // last, so that it ends first
};

}  // namespace alarum::app
