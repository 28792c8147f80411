#include "app/rule_metrics.h"

#include <set>

#include "base/bounded_rows.h"

namespace alarum::app {
namespace {

// Values by rule, with those of all rules that have no row of their own together.
using Values = std::map<std::string, double>;

// Takes rules into the rows of the page, and values into rows.
class RuleRows {
 public:
  // Every one of `values` is counted under its rule, or under the others. Posted alerts have no
  // rule and are left out.
  Values of(const auto& values) {
    Values out;
    for (const auto& [rule, value] : values) {
      if (!rule.empty()) out[row(rule)] += static_cast<double>(value);
    }
    return out;
  }
  // The same; rules without a value have a 0.
  Values of_all(const auto& values) {
    auto out = of(values);
    for (const auto& rule : rows_) out.try_emplace(rule, 0);
    return out;
  }

 private:
  const std::string& row(const std::string& rule) {
    if (rows_.size() < ingest::Counts::kMostRules || rows_.contains(rule))
      return *rows_.insert(rule).first;
    return *rows_.insert(kOtherRows).first;
  }
  std::set<std::string> rows_;
};

void add(const Values& values, const auto& add_one) {
  for (const auto& [rule, value] : values) add_one(value, api::MetricsPage::Labels{{"rule", rule}});
}

void add_of_engine(api::MetricsPage& page, RuleRows& rows, const api::EngineNumbers& engine) {
  add(rows.of_all(engine.changes.fired_by_rule), [&](double value, const auto& labels) {
    page.counter("alarum_rule_fired_total",
                 "Alerts of a rule that fired since the start. Replayed ones are not counted.",
                 value, labels);
  });
  add(rows.of_all(engine.firing_by_rule), [&](double value, const auto& labels) {
    page.gauge("alarum_rule_firing_alerts", "Firing alerts of a rule.", value, labels);
  });
  add(rows.of(engine.keys_by_rule), [&](double value, const auto& labels) {
    page.gauge("alarum_rule_keys", "Keys for which a rule stores state.", value, labels);
  });
  for (const auto& [who, count] : engine.annulled) {
    page.counter("alarum_rule_annulled_total",
                 "Matches and pending conditions of a rule that were annulled because the alert of "
                 "another rule (unless) explains them.",
                 static_cast<double>(count), {{"rule", who.first}, {"by", who.second}});
  }
}

}  // namespace

void add_rules(api::MetricsPage& page, const ingest::MatchCounts& matches,
               const std::map<std::string, double>& seconds,
               const std::optional<api::EngineNumbers>& engine) {
  RuleRows rows;
  add(rows.of(matches.by_rule), [&](double value, const auto& labels) {
    page.counter("alarum_rule_matches_total",
                 "Accepted events that matched a rule: its match, an end, a step or an annotation. "
                 "The first 1,000 rules are counted each, further ones as (others).",
                 value, labels);
  });
  add(rows.of_all(seconds), [&](double value, const auto& labels) {
    page.counter("alarum_rule_processing_seconds_total",
                 "Time that the engine spent on a rule. It is an estimate: about one record in 64 "
                 "is measured.",
                 value, labels);
  });
  if (engine) add_of_engine(page, rows, *engine);
}

}  // namespace alarum::app
