#include "alert/inhibition.h"

#include "base/hash.h"

namespace alarum::alert {
namespace {

std::string values_of(const std::vector<std::string>& names, const model::Labels& labels) {
  std::string out;
  for (const auto& name : names) {
    const auto found = labels.find(name);
    out += (found == labels.end() ? "" : found->second) + '\xFF';
  }
  return out;
}

}  // namespace

Inhibition::Inhibition(std::vector<config::InhibitRule> rules) {
  for (auto& rule : rules) rules_.push_back({std::move(rule), {}});
}

bool Inhibition::fired(const model::Labels& labels) {
  bool is_source = false;
  for (auto& rule : rules_) {
    if (!model::all_match(rule.words.source, labels)) continue;
    auto& sources = rule.sources[values_of(rule.words.equal, labels)];
    (model::all_match(rule.words.target, labels) ? sources.targets : sources.alone)
        .insert(model::fingerprint(labels));
    is_source = true;
  }
  return is_source;
}

bool Inhibition::ended(const model::Labels& labels) {
  bool was_source = false;
  for (auto& rule : rules_) {
    if (!model::all_match(rule.words.source, labels)) continue;
    const auto found = rule.sources.find(values_of(rule.words.equal, labels));
    if (found == rule.sources.end()) continue;
    auto& [alone, targets] = found->second;
    alone.erase(model::fingerprint(labels)), targets.erase(model::fingerprint(labels));
    if (alone.empty() && targets.empty()) rule.sources.erase(found);
    was_source = true;
  }
  return was_source;
}

std::vector<std::string> Inhibition::inhibiting(const model::Labels& labels) const {
  std::set<std::string> out;
  const auto name = [&](const std::set<std::uint64_t>& sources) {
    for (std::size_t left = kMostNamed; const auto source : sources) {
      if (left-- == 0) return;
      out.insert(hex64(source));
    }
  };
  for (const auto& rule : rules_) {
    if (rule.sources.empty() || !model::all_match(rule.words.target, labels)) continue;
    const auto found = rule.sources.find(values_of(rule.words.equal, labels));
    if (found == rule.sources.end()) continue;
    name(found->second.alone);
    if (!model::all_match(rule.words.source, labels)) name(found->second.targets);
  }
  return {out.begin(), out.end()};
}

}  // namespace alarum::alert
