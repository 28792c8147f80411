#include "tools/verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "match/predicate.h"
#include "tools/conjunctions.h"
#include "tools/probe.h"

namespace alarum::tools {
namespace {

constexpr std::size_t kMostSeen = 8;  // values of one path that are shown

std::string as_json(const model::Leaf& leaf) {
  return leaf.kind == model::LeafKind::string ? json_quote(leaf.text) : std::string(leaf.text);
}

bool passes(const rules::FieldTest& test, std::span<const model::Leaf> leaves) {
  return std::ranges::any_of(test.any, [&](const auto& predicate) {
    const match::CompiledPredicate compiled(predicate);
    if (compiled.wants_absence()) return leaves.empty();
    return std::ranges::any_of(leaves, [&](const auto& leaf) { return compiled.passes(leaf); });
  });
}

FailedField failure(const rules::FieldTest& test, std::span<const model::Leaf> leaves) {
  FailedField failed{shown_path(test.path), test.place, {}, {}};
  for (const auto& predicate : test.any)
    failed.wanted += (failed.wanted.empty() ? "" : " or ") + to_text(predicate);
  for (const auto& leaf : leaves) {
    if (failed.seen.size() < kMostSeen) failed.seen.push_back(as_json(leaf));
  }
  return failed;
}

PatternVerdict why_not(const Tests& tests, const model::FlatEvent& event) {
  PatternVerdict verdict;
  for (const auto* test : tests) {
    const auto leaves = event.at(test->path);
    if (!passes(*test, leaves)) verdict.failed.push_back(failure(*test, leaves));
  }
  if (!verdict.failed.empty()) return verdict;
  verdict.apart = true;
  for (const auto* test : tests) {
    const auto leaves = event.at(test->path);
    if (std::ranges::any_of(leaves, [](const auto& leaf) { return leaf.steps > 0; }))
      verdict.failed.push_back(failure(*test, leaves));
  }
  return verdict;
}

PatternVerdict judge_pattern(const rules::Pattern& pattern, bool fits,
                             const model::FlatEvent& event) {
  if (pattern.alternatives.empty()) return {};
  if (fits) return {true, {}, false};
  std::optional<PatternVerdict> nearest;
  for (const auto& clause : pattern.alternatives) {
    for (const auto& tests : conjunctions(clause)) {
      auto verdict = why_not(tests, event);
      // A conjunction whose tests all pass one by one is nearer than any other.
      const auto distance = [](const PatternVerdict& v) { return v.apart ? 0 : v.failed.size(); };
      if (!nearest || distance(verdict) < distance(*nearest)) nearest = std::move(verdict);
    }
  }
  return nearest.value_or(PatternVerdict{});
}

namespace {

// What match::Generation makes of what fits.
class Judge {
 public:
  Judge(const rules::Rule& rule, const model::Event& event, RuleVerdict& verdict)
      : rule_(rule), event_(event), verdict_(verdict) {}

  void add(const PatternVerdict& part, model::Hit hit, bool names_status) {
    if (!part.fits || rule_.matches_alerts != (event_.format() == model::Format::internal)) return;
    const bool over = event_.status() == model::Status::resolved && !names_status;
    if (over && hit.role == model::Role::annotate) return;
    if (over) hit = {hit.rule, model::Role::until};
    if (std::ranges::find(verdict_.hits, hit) == verdict_.hits.end()) verdict_.hits.push_back(hit);
  }

 private:
  const rules::Rule& rule_;
  const model::Event& event_;
  RuleVerdict& verdict_;
};

// The patterns of a rule in the order in which judge_rule() evaluates them. A pattern without
// alternatives matches nothing.
void add_patterns(const rules::Rule& rule, Probe& probe) {
  probe.add(rule.match);
  if (rule.until) probe.add(*rule.until);
  for (const auto& step : rule.steps) probe.add(step.pattern);
  if (rule.annotate) probe.add(rule.annotate->pattern);
}

// `fits`: of the rule's patterns, in that order.
RuleVerdict judge_rule(const rules::Rule& rule, std::uint32_t number, const model::Event& event,
                       const model::FlatEvent& flat, std::vector<bool>::const_iterator& fits) {
  RuleVerdict verdict;
  Judge judging(rule, event, verdict);
  verdict.rule = number;
  verdict.resolved = event.status() == model::Status::resolved && !rule.names_status;
  verdict.other_kind =
      rule.gather || rule.matches_alerts != (event.format() == model::Format::internal);
  verdict.match = judge_pattern(rule.match, *fits++, flat);
  if (!rule.unmatched) judging.add(verdict.match, {number, model::Role::match}, rule.names_status);
  if (rule.until)
    judging.add(verdict.until.emplace(judge_pattern(*rule.until, *fits++, flat)),
                {number, model::Role::until}, rule.names_status);
  for (std::uint8_t k = 0; k < rule.steps.size(); ++k) {
    verdict.steps.push_back(judge_pattern(rule.steps[k].pattern, *fits++, flat));
    judging.add(verdict.steps.back(), {number, model::Role::step, k}, rule.steps[k].names_status);
  }
  if (rule.annotate)
    judging.add(verdict.annotate.emplace(judge_pattern(rule.annotate->pattern, *fits++, flat)),
                {number, model::Role::annotate}, rule.names_status);
  std::ranges::sort(verdict.hits);
  if (verdict.has(model::Role::match))
    std::erase_if(verdict.hits, [](const auto& hit) { return hit.role == model::Role::until; });
  return verdict;
}

bool any_of_next(std::size_t many, std::vector<bool>::const_iterator& fits) {
  const auto first = std::exchange(fits, fits + static_cast<std::ptrdiff_t>(many));
  return std::find(first, fits, true) != fits;
}

// The rule that knows the event: one that has a hit, otherwise a disabled one whose pattern
// matches. `fits`: whether the patterns of disabled rules match.
std::string known_by(const rules::RuleSet& rules, const std::vector<RuleVerdict>& verdicts,
                     std::vector<bool>::const_iterator fits) {
  for (const auto& verdict : verdicts) {
    if (!verdict.hits.empty())
      return fmt::format("rule \"{}\" knows it", rules.rules[verdict.rule].alert);
  }
  for (const auto& rule : rules.disabled) {
    const bool fit = any_of_next(
        1 + rule.until.has_value() + rule.steps.size() + rule.annotate.has_value(), fits);
    if (fit && !rule.unmatched)
      return fmt::format("rule \"{}\" knows it, and is disabled", rule.alert);
  }
  return {};
}

std::string left_out(const rules::Rule& rule, const model::Event& event) {
  if (match::may_be_unmatched(rule, event)) return {};
  if (event.status() == model::Status::resolved && !rule.names_status)
    return "a recovery is left out";
  return event.format() == model::Format::syslog ? "lines of syslog are left out"
                                                 : "alerts are left out";
}

// Rules with `unmatched` are judged last, because they depend on all others.
void add_unmatched(const rules::Rule& rule, const std::string& known, const model::Event& event,
                   RuleVerdict& verdict) {
  if (!verdict.match.fits && !rule.match.alternatives.empty()) return;
  verdict.why_known = known.empty() ? left_out(rule, event) : known;
  if (verdict.why_known.empty()) verdict.hits.push_back({verdict.rule, model::Role::match});
}

}  // namespace

}  // namespace

bool RuleVerdict::has(model::Role role) const {
  return std::ranges::any_of(hits, [&](const auto& hit) { return hit.role == role; });
}

std::vector<RuleVerdict> judge(const rules::RuleSet& rules, const model::Event& event) {
  auto flat = model::FlatEvent::of(event);
  rules::derive(rules, flat);
  Probe probe(rules);
  for (const auto& rule : rules.rules) add_patterns(rule, probe);
  for (const auto& rule : rules.disabled) add_patterns(rule, probe);
  const auto fits = probe.fits(event);
  auto next = fits.begin();
  std::vector<RuleVerdict> out;
  for (std::uint32_t i = 0; i < rules.rules.size(); ++i)
    out.push_back(judge_rule(rules.rules[i], i, event, flat, next));
  const auto known = known_by(rules, out, next);
  for (auto& verdict : out) {
    if (rules.rules[verdict.rule].unmatched)
      add_unmatched(rules.rules[verdict.rule], known, event, verdict);
  }
  return out;
}

}  // namespace alarum::tools
