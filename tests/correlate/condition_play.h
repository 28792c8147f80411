#pragma once
#include <string>

#include "correlate/keyed_condition.h"
#include "match/generation.h"
#include "tests/support/story.h"

namespace alarum::correlate {

/// A condition by itself over a story: what its first rule makes of it, with the timers that are
/// due before each event, a line each.
class ConditionPlay {
 public:
  explicit ConditionPlay(const std::string& rule)
      : generation_(rules::loaded("rules: [" + rule + "]")) {}

  const rules::Rule& rule() const { return generation_.rules().rules.front(); }
  Context& context() { return context_; }
  const Counts& counts() const { return counts_; }
  const KeyLimits& limits() const { return limits_; }
  bool annulled = false;  ///< what an `unless` says of every key

  /// Lines of `ARRIVAL EVENT` (support::event_of), or `AT -`: timers alone.
  std::string run(Condition& condition, const std::string& story) {
    auto* keyed = dynamic_cast<KeyedCondition*>(&condition);
    for (const auto& line : support::lines_of(story)) {
      const auto blank = line.find(' ');
      now_ = support::at(line.substr(0, blank));
      if (keyed) run_timers(*keyed);
      if (const auto rest = line.substr(blank + 1); rest != "-") take(condition, rest);
    }
    return std::exchange(text_, {});
  }
  /// What was concluded since, with `at` before each.
  std::string concluded(const std::string& at) {
    for (const auto& one : std::exchange(out_, {})) {
      text_ += at + (one.kind == Decision::Kind::opens ? " opens " : " closes ") + one.rule->alert +
               '{' + one.key.text + "} at " + support::shown(one.starts) +
               (one.ended ? " ended " + support::shown(*one.ended) : "") +
               (one.timer ? " by a timer" : "") + '\n';
    }
    return std::exchange(text_, {});
  }

 private:
  void run_timers(KeyedCondition& condition) {
    for (auto next = condition.keys().next(); next && next->at <= now_;
         next = condition.keys().next()) {
      const auto at = next->at;
      condition.run_next(context_);
      text_ += concluded(support::shown(at));
    }
  }
  void take(Condition& condition, const std::string& line) {
    const auto event = support::event_of(line, now_, std::to_string(++id_));
    const auto flat = model::FlatEvent::of(event);
    const Report report{event.time().value_or(now_), now_, std::string(event.source()),
                        event.time().value_or(now_)};
    const Arrival in{flat, report, report, id_, 1};
    for (const auto hit : generation_.match(event).hits) {
      std::size_t missing = 0, dropped = 0;
      for (auto& key : keys_of(rule(), flat, missing, dropped))
        condition.take(hit, key, in, context_);
    }
    text_ += concluded(support::shown(now_));
  }

  match::Generation generation_;
  FaultRecoveryMatcher pairing_;
  Counts counts_;
  KeyLimits limits_;
  Annuls annuls_ = [this](const rules::Rule&, const Key&) { return annulled; };
  std::vector<Decision> out_;
  Context context_{pairing_, counts_, limits_, annuls_, out_};
  Time now_ = support::kStart;
  std::uint64_t id_ = 0;
  std::string text_;
};

}  // namespace alarum::correlate
