#include "engine/annulments.h"

#include <algorithm>

namespace alarum::engine {
namespace {

// Whether no label that both have differs. An event may name several servers, and only an alert for
// the key's own server may annul.
bool agree(const model::Labels& a, const model::Labels& b) {
  return std::ranges::all_of(a, [&](const auto& one) {
    const auto other = b.find(one.first);
    return other == b.end() || other->second == one.second;
  });
}

}  // namespace

std::optional<Annulments::Id> Annulments::annuller_of(const rules::Rule& rule,
                                                      const correlate::Key& key,
                                                      const model::FlatEvent& flat,
                                                      const Rules& rules,
                                                      const alert::ActiveAlerts& firing) {
  const auto& live = firing.all();
  if (const auto own = live.find({rule.alert, key.text}); own != live.end() && !own->second.over)
    return std::nullopt;
  for (const auto& name : rule.unless) {
    const auto annuller = rules.find(name);
    if (annuller == rules.end() || !firing.by_rule().contains(name)) continue;
    std::size_t missing = 0, dropped = 0;
    for (auto& one : correlate::keys_of(*annuller->second, flat, missing, dropped)) {
      Id id{name, std::move(one.text)};
      if (!one.labels.empty() && agree(one.labels, key.labels) && live.contains(id)) return id;
    }
  }
  return std::nullopt;
}

void Annulments::note(const Id& target, const alert::ActiveAlerts::ActiveAlert& annuller,
                      model::Offset offset, Time at) {
  auto what = target.first + '{' + target.second + '}';
  // An event may match several steps of a sequence; that counts once.
  if (!noted_.empty() && noted_.back().group_key == what &&
      noted_.back().alert_id == annuller.alert.id)
    return;
  ++counts_[{target.first, annuller.alert.rule}];
  noted_.push_back({model::Suppressed::Why::annulled,
                    annuller.alert.id,
                    "",
                    std::move(what),
                    model::AlertState::firing,
                    {annuller.alert.rule},
                    offset,
                    at});
}

void Annulments::put_off(const Id& target, const Id& annuller) {
  if (const auto before = put_off_.find(target); before != put_off_.end()) forget(before);
  put_off_.emplace(target, annuller);
  by_annuller_[annuller].insert(target);
}

const Annulments::Id* Annulments::put_off_by(const Id& target) const {
  const auto found = put_off_.find(target);
  return found == put_off_.end() ? nullptr : &found->second;
}

std::vector<Annulments::Id> Annulments::take(const Id& annuller) {
  const auto found = by_annuller_.find(annuller);
  if (found == by_annuller_.end()) return {};
  const std::vector<Id> targets(found->second.begin(), found->second.end());
  by_annuller_.erase(found);
  for (const auto& target : targets) put_off_.erase(target);
  return targets;
}

std::vector<Annulments::Id> Annulments::take_unbound(const Rules& rules) {
  std::vector<Id> targets;
  for (const auto& [target, annuller] : put_off_) {
    const auto rule = rules.find(target.first);
    if (rule == rules.end() ||
        std::ranges::find(rule->second->unless, annuller.first) == rule->second->unless.end())
      targets.push_back(target);
  }
  for (const auto& target : targets) forget(put_off_.find(target));
  return targets;
}

void Annulments::forget(std::map<Id, Id>::iterator one) {
  const auto others = by_annuller_.find(one->second);
  others->second.erase(one->first);
  if (others->second.empty()) by_annuller_.erase(others);
  put_off_.erase(one);
}

void Annulments::save(ByteWriter& out) const {
  out.number(put_off_.size());
  for (const auto& [target, annuller] : put_off_) {
    for (const auto* id : {&target, &annuller}) {
      out.text(id->first);
      out.text(id->second);
    }
  }
}

Annulments Annulments::load(ByteReader& in) {
  Annulments out;
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    const std::string rule(in.text()), key(in.text()), by(in.text()), by_key(in.text());
    out.put_off({rule, key}, {by, by_key});
  }
  return out;
}

}  // namespace alarum::engine
