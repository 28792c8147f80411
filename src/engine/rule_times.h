#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "correlate/rule_meter.h"

namespace alarum::engine {

/// Estimates how much time the engine spends on each rule: one step in about kEvery is measured,
/// and what it took counts kEvery times. Which steps these are looks random, so that events that
/// come in a fixed pattern are measured evenly. A step that is not measured costs a multiplication.
/// Owned by the stage, whose thread calls everything but seconds(). `clock` outlives it.
class RuleTimes final : public correlate::RuleMeter {
 public:
  static constexpr std::uint64_t kEvery = 64;
  /// Rules with a row of their own. Further ones share the row kOtherRows.
  static constexpr std::size_t kMostRules = 1'000;

  explicit RuleTimes(Clock& clock) : clock_(clock) {}

  /// Whether the next step is to be measured.
  bool samples_next() { return (++steps_ * 0x9E3779B97F4A7C15) >> 58 == 0; }
  /// The engine's step goes on for that rule. See correlate::RuleMeter.
  void works_for(std::string_view rule) override;
  /// The measured step has ended.
  void end();
  /// The estimate since the start, by rule. Any thread.
  std::map<std::string, double> seconds() const;

 private:
  using Times = std::map<std::string, std::chrono::nanoseconds>;
  void count(std::chrono::nanoseconds now);

  Clock& clock_;
  std::uint64_t steps_ = 0;
  std::string rule_;  // the work is for it since since_; empty: for none
  std::chrono::nanoseconds since_{};
  Times step_;  // of the step that is being measured
  // Guards times_: the engine writes it once a measured step, the metrics page reads it.
  mutable std::mutex mutex_;
  Times times_;
};

}  // namespace alarum::engine
