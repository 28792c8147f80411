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
    rule.sources[values_of(rule.words.equal, labels)].insert({model::fingerprint(labels), model::all_match(rule.words.target, labels)});
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
    found->second.erase({model::fingerprint(labels), model::all_match(rule.words.target, labels)});
    if (found->second.empty()) rule.sources.erase(found);
    was_source = true;
  }
  return was_source;
}

std::vector<std::string> Inhibition::inhibiting(const model::Labels& labels) const {
  std::set<std::string> out;
  for (const auto& rule : rules_) {
    if (rule.sources.empty() || !model::all_match(rule.words.target, labels)) continue;
    const auto found = rule.sources.find(values_of(rule.words.equal, labels));
    if (found == rule.sources.end()) continue;
    const bool is_source = model::all_match(rule.words.source, labels);
    for (const auto& source : found->second) {
      if (!(is_source && source.is_target)) out.insert(hex64(source.fingerprint));
    }
  }
  return {out.begin(), out.end()};
}

}  // namespace alarum::alert
