#include "correlate/correlator.h"

namespace alarum::correlate {

std::vector<Finding> Correlator::take(const rules::RuleSet& rules, const model::Event& event, const model::FlatEvent& flat,
                                      const model::Hits& hits, Time arrival) {
  pairing_.expire(arrival);
  const auto when = effective_time(event.time(), arrival);
  if (!event.time() || *event.time() != when) ++counts_.time_replaced;
  const Report report{when, arrival, std::string(event.source())};
  std::vector<Finding> findings;
  for (const auto hit : hits.hits) take_hit(rules.rules[hit.rule], hit, flat, report, findings);
  return findings;
}

void Correlator::take_hit(const rules::Rule& rule, model::Hit hit, const model::FlatEvent& flat, const Report& report,
                          std::vector<Finding>& out) {
  std::size_t missing = 0;
  std::size_t dropped = 0;
  auto keys = keys_of(rule, flat, missing, dropped);
  counts_.by_missing += missing;
  counts_.instances_dropped += dropped;
  for (auto& key : keys) {
    const Pairing::Id id{rule.alert, key.text};
    const bool opens = hit.role == model::Role::match;
    if (opens && !pairing_.fault_counts(id, report)) {
      ++counts_.already_recovered;
    } else if (!opens && !pairing_.recovery_counts(id, report)) {
      ++counts_.nothing_to_end;
    } else {
      out.push_back({opens ? Finding::Kind::opens : Finding::Kind::closes, hit.rule, std::move(key), report.when});
    }
  }
}

}  // namespace alarum::correlate
