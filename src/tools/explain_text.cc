#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/explain.h"

namespace alarum::tools {
namespace {

using Json = nlohmann::ordered_json;

std::string why_taken(engine::SenderClocks::Kind kind, Duration behind) {
  using Kind = engine::SenderClocks::Kind;
  if (kind == Kind::wrong) return "its sender's clock is " + engine::offset_text(behind);
  if (kind == Kind::none) return "no clock that was ever set says so";
  if (kind == Kind::ahead) return "it is after the arrival";
  if (kind == Kind::undecided)
    return "a wrong clock or a backlog, which is not decided: it counts as new";
  return "an alert counts as new when it is posted";
}

std::string seen_text(const FailedField& field) {
  return field.seen.empty() ? "nothing" : fmt::format("{}", fmt::join(field.seen, ", "));
}

std::string place_text(const Place& place) {
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

std::string failed_text(const PatternVerdict& verdict) {
  const auto& first = verdict.failed.front();
  if (verdict.apart) return "no one element of an array has all of what is wanted together";
  return fmt::format("{} wants {}, saw {}", first.path, first.wanted, seen_text(first));
}

std::string changes_text(const PatternVerdict& verdict) {
  std::string text;
  for (const auto& field : verdict.failed) {
    text += fmt::format("      {} {}: {} must be {}, is {}\n", place_text(field.place),
                        verdict.apart ? "in the same element" : "to match", field.path,
                        field.wanted, seen_text(field));
  }
  return text;
}

// Whether the event passes at least one test of the rule's patterns. In a large rule set it passes
// none of most rules, and those are only counted.
bool near(const PatternVerdict& verdict, const rules::Pattern& pattern) {
  if (verdict.fits || verdict.apart) return true;
  return std::ranges::any_of(pattern.alternatives, [&](const auto& clause) {
    return verdict.failed.size() < clause.fields.size() + clause.or_groups.size();
  });
}

Json to_json(const PatternVerdict& verdict) {
  auto failed = Json::array();
  for (const auto& field : verdict.failed) {
    failed.push_back({{"path", field.path},
                      {"expected", field.wanted},
                      {"seen", field.seen},
                      {"place", place_text(field.place)}});
  }
  return {
      {"fits", verdict.fits}, {"no_single_element", verdict.apart}, {"failed", std::move(failed)}};
}

std::string hit_text(const rules::Rule& rule, const RuleVerdict& verdict) {
  std::string text;
  for (const auto& hit : verdict.hits) {
    if (!text.empty()) text += ", ";
    if (hit.role == model::Role::match)
      text += rule.unmatched ? "matches: no other rule knows it" : "matches";
    if (hit.role == model::Role::step)
      text += fmt::format("is step {} of {}", hit.step + 1, rule.steps.size());
    if (hit.role == model::Role::annotate) text += "annotates";
    if (hit.role != model::Role::until) continue;
    if (rule.across_recoveries)
      text += "is a recovery, which counts for nothing here (across_recoveries)";
    else
      text += verdict.until && verdict.until->fits
                  ? "is an end: it fits \"until\""
                  : "is an end: it fits \"match\" and its status is resolved";
  }
  return text;
}

// The pattern that came nearest: `match`, or the step of a sequence with the fewest failed tests.
const PatternVerdict& nearest(const RuleVerdict& verdict) {
  if (verdict.steps.empty()) return verdict.match;
  return *std::ranges::min_element(
      verdict.steps, {}, [](const auto& step) { return step.apart ? 0 : step.failed.size(); });
}

// Why a rule without hits has none, in a sentence.
std::string why_none(const RuleVerdict& verdict) {
  if (verdict.other_kind) return "is about alerts of other rules";
  if (!verdict.why_known.empty()) return verdict.why_known;
  const auto& missed = nearest(verdict);
  return missed.failed.empty()
             ? "fits, but its status is resolved and there is nothing it could end"
             : failed_text(missed);
}

std::string rule_text(const rules::Rule& rule, const RuleVerdict& verdict) {
  if (!verdict.hits.empty())
    return fmt::format("  + {}: {}\n", rule.alert, hit_text(rule, verdict));
  const bool missed = !verdict.other_kind && verdict.why_known.empty();
  return fmt::format("  - {}: {}\n{}", rule.alert, why_none(verdict),
                     missed ? changes_text(nearest(verdict)) : "");
}

bool near(const rules::Rule& rule, const RuleVerdict& verdict) {
  if (verdict.other_kind) return false;
  for (std::size_t i = 0; i < rule.steps.size(); ++i) {
    if (near(verdict.steps[i], rule.steps[i].pattern)) return true;
  }
  return rule.steps.empty() && near(verdict.match, rule.match);
}

}  // namespace

std::string verdicts_text(const rules::RuleSet& rules, const std::vector<RuleVerdict>& verdicts,
                          bool all) {
  std::string hits, misses;
  std::size_t left_out = 0;
  for (const auto& verdict : verdicts) {
    const auto& rule = rules.rules[verdict.rule];
    const bool hit = !verdict.hits.empty();
    if (!hit && !all && !near(rule, verdict)) {
      ++left_out;
    } else {
      (hit ? hits : misses) += rule_text(rule, verdict);
    }
  }
  auto text = hits + misses;
  if (left_out > 0)
    text += fmt::format("  - {} other rule{}: nothing of what {} fits\n", left_out,
                        left_out == 1 ? "" : "s", left_out == 1 ? "it wants" : "they want");
  return text;
}

std::string time_text(const Explanation& explanation) {
  using Kind = engine::SenderClocks::Kind;
  const auto& [kind, when, ends, behind] = explanation.reading;
  const auto said = std::get<model::Event>(explanation.record.payload).time();
  if (!said || (kind == Kind::right && when == *said)) return "";
  if (kind == Kind::backlog)
    return fmt::format("  time {}: part of a backlog, delivered late\n", format_rfc3339(when));
  return fmt::format("  time {}, taken as {}: {}\n", format_rfc3339(*said), format_rfc3339(when),
                     why_taken(kind, behind));
}

std::string time_json(const Explanation& explanation) {
  const auto& [kind, when, ends, behind] = explanation.reading;
  const auto said = std::get<model::Event>(explanation.record.payload).time();
  if (!said) return "null";
  Json json{{"stated", format_rfc3339(*said)},
            {"used", format_rfc3339(when)},
            {"counts_as", to_text(kind)}};
  if (behind != Duration::zero()) json["clock"] = engine::offset_text(behind);
  return json.dump();
}

std::string verdicts_json(const rules::RuleSet& rules, const std::vector<RuleVerdict>& verdicts,
                          bool all) {
  auto list = Json::array();
  for (const auto& verdict : verdicts) {
    const auto& rule = rules.rules[verdict.rule];
    const bool is_near = !verdict.hits.empty() || near(rule, verdict);
    if (!all && !is_near) continue;
    Json one{{"alert", rule.alert},
             {"place", place_text(rule.place)},
             {"verdict", verdict.hits.empty() ? "none" : hit_text(rule, verdict)},
             {"near", is_near}};
    if (verdict.hits.empty()) one["why"] = why_none(verdict);
    one["match"] = to_json(verdict.match);
    if (!verdict.why_known.empty()) one["unmatched"] = verdict.why_known;
    if (verdict.until) one["until"] = to_json(*verdict.until);
    for (const auto& step : verdict.steps) one["steps"].push_back(to_json(step));
    if (verdict.annotate) one["annotate"] = to_json(*verdict.annotate);
    list.push_back(std::move(one));
  }
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace alarum::tools
