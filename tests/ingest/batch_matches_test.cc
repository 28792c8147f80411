#include "ingest/batch_matches.h"

#include <gtest/gtest.h>

#include "tests/rules/text_rules.h"

namespace alarum::ingest::batch_matches_test {
namespace {

model::Event event(std::string_view type, model::Severity severity, bool posted = false) {
  model::EventFields fields;
  fields.id = "1", fields.source = "s", fields.type = type, fields.severity = severity;
  if (posted)
    fields.format = model::Format::alertmanager, fields.extensions.emplace_back("posted", "true");
  return model::Event(fields);
}

TEST(BatchMatches, CountWhatIsNoDuplicateByRuleAndWhatNoRuleMatched) {
  using enum model::Severity;
  const auto generation = std::make_shared<const match::Generation>(rules::loaded(
      "rules: [{alert: A, match: [a, b], resolve_after: 1h}, {alert: B, match: b, until: a}, "
      "{alert: U, unmatched: true, match: {severity: critical}, resolve_after: 1h}]"));
  BatchMatches matches(generation);
  for (const auto& one :
       {event("a", none), event("b", none), event("x", critical), event("x", info),
        event("x", critical), event("a", none), event("x", critical, true)}) {
    matches.add(one, generation->match(one));
  }
  std::vector<journal::Outcome> outcomes(7);
  outcomes[4].duplicate = outcomes[5].duplicate = true;
  const auto counts = matches.of(outcomes);
  EXPECT_EQ(counts.by_rule, (std::map<std::string, std::uint64_t>{{"A", 2}, {"B", 2}, {"U", 1}}));
  EXPECT_EQ(counts.unmatched, (UnmatchedCounts{{{model::Format::cloudevents, critical}, 1},
                                               {{model::Format::cloudevents, info}, 1}}));
}

TEST(Counts, NameABoundedNumberOfRules) {
  Counts counts;
  for (std::size_t i = 0; i < 2 * Counts::kMostRules; ++i)
    counts.matched({{}, {{"rule-" + std::to_string(i), 1}}});
  const auto by_rule = counts.matches().by_rule;
  EXPECT_EQ(by_rule.size(), Counts::kMostRules + 1);
  EXPECT_EQ(by_rule.at("(others)"), Counts::kMostRules);
}

}  // namespace
}  // namespace alarum::ingest::batch_matches_test
