// What roll-ups say: their names in texts, and their members.
#include <algorithm>

#include "correlate/gathering.h"

namespace alarum::correlate {
namespace {

std::string text_of_label(const model::Labels& labels, const std::string& name) {
  const auto found = labels.find(name);
  return found == labels.end() ? "" : found->second;
}

}  // namespace

std::string Gathering::names(const RollUp& one) {
  std::string out;
  std::size_t left = kMostNamed;
  for (const auto& [order, value] : one.in_order) {
    if (left-- == 0)
      return out + " and " + std::to_string(one.in_order.size() - kMostNamed) + " more";
    out += (out.empty() ? "" : ", ") + value;
  }
  return out;
}

std::string Gathering::kinds(const rules::Rule& rule, const RollUp& one) {
  std::string out;
  for (const auto& [kind, members] : one.kinds) {
    out += (out.empty() ? "" : ", ") + rule.gather->rules[kind];
    if (members.size() > 1) out += " ×" + std::to_string(members.size());
  }
  return out;
}

std::uint32_t Gathering::step_of(const rules::Rule& rule, const RollUp& one) {
  auto step = rule.threshold;
  for (const auto update : rule.gather->updates)
    if (update <= one.high) step = std::max(step, update);
  return step;
}

// No member has joined or left for `settle`.
void Gathering::settle(const rules::Rule&, RollUp& one) {
  const auto peak = one.peak.size(), now = one.values.size();
  if (now > 0 && peak > now) {
    one.recovery = std::to_string(peak - now) + " of " + std::to_string(peak) +
                   " back, still down: " + names(one);
    one.partial = true;
  } else if (std::exchange(one.partial, false)) {
    one.recovery = "all " + std::to_string(peak) + " down again";
  } else if (one.settled > 0 && peak > one.settled) {
    one.recovery = std::to_string(peak - one.settled) + " more, now " + std::to_string(peak) +
                   " down: " + names(one);
  }
}

const Gathering::RollUp* Gathering::roll_up(const rules::Rule& rule, const std::string& key) const {
  const auto found = roll_ups_.find({rule.alert, key});
  return found == roll_ups_.end() ? nullptr : &found->second;
}

std::map<std::string, std::string> Gathering::leaves(const rules::Rule& rule,
                                                     const std::string& key,
                                                     const Find& find) const {
  std::map<std::string, std::string> out;
  const auto* one = roll_up(rule, key);
  if (!one || one->kinds.empty()) return out;
  const auto& [kind, leaders] = *one->kinds.begin();
  out["members.distinct"] = std::to_string(one->values.size());
  out["members.peak"] = std::to_string(one->peak.size());
  out["members.back"] =
      std::to_string(one->peak.size() - std::min(one->peak.size(), one->values.size()));
  out["members.count"] = std::to_string(one->members.size());
  out["members.first"] = one->first.name;
  out["members.first_summary"] = one->first.summary;
  out["members.names"] = names(*one);
  out["members.kinds"] = kinds(rule, *one);
  const bool leads = kind <= one->lead.kind;  // else it did, and its alert is over
  const auto& rules = rule.gather->rules;
  out["members.leading"] = rules[leads || one->lead.kind >= rules.size() ? kind : one->lead.kind];
  out["members.severity"] = model::to_text(one->worst);
  out["members.step"] = std::to_string(step_of(rule, *one));
  out["members.recovery"] = one->recovery;
  std::size_t several = 0;
  for (const auto& [alike, keys] : one->alike) several = std::max(several, keys.size());
  out["members.several"] = several > 1 ? std::to_string(several) : "";
  const std::pair<const std::uint64_t, Id>* latest = nullptr;
  for (const auto& [of, members] : one->kinds) {
    if (const auto& last = *members.rbegin(); !latest || last.first > latest->first) latest = &last;
  }
  const auto* newest = find(latest->second);
  out["members.latest"] = newest ? text_of_label(newest->annotations, "summary") : "";
  auto& reporters = out["members.reporters"];
  for (const auto reporter : one->reporters) {
    if (reporter < rule.gather->rules.size())
      reporters += (reporters.empty() ? "" : ", ") + rule.gather->rules[reporter];
  }
  const auto* leader = find(leaders.begin()->second);
  for (const auto& [name, stored] :
       {std::pair("summary", &one->lead.summary), std::pair("description", &one->lead.description),
        std::pair("runbook", &one->lead.runbook)}) {
    out[std::string("members.") + name] =
        leads && leader ? text_of_label(leader->annotations, name) : *stored;
  }
  return out;
}

model::Labels Gathering::annotations(const rules::Rule& rule, const std::string& key) const {
  model::Labels out;
  const auto* one = roll_up(rule, key);
  if (!one) return out;
  for (const auto& [name, values] : one->shared) {
    std::size_t left = kMostShared;
    auto& text = out[name];
    for (const auto& [value, count] : values) {
      if (left-- == 0) {
        text += " and " + std::to_string(values.size() - kMostShared) + " more";
        break;
      }
      text += (text.empty() ? "" : ", ") + value;
    }
  }
  out["members"] = kinds(rule, *one) + ": " + names(*one);
  return out;
}

std::pair<std::vector<Gathering::Id>, std::size_t> Gathering::members(const Id& roll_up,
                                                                      std::size_t most) const {
  const auto found = roll_ups_.find(roll_up);
  if (found == roll_ups_.end()) return {};
  std::map<std::uint64_t, Id> first;  // of each kind
  for (const auto& [kind, members] : found->second.kinds) {
    std::size_t left = most;
    for (auto it = members.begin(); it != members.end() && left > 0; ++it, --left)
      first.insert(*it);
  }
  std::vector<Id> out;
  for (auto it = first.begin(); it != first.end() && out.size() < most; ++it)
    out.push_back(it->second);
  return {std::move(out), found->second.members.size()};
}

std::vector<Gathering::Membership> Gathering::memberships(const model::Alert& alert) const {
  std::vector<Membership> out;
  const Id id{alert.rule, alert.key};
  const auto ways = ways_.find(alert.rule);
  if (ways == ways_.end()) return out;
  for (const auto& way : ways->second) {
    const auto key = key_of(*way.rule, alert.labels);
    const auto* one = key ? roll_up(*way.rule, key->text) : nullptr;
    const auto member = one ? one->members.find(id) : std::map<Id, Member>::const_iterator();
    if (!one || member == one->members.end() || one->state != State::firing) continue;
    out.push_back({{way.rule->alert, key->text},
                   std::max(one->begun, member->second.since),
                   member->second.absorbs});
  }
  return out;
}

}  // namespace alarum::correlate
