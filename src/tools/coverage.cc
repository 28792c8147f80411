#include "tools/coverage.h"

#include <algorithm>

#include "match/predicate.h"
#include "tools/conjunctions.h"
#include "tools/probe.h"
#include "tools/verdict.h"

namespace alarum::tools {
namespace {

std::string clause_name(const std::string& part, const rules::FieldTest& test,
                        const rules::Predicate& predicate) {
  return part + ' ' + shown_path(test.path) + ' ' + to_text(predicate);
}

template <class Visit>
void for_each_pattern(const rules::Rule& rule, const Visit& visit) {
  // Rules about alerts are left out, because no event of a test reaches them by itself; so are
  // built-in rules, which are not the tests' business.
  if (rule.matches_alerts || rules::is_shipped_along(rule)) return;
  if (!rule.match.alternatives.empty() || rule.unmatched) visit("match", rule.match);
  if (rule.until) visit("until", *rule.until);
  for (std::size_t i = 0; i < rule.steps.size(); ++i)
    visit("step " + std::to_string(i + 1), rule.steps[i].pattern);
  if (rule.annotate) visit("annotate", rule.annotate->pattern);
}

bool lets_pass(const rules::Predicate& predicate, std::span<const model::Leaf> leaves) {
  const match::CompiledPredicate compiled(predicate);
  if (compiled.wants_absence()) return leaves.empty();
  return std::ranges::any_of(leaves, [&](const auto& leaf) { return compiled.passes(leaf); });
}

auto key_at(const Place& place, std::string what) {
  return std::tuple(place.file, place.line, place.column, std::move(what));
}

}  // namespace

void Coverage::expect(const rules::RuleSet& rules) {
  for (const auto& rule : rules.rules) {
    for_each_pattern(rule, [&](const std::string& part, rules::Pattern pattern) {
      const auto whole = key_at(rule.place, part);
      wanted_[whole] = {rule.alert, part, std::nullopt};
      for (auto& clause : pattern.alternatives) {
        rules::for_each_field(clause, [&](const rules::FieldTest& test) {
          for (const auto& predicate : test.any) {
            auto what = clause_name(part, test, predicate);
            wanted_[key_at(test.place, what)] = {rule.alert, what, whole};
          }
        });
      }
    });
  }
}

struct Coverage::Asked {
  struct One {
    Place rule;
    std::string part;
    bool names_status = false;
    // Of the `match` of a rule with `unmatched`: it is reached by what no other rule knows
    std::optional<model::Hit> only_by;
    std::vector<rules::FieldTest> tests;
  };
  explicit Asked(const rules::RuleSet& rules) : probe(rules), generation(rules) {
    for (std::uint32_t number = 0; number < rules.rules.size(); ++number) {
      const auto& rule = rules.rules[number];
      for_each_pattern(rule, [&](const std::string& part, const rules::Pattern& pattern) {
        const auto only_by = rule.unmatched && part == "match"
                                 ? std::optional(model::Hit{number, model::Role::match})
                                 : std::nullopt;
        for (const auto& clause : pattern.alternatives) {
          for (const auto& tests : conjunctions(clause))
            add({rule.place, part, rule.names_status, only_by, {}}, tests);
        }
      });
    }
  }
  void add(One one, const Tests& tests) {
    for (const auto* test : tests) one.tests.push_back(*test);
    probe.add({{rules::Clause{one.tests, {}}}});
    all.push_back(std::move(one));
  }

  Probe probe;
  match::Generation generation;
  std::vector<One> all;
};

Coverage::Asked& Coverage::asked(const rules::RuleSet& rules) {
  auto& known = asked_[rules.hash];
  if (!known) known = std::make_shared<Asked>(rules);
  return *known;
}

void Coverage::take(const rules::RuleSet& rules, const model::Event& event) {
  auto flat = model::FlatEvent::of(event);
  rules::derive(rules, flat);
  auto& known = asked(rules);
  const auto fits = known.probe.fits(event);
  const auto hits = known.generation.match(event).hits;
  for (const auto hit : hits) {
    if (rules.rules[hit.rule].unmatched && hit.role == model::Role::match)
      reached_.insert(key_at(rules.rules[hit.rule].place, "match"));
  }
  for (std::size_t i = 0; i < fits.size(); ++i) {
    const auto& one = known.all[i];
    // An event that resolves does not show what a fault looks like.
    const bool over =
        event.status() == model::Status::resolved && !one.names_status && one.part != "until";
    const bool known_otherwise = one.only_by && std::ranges::find(hits, *one.only_by) == hits.end();
    if (!fits[i] || over || known_otherwise) continue;
    reached_.insert(key_at(one.rule, one.part));
    for (const auto& test : one.tests) {
      for (const auto& predicate : test.any) {
        if (lets_pass(predicate, flat.at(test.path)))
          reached_.insert(key_at(test.place, clause_name(one.part, test, predicate)));
      }
    }
  }
}

Coverage::Report Coverage::report() const {
  Report report;
  for (const auto& [key, item] : wanted_) {
    const bool reached = reached_.contains(key);
    const bool rule = !item.part_of && (item.what == "match" || item.what == "step 1");
    ++(rule ? report.rules : report.clauses);
    if (reached) ++(rule ? report.rules_reached : report.clauses_reached);
    // If no event matches the pattern, do not list its alternatives as well.
    const bool said = item.part_of && !reached_.contains(*item.part_of);
    const auto& [file, line, column, what] = key;
    if (!reached && !said) report.gaps.push_back({{file, line, column}, item.rule, what});
  }
  return report;
}

}  // namespace alarum::tools
