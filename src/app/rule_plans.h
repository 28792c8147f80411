#pragma once
#include <atomic>
#include <string>

#include "app/backtests.h"

namespace alarum::app {

/// Plans that the API asks for: what reloading rules that come as texts would do to each rule in
/// force and to the alerts that fire. One at a time, on a thread of its own with a low priority. It
/// changes nothing.
class RulePlans {
 public:
  explicit RulePlans(TrialParts parts) : parts_(std::move(parts)) {}

  /// See api::RuleTrials::plan().
  void answer(std::string body, bool text, const api::RuleTrials::Done& done);
  /// Waits for the plan that is being made, and for the thread.
  void stop() { thread_.stop(); }

 private:
  http::Response plan(const std::string& body, bool text) const;

  const TrialParts parts_;
  std::atomic<bool> busy_ = false;
  JobThread thread_{"plan"};  // last, so that it ends first
};

}  // namespace alarum::app
