#include "match/alert_reader.h"

#include <algorithm>

namespace alarum::match {
namespace {

std::vector<std::string> asked_by(const rules::RuleSet& rules) {
  auto paths = rules::paths_read(rules);
  std::ranges::move(EventReader::wanted(), std::back_inserter(paths));
  std::ranges::sort(paths);
  const auto again = std::ranges::unique(paths);
  paths.erase(again.begin(), again.end());
  return paths;
}

PathTrie trie_of(const std::vector<std::string>& paths) {
  PathTrie trie;
  for (const auto& path : paths) trie.add(path);
  return trie;
}

}  // namespace

AlertReader::AlertReader(const rules::RuleSet& rules)
    : rules_(&rules), asked_(asked_by(rules)), paths_(trie_of(asked_)), reader_(paths_) {}

model::FlatEvent AlertReader::read(const model::Event& event) const {
  thread_local FieldValues found;
  thread_local std::vector<std::uint32_t> slots;
  found.begin(paths_);
  reader_.read(event, found);
  slots.assign(found.touched().begin(), found.touched().end());
  std::ranges::sort(slots);
  std::vector<model::Leaf> leaves;
  leaves.reserve(slots.size());
  for (const auto slot : slots) {
    for (auto at = found.at(slot).first; at != FieldValues::kEnd; at = found.entry(at).next) {
      leaves.push_back(found.entry(at).leaf);
      leaves.back().path = asked_[slot];
    }
  }
  auto flat = model::FlatEvent::of(std::move(leaves), found.steps(), asked_, event.bytes());
  rules::derive(*rules_, flat);
  return flat;
}

}  // namespace alarum::match
