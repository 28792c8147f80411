#include "match/derivation.h"

#include <algorithm>

#include "match/patterns.h"
#include "rules/inventory_lookup.h"

namespace alarum::match {
namespace {

std::set<std::string> paths_of(const rules::RuleSet& rules) {
  std::set<std::string> paths;
  for_each_pattern(rules, [&](const rules::Pattern& pattern, model::Hit) {
    for (auto clause : pattern.alternatives)
      rules::for_each_field(clause,
                            [&](const rules::FieldTest& field) { paths.insert(field.path); });
  });
  return paths;
}

}  // namespace

// Goes from the last step to the first: a step is needed if a pattern, or a needed step after it,
// reads what it makes.
Derivation::Derivation(const rules::RuleSet& rules) {
  auto needed = paths_of(rules);
  for (const auto& scope : rules.scopes) {
    for (const auto& extract : scope.extracts)
      steps_.push_back({&extract, nullptr, extract.from, PathTrie::kNoSlot, {{extract.name, 0}}});
    for (const auto& enrich : scope.enriches) {
      auto& step = steps_.emplace_back(Step{nullptr, &enrich, enrich.key, PathTrie::kNoSlot, {}});
      for (const auto& [path, column] : enrich.add) step.outputs.push_back({path, column});
    }
  }
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    std::erase_if(step->outputs,
                  [&](const Output& output) { return !needed.contains(output.path); });
    if (step->outputs.empty()) continue;
    needed.insert(step->from);
    paths_.push_back(step->from);
    for (const auto& output : step->outputs) paths_.push_back(output.path);
  }
  std::erase_if(steps_, [](const Step& step) { return step.outputs.empty(); });
  inventory_ = rules.inventory.get();
  if (inventory_) need_inventory(needed);
}

void Derivation::need_inventory(const std::set<std::string>& needed) {
  std::set<std::size_t> reads;
  for (const auto& name : inventory_->names()) {
    if (!needed.contains(name.leaf)) continue;
    known_.push_back({&name});
    paths_.push_back(name.leaf);
    reads.insert({name.own, name.annotation});
  }
  if (known_.empty()) return;
  for (std::size_t i = 0; i < rules::Inventory::kFixed; ++i) reads.insert(i);
  for (const auto& key : inventory_->keys()) reads.insert(key.path);
  for (const auto& key : inventory_->label_keys()) reads.insert(inventory_->names()[key.name].own);
  for (const auto read : reads) paths_.push_back(inventory_->reads()[read]);
}

void Derivation::bind(const PathTrie& paths) {
  for (auto& known : known_) known.slot = paths.find(known.name->leaf);
  if (!known_.empty()) {
    for (const auto& path : inventory_->reads()) read_slots_.push_back(paths.find(path));
  }
  for (auto& step : steps_) {
    step.from_slot = paths.find(step.from);
    for (auto& output : step.outputs) output.slot = paths.find(output.path);
  }
}

void Derivation::look_up(FieldValues& leaves) const {
  const auto texts = [&](std::size_t path, const auto& visit) {
    const auto slot = read_slots_[path];
    const auto* found = slot == PathTrie::kNoSlot ? nullptr : leaves.find(slot);
    if (found)
      leaves.any(*found, [&](const model::Leaf& leaf) {
        return leaf.kind != model::LeafKind::null && visit(leaf.text);
      });
  };
  const rules::InventoryLookup lookup(*inventory_, texts);
  for (const auto& [name, slot] : known_) {
    if (const auto value = lookup.value(*name)) leaves.add(slot, model::LeafKind::string, *value);
  }
}

void Derivation::run(FieldValues& leaves) const {
  if (!known_.empty()) look_up(leaves);
  for (const auto& step : steps_) {
    const auto* slot = leaves.find(step.from_slot);
    if (!slot) continue;
    // Adding a leaf may move the entries, but not their texts. So the leaf is copied.
    for (auto at = slot->first; at != FieldValues::kEnd; at = leaves.entry(at).next) {
      const auto leaf = leaves.entry(at).leaf;
      if (leaf.kind != model::LeafKind::null) run(step, leaf.text, leaves);
    }
  }
}

void Derivation::run(const Step& step, std::string_view text, FieldValues& leaves) {
  if (step.extract) {
    if (const auto found = rules::extracted(*step.extract, text))
      leaves.add(step.outputs.front().slot, model::LeafKind::string, *found);
    return;
  }
  const auto* row = rules::row_of(*step.enrich, text);
  if (!row) return;
  for (const auto& output : step.outputs) {
    if (!(*row)[output.column].empty())
      leaves.add(output.slot, model::LeafKind::string, (*row)[output.column]);
  }
}

}  // namespace alarum::match
