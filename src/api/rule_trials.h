#pragma once
#include <string>

#include "http/completion.h"
#include "http/handler.h"

namespace alarum::api {

/// What the API is asked about rules that are not in force: the playground, backtests, and the
/// texts to begin with (docs/http.md). Nothing of it is recorded, and nobody is notified. Any
/// thread may call it; no function waits for long unless it says so. Bodies are JSON.
class RuleTrials {
 public:
  using Done = http::Completion<http::Response>;
  virtual ~RuleTrials() = default;

  /// Judges an event by the rules in force, or by changed ones.
  virtual void playground(std::string body, const Done& done) = 0;
  /// Compiles the rules and begins a backtest of them; answers once it runs or cannot.
  virtual void start_backtest(std::string body, const Done& done) = 0;
  /// What reloading the rules would do to each rule in force: as JSON, or as text.
  virtual void plan(std::string body, bool text, const Done& done) = 0;
  /// All jobs that are known, oldest first.
  virtual http::Response backtests() = 0;
  /// One job: its progress, and its result once it has ended. `text`: the result for people, or an
  /// empty text before.
  virtual http::Response backtest(const std::string& id, bool text) = 0;
  /// Ends a job that runs.
  virtual http::Response cancel_backtest(const std::string& id) = 0;
  /// The rule files in force, or with `file` the text of that one and the tests beside it. Waits
  /// for the disk.
  virtual http::Response rule_files(const std::string& file) = 0;
};

}  // namespace alarum::api
