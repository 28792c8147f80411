#include "match/derivation.h"

#include <algorithm>
#include <set>

#include "match/patterns.h"

namespace alarum::match {
namespace {

std::set<std::string> paths_of(const rules::RuleSet& rules) {
  std::set<std::string> paths;
  for_each_pattern(rules, [&](const rules::Pattern& pattern, model::Hit) {
    for (auto clause : pattern.alternatives) rules::for_each_field(clause, [&](const rules::FieldTest& field) { paths.insert(field.path); });
  });
  return paths;
}

}  // namespace

// From the last step to the first: a step is needed where what it makes is read by a pattern or by a needed step behind it.
Derivation::Derivation(const rules::RuleSet& rules) {
  auto needed = paths_of(rules);
  for (const auto& scope : rules.scopes) {
    for (const auto& extract : scope.extracts) steps_.push_back({&extract, nullptr, extract.from, PathTrie::kNoSlot, {{extract.name, 0}}});
    for (const auto& enrich : scope.enriches) {
      auto& step = steps_.emplace_back(Step{nullptr, &enrich, enrich.key, PathTrie::kNoSlot, {}});
      for (const auto& [path, column] : enrich.add) step.outputs.push_back({path, column});
    }
  }
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    std::erase_if(step->outputs, [&](const Output& output) { return !needed.contains(output.path); });
    if (step->outputs.empty()) continue;
    needed.insert(step->from);
    paths_.push_back(step->from);
    for (const auto& output : step->outputs) paths_.push_back(output.path);
  }
  std::erase_if(steps_, [](const Step& step) { return step.outputs.empty(); });
}

void Derivation::bind(const PathTrie& paths) {
  for (auto& step : steps_) {
    step.from_slot = paths.find(step.from);
    for (auto& output : step.outputs) output.slot = paths.find(output.path);
  }
}

void Derivation::run(Leaves& leaves) const {
  for (const auto& step : steps_) {
    const auto* slot = leaves.find(step.from_slot);
    if (!slot) continue;
    // Adding a leaf moves the others, and their texts stay.
    for (auto at = slot->first; at != Leaves::kEnd; at = leaves.entry(at).next) {
      const auto leaf = leaves.entry(at).leaf;
      if (leaf.kind != model::LeafKind::null) run(step, leaf.text, leaves);
    }
  }
}

void Derivation::run(const Step& step, std::string_view text, Leaves& leaves) {
  if (step.extract) {
    if (const auto found = rules::extracted(*step.extract, text)) leaves.add(step.outputs.front().slot, model::LeafKind::string, *found);
    return;
  }
  const auto* row = rules::row_of(*step.enrich, text);
  if (!row) return;
  for (const auto& output : step.outputs) {
    if (!(*row)[output.column].empty()) leaves.add(output.slot, model::LeafKind::string, (*row)[output.column]);
  }
}

}  // namespace alarum::match
