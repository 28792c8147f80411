#include "tools/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "engine/engine.h"
#include "tools/outline.h"

namespace alarum::tools {
namespace {

using Generation = std::shared_ptr<const match::Generation>;
using Kind = RulePlan::Kind;
using Counts = std::map<std::string, std::size_t>;

struct Effect {
  Counts firing, ends;
};

Result<Effect> effect_of(const std::string& state, const Generation& now, const Generation& next) {
  Effect effect;
  if (state.empty()) return effect;
  engine::Engine engine([&](const std::string& hash) -> Result<Generation> {
    if (hash == next->rules().hash) return next;
    if (now && hash == now->rules().hash) return now;
    return fail("not_found", "the engine's state is of other rules than those in force");
  });
  if (auto done = engine.restore(state); !done) return std::unexpected(done.error());
  for (const auto& [id, live] : engine.instances().all()) ++effect.firing[id.first];
  // At the beginning of time, so that no timer comes due beside it.
  auto changes = engine.step({~model::Offset{0}, Time(), next->id(), model::Reload{next->rules().hash}, std::nullopt});
  if (!changes) return std::unexpected(changes.error());
  for (const auto& change : *changes) {
    if (change.kind == model::Change::Kind::resolved && change.alert.reason == model::EndReason::rule_changed) ++effect.ends[change.alert.rule];
  }
  return effect;
}

std::map<std::string, RuleOutline> outline_of(const Generation& generation) {
  if (!generation) return {};
  const auto sources = rules::unpack(generation->rules().text);
  if (!sources) return {};
  auto all = outline(*sources);
  // Rules that are disabled are not there.
  std::erase_if(all, [&](const auto& entry) {
    return std::ranges::none_of(generation->rules().rules, [&](const auto& rule) { return rule.alert == entry.first; });
  });
  return all;
}

RulePlan of_both(const std::string& alert, const RuleOutline& before, const RuleOutline& after, std::size_t ends) {
  RulePlan plan{Kind::unchanged, alert, after.place, differences(before, after), 0, ends};
  if (!plan.differences.empty()) plan.kind = Kind::changed;
  const auto by = [](const RuleOutline& of) { return of.keys.contains("by") ? of.keys.at("by") : ""; };
  if (ends > 0 || by(before) != by(after)) plan.kind = Kind::key_changed;
  return plan;
}

}  // namespace

std::string_view to_text(RulePlan::Kind kind) {
  switch (kind) {
    case Kind::unchanged: return "unchanged";
    case Kind::changed: return "changed";
    case Kind::key_changed: return "key_changed";
    case Kind::added: return "added";
    case Kind::removed: return "removed";
  }
  return "";
}

Result<Plan> plan_reload(const std::string& state, Generation now, Generation next) {
  const auto effect = effect_of(state, now, next);
  if (!effect) return std::unexpected(effect.error());
  const auto before = outline_of(now), after = outline_of(next);
  const auto count = [](const Counts& counts, const std::string& alert) { return counts.contains(alert) ? counts.at(alert) : 0; };
  Plan plan;
  for (const auto& [alert, outlined] : after) {
    const auto found = before.find(alert);
    plan.rules.push_back(found == before.end() ? RulePlan{Kind::added, alert, outlined.place, {}, 0, 0}
                                               : of_both(alert, found->second, outlined, count(effect->ends, alert)));
  }
  for (const auto& [alert, outlined] : before) {
    if (!after.contains(alert)) plan.rules.push_back({Kind::removed, alert, outlined.place, {}, 0, count(effect->ends, alert)});
  }
  for (auto& rule : plan.rules) rule.firing = count(effect->firing, rule.alert);
  std::ranges::sort(plan.rules, {}, &RulePlan::alert);
  return plan;
}

std::size_t Plan::count(RulePlan::Kind kind) const {
  return static_cast<std::size_t>(std::ranges::count(rules, kind, &RulePlan::kind));
}

std::size_t Plan::ends() const {
  std::size_t sum = 0;
  for (const auto& rule : rules) sum += rule.ends;
  return sum;
}

std::string Plan::summary() const {
  std::string text;
  for (const auto kind : {Kind::unchanged, Kind::changed, Kind::key_changed, Kind::added, Kind::removed}) {
    if (const auto n = count(kind)) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, to_text(kind));
  }
  if (text.empty()) text = "no rules";
  const auto ended = ends();
  return text + (ended == 0 ? ": no alert ends" : fmt::format(": {} firing alert{} resolve{} (rule_changed)", ended, ended == 1 ? "" : "s", ended == 1 ? "s" : ""));
}

std::string plan_text(const Plan& plan) {
  std::string text;
  for (const auto& rule : plan.rules) {
    if (rule.kind == Kind::unchanged) continue;
    const auto state = rule.kind == Kind::added ? "new"
                       : rule.ends > 0          ? fmt::format("{} of {} firing will resolve (rule_changed)", rule.ends, rule.firing)
                       : rule.kind == Kind::changed ? fmt::format("state kept, {} firing", rule.firing)
                                                    : "nothing fires";
    text += fmt::format("{:<12} {}: {}\n", to_text(rule.kind), rule.alert, state);
    for (const auto& difference : rule.differences) text += fmt::format("{:<12}   {}\n", "", difference);
  }
  return text + plan.summary() + '\n';
}

std::string plan_json(const Plan& plan) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& rule : plan.rules) {
    list.push_back({{"alert", rule.alert},
                    {"plan", to_text(rule.kind)},
                    {"differences", rule.differences},
                    {"firing", rule.firing},
                    {"ends", rule.ends},
                    {"place", fmt::format("{}:{}:{}", rule.place.file, rule.place.line, rule.place.column)}});
  }
  return nlohmann::ordered_json{{"rules", std::move(list)}, {"ends", plan.ends()}, {"summary", plan.summary()}}.dump(2) + '\n';
}

}  // namespace alarum::tools
