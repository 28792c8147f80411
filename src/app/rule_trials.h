#pragma once
#include "app/playground.h"
#include "app/rule_plans.h"

namespace alarum::app {

/// The playground, the backtests and the plans of the daemon. Owned by the Bridge, which stops it
/// before the HTTP server.
class RuleTrials final : public api::RuleTrials {
 public:
  RuleTrials(const TrialParts& parts,
             std::function<std::shared_ptr<const config::PushIngest>()> pushes)
      : in_force_(parts.in_force),
        playground_(parts, std::move(pushes)),
        backtests_(parts),
        plans_(parts) {}

  void playground(std::string body, const Done& done) override;
  void start_backtest(std::string body, const Done& done) override;
  void plan(std::string body, bool text, const Done& done) override;
  http::Response backtests() override { return backtests_.all(); }
  http::Response backtest(const std::string& id, bool text) override {
    return backtests_.one(id, text);
  }
  http::Response cancel_backtest(const std::string& id) override { return backtests_.cancel(id); }
  http::Response rule_files(const std::string& file) override;

  /// Ends what runs, and waits for the threads. Any thread but theirs.
  void stop();

 private:
  const std::function<std::shared_ptr<const match::Generation>()> in_force_;
  Playground playground_;
  Backtests backtests_;
  RulePlans plans_;
};

}  // namespace alarum::app
