#include "tools/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "rules/inventory.h"
#include "tools/outline.h"

namespace alarum::tools {
namespace {

using PlanKind = RulePlan::Kind;
using Outlines = std::map<std::string, RuleOutline>;

// Whether the file affects rules of other files.
bool reaches_out(const rules::Sources::File& file) {
  const auto has = [&](const char* key) { return file.text.find(key) != file.text.npos; };
  return has("override") || has("tables") || has("texts");
}

bool same(const std::vector<rules::Sources::File>& a, const std::vector<rules::Sources::File>& b) {
  return std::ranges::equal(
      a, b, [](const auto& x, const auto& y) { return x.path == y.path && x.text == y.text; });
}

// Removes the files that are the same in both, and returns their paths: they need not be parsed,
// which saves much time with 100,000 rules. Removes none if a table differs, or if a file that
// differs may affect rules of other files.
std::set<std::string> drop_equal_files(rules::Sources& before, rules::Sources& after) {
  if (!same(before.tables, after.tables)) return {};
  std::map<std::string, std::string_view> texts;
  for (const auto& file : before.files) texts[file.path] = file.text;
  std::set<std::string> equal;
  for (const auto& file : after.files) {
    const auto found = texts.find(file.path);
    if (found != texts.end() && found->second == file.text) equal.insert(file.path);
  }
  const auto differs = [&](const auto& file) {
    return !equal.contains(file.path) && reaches_out(file);
  };
  if (std::ranges::any_of(before.files, differs) || std::ranges::any_of(after.files, differs))
    return {};
  for (auto* sources : {&before, &after})
    std::erase_if(sources->files, [&](const auto& file) { return equal.contains(file.path); });
  return equal;
}

// The outlines of enabled rules. Rules of files that were not parsed have only their place.
Outlines outlines_of(const rules::RuleSet& rules, const rules::Sources& sources,
                     const std::set<std::string>& equal) {
  auto read = outline(sources);
  Outlines all;
  for (const auto& rule : rules.rules) {
    const auto found = read.find(rule.alert);
    if (found != read.end())
      all.emplace(rule.alert, std::move(found->second));
    else if (equal.contains(rule.place.file))
      all[rule.alert].place = rule.place;
  }
  return all;
}

std::pair<Outlines, Outlines> outlines(const rules::RuleSet* now, const rules::RuleSet& next) {
  auto before = now ? rules::unpack(now->text) : Result<rules::Sources>(rules::Sources{});
  auto after = rules::unpack(next.text);
  if (!before || !after) return {};
  const auto equal = drop_equal_files(*before, *after);
  return {now ? outlines_of(*now, *before, equal) : Outlines(), outlines_of(next, *after, equal)};
}

std::string inventory_change(const rules::RuleSet* now, const rules::RuleSet& next) {
  const auto about = [](const rules::RuleSet* rules) {
    return rules && rules->inventory ? rules->inventory->about() : rules::Inventory::About();
  };
  const auto before = about(now), after = about(&next);
  const auto shown = [](const rules::Inventory::About& one) {
    return one.sha256.empty() ? "none" : fmt::format("{}, {} rows", one.path, one.rows);
  };
  return before.sha256 == after.sha256 ? "" : shown(before) + " → " + shown(after);
}

RulePlan of_both(const std::string& alert, const RuleOutline& before, const RuleOutline& after,
                 std::size_t ends) {
  RulePlan plan{PlanKind::unchanged, alert, after.place, differences(before, after), 0, ends};
  if (!plan.differences.empty()) plan.kind = PlanKind::changed;
  const auto by = [](const RuleOutline& of) {
    return of.keys.contains("by") ? of.keys.at("by") : "";
  };
  if (ends > 0 || by(before) != by(after)) plan.kind = PlanKind::key_changed;
  return plan;
}

}  // namespace

std::string_view to_text(RulePlan::Kind kind) {
  switch (kind) {
    case PlanKind::unchanged:
      return "unchanged";
    case PlanKind::changed:
      return "changed";
    case PlanKind::key_changed:
      return "key_changed";
    case PlanKind::added:
      return "added";
    case PlanKind::removed:
      return "removed";
  }
  return "";
}

Plan plan_reload(const rules::RuleSet* now, const rules::RuleSet& next,
                 const std::optional<engine::Effects>& effects) {
  const auto [before, after] = outlines(now, next);
  const auto effect = [&](const std::string& alert) {
    const auto found = effects ? effects->find(alert) : engine::Effects::const_iterator();
    return effects && found != effects->end() ? found->second : engine::Effect{};
  };
  Plan plan;
  plan.inventory = inventory_change(now, next);
  plan.counted = effects.has_value();
  for (const auto& [alert, outlined] : after) {
    const auto found = before.find(alert);
    plan.rules.push_back(found == before.end()
                             ? RulePlan{PlanKind::added, alert, outlined.place, {}, 0, 0}
                             : of_both(alert, found->second, outlined, effect(alert).ends));
  }
  for (const auto& [alert, outlined] : before) {
    if (!after.contains(alert))
      plan.rules.push_back({PlanKind::removed, alert, outlined.place, {}, 0, effect(alert).ends});
  }
  for (auto& rule : plan.rules) rule.firing = effect(rule.alert).firing;
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
  for (const auto kind : {PlanKind::unchanged, PlanKind::changed, PlanKind::key_changed,
                          PlanKind::added, PlanKind::removed}) {
    if (const auto n = count(kind))
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, to_text(kind));
  }
  if (text.empty()) text = "no rules";
  if (!counted) return text + ": the engine is busy, what fires was not counted";
  const auto ended = ends();
  return text + (ended == 0 ? ": no alert ends"
                            : fmt::format(": {} firing alert{} resolve{} (rule_changed)", ended,
                                          ended == 1 ? "" : "s", ended == 1 ? "s" : ""));
}

std::vector<const RulePlan*> Plan::news() const {
  std::vector<const RulePlan*> out;
  for (const auto& rule : rules) {
    if (rule.kind != PlanKind::unchanged) out.push_back(&rule);
  }
  return out;
}

std::string plan_text(const Plan& plan, std::size_t most) {
  std::string text = plan.inventory.empty() ? "" : "inventory: " + plan.inventory + '\n';
  std::size_t shown = 0;
  const auto news = plan.news();
  for (const auto* rule : news) {
    if (shown++ == most) break;
    const auto state =
        rule->kind == PlanKind::added ? "new"
        : !plan.counted               ? "state not known"
        : rule->ends > 0
            ? fmt::format("{} of {} firing will resolve (rule_changed)", rule->ends, rule->firing)
        : rule->kind == PlanKind::changed ? fmt::format("state kept, {} firing", rule->firing)
                                          : "nothing fires";
    text += fmt::format("{:<12} {}: {}\n", to_text(rule->kind), rule->alert, state);
    for (const auto& difference : rule->differences)
      text += fmt::format("{:<12}   {}\n", "", difference);
  }
  if (news.size() > most) text += fmt::format("and {} more\n", news.size() - most);
  return text + plan.summary() + '\n';
}

std::string plan_json(const Plan& plan, std::size_t most) {
  auto list = nlohmann::ordered_json::array();
  const auto news = plan.news();
  for (const auto* rule : news) {
    if (list.size() == most) break;
    nlohmann::ordered_json one{
        {"alert", rule->alert}, {"plan", to_text(rule->kind)}, {"differences", rule->differences}};
    if (plan.counted) one["firing"] = rule->firing, one["ends"] = rule->ends;
    one["place"] = fmt::format("{}:{}:{}", rule->place.file, rule->place.line, rule->place.column);
    list.push_back(std::move(one));
  }
  nlohmann::ordered_json json{{"inventory", plan.inventory},
                              {"rules", std::move(list)},
                              {"unchanged", plan.count(PlanKind::unchanged)},
                              {"omitted", news.size() - std::min(news.size(), most)}};
  if (plan.counted) json["ends"] = plan.ends();
  json["summary"] = plan.summary();
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

std::string plan_names(const Plan& plan, std::size_t most) {
  std::string text;
  std::size_t shown = 0;
  const auto news = plan.news();
  for (const auto kind :
       {PlanKind::removed, PlanKind::key_changed, PlanKind::changed, PlanKind::added}) {
    bool first = true;
    for (const auto* rule : news) {
      if (rule->kind != kind || shown == most) continue;
      ++shown;
      text += !std::exchange(first, false)
                  ? ", "
                  : (text.empty() ? "" : "; ") + std::string(to_text(kind)) + ' ';
      text += rule->alert;
      if (rule->ends > 0) text += fmt::format(" ({} end)", rule->ends);
    }
  }
  return news.size() > most ? text + fmt::format(" and {} more", news.size() - most) : text;
}

}  // namespace alarum::tools
