#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api/rule_trials.h"
#include "app/job_thread.h"
#include "app/tried_rules.h"
#include "base/clock.h"
#include "base/random.h"
#include "engine/preview.h"
#include "engine/processor.h"

namespace alarum::app {

/// What trials of rules read of the daemon. All of it outlives them.
struct TrialParts {
  journal::JournalView& journal;
  std::function<std::shared_ptr<const match::Generation>()> in_force;  ///< any thread
  /// The routing in force, as Reload::routing has it; empty: the engine does not answer, or has
  /// none. Waits; any thread but the engine's.
  std::function<std::string()> routing;
  Clock& clock;
  Random& random;
  /// What reloading these rules would do to the alerts that fire; nullopt: the engine does not
  /// answer. Waits; any thread but the engine's. May be empty.
  std::function<std::optional<engine::Effects>(const rules::RuleSet& next)> effects = {};
};

/// Backtests that the API begins: the journal through the rules that were in force and through
/// others, as `alarum backtest` does. One at a time, on a thread of its own with a low priority. It
/// reads the journal as a command beside the daemon does, so it holds back neither retention nor
/// events: where retention deletes what comes next, the job fails and says so. Memory: two engines,
/// at most kMostAlerts alerts, and the results of the newest jobs.
class Backtests {
 public:
  using Done = api::RuleTrials::Done;
  explicit Backtests(TrialParts parts) : parts_(std::move(parts)) {}

  /// See api::RuleTrials, here and below.
  void start(std::string body, const Done& done);
  http::Response all() const;
  http::Response one(const std::string& id, bool text) const;
  http::Response cancel(const std::string& id);
  /// Ends the job that runs (`cancelled`) and waits for the thread.
  void stop();

  static constexpr std::size_t kMostAlerts = 200'000;  ///< of both sides; more: `too_many_alerts`
  static constexpr std::size_t kMostListed = 1'000;    ///< in each list of a result
  static constexpr std::size_t kMostJobs = 4;          ///< that are known

 private:
  enum class State : std::uint8_t { running, done, failed, cancelled };
  struct Job {
    std::string id;
    State state = State::running;
    Time started;
    std::optional<Time> finished;
    std::uint64_t records = 0;
    Time at;                   // the newest record's arrival
    double share = 0;          // of the period that is done
    Error fault;               // of `failed`
    std::string result, text;  // of `done`: JSON, and for people
  };
  struct Wanted {
    TriedRules tried;
    Time since, until;
  };
  Result<Wanted> read(const std::string& body) const;
  void begin(const std::string& body, const Done& done);
  void run(const Wanted& wanted, std::shared_ptr<const match::Generation> next,
           const std::string& id);
  void fail_all(const Error& fault, const Done& done);
  // Nothing if the job is not known any more.
  void change(const std::string& id, const std::function<void(Job&)>& set);
  void finish(const std::string& id, State state, const std::function<void(Job&)>& set);
  // The answer to a request that begins no job.
  void refuse(const Done& done, http::Response answer);
  static std::string json_of(const Job& job);

  const TrialParts parts_;
  // Guards jobs_ and busy_: http threads read what the job's thread writes, whenever they like.
  mutable std::mutex mutex_;
  std::deque<Job> jobs_;
  bool busy_ = false;
  std::atomic<bool> cancelled_ = false;
  JobThread thread_{"backtest"};  // last, so that it ends first
};

}  // namespace alarum::app
