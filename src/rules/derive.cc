#include <re2/re2.h>

#include <set>

#include "rules/inventory_lookup.h"
#include "rules/rule_set.h"

namespace alarum::rules {
namespace {

// Copies the texts, because adding a leaf moves the other leaves.
std::vector<std::string> texts_at(const model::FlatEvent& event, const std::string& path) {
  std::vector<std::string> texts;
  for (const auto& leaf : event.at(path)) {
    if (leaf.kind != model::LeafKind::null) texts.emplace_back(leaf.text);
  }
  return texts;
}

void apply(const Extract& extract, model::FlatEvent& event) {
  for (const auto& text : texts_at(event, extract.from)) {
    if (const auto found = extracted(extract, text))
      event.add(extract.name, model::LeafKind::string, *found);
  }
}

void apply(const Enrich& enrich, model::FlatEvent& event) {
  for (const auto& key : texts_at(event, enrich.key)) {
    const auto* row = row_of(enrich, key);
    if (!row) continue;
    for (const auto& [path, column] : enrich.add) {
      if (!(*row)[column].empty()) event.add(path, model::LeafKind::string, (*row)[column]);
    }
  }
}

// The values are views of the leaves' texts, which do not move when a leaf is added.
void apply(const Inventory& inventory, model::FlatEvent& event) {
  const auto texts = [&](std::size_t path, const auto& visit) {
    for (const auto& leaf : event.at(inventory.reads()[path])) {
      if (leaf.kind != model::LeafKind::null && visit(leaf.text)) return;
    }
  };
  const InventoryLookup lookup(inventory, texts);
  if (lookup.found()) event.add(kInventoryRow, model::LeafKind::boolean, "true");
  for (const auto& name : inventory.names()) {
    if (name.wanted) {
      if (const auto value = lookup.value(name))
        event.add(name.leaf, model::LeafKind::string, *value);
    }
    if (!name.label && !name.annotated) continue;
    const auto known = lookup.known(name);
    if (known && name.label)
      event.add(kInventoryLabel + name.text, model::LeafKind::string, *known);
    if (known && name.annotated)
      event.add(kInventoryAnnotation + name.text, model::LeafKind::string, *known);
  }
}

}  // namespace

std::optional<std::string_view> extracted(const Extract& extract, std::string_view text) {
  re2::StringPiece groups[2];
  const re2::StringPiece whole(text.data(), text.size());
  if (!extract.re->Match(whole, 0, text.size(), re2::RE2::UNANCHORED, groups, 2) ||
      groups[1].empty())
    return std::nullopt;
  return std::string_view(groups[1].data(), groups[1].size());
}

const std::vector<std::string>* row_of(const Enrich& enrich, std::string_view key) {
  const auto row = enrich.table->rows.find(std::string(key));
  return row == enrich.table->rows.end() ? nullptr : &row->second;
}

std::vector<std::string> paths_read(const RuleSet& rules) {
  std::set<std::string> paths{"subject", "source"};  // the default `by`
  const auto add = [&](const Rule& rule) {
    for (const auto& term : rule.by) paths.insert(term.path);
    for (const auto& [name, path] : rule.names) paths.insert(path);
    if (!rule.distinct.empty()) paths.insert(rule.distinct);
  };
  for (const auto& rule : rules.rules) add(rule);
  for (const auto* rule : {&source_silent(), &rule_degraded(), &sender_clock()}) add(*rule);
  for (const auto& scope : rules.scopes) {
    for (const auto& extract : scope.extracts) paths.insert(extract.from);
    for (const auto& enrich : scope.enriches) paths.insert(enrich.key);
  }
  if (rules.inventory) {
    paths.insert(rules.inventory->reads().begin(), rules.inventory->reads().end());
  }
  return {paths.begin(), paths.end()};
}

void derive(const RuleSet& rules, model::FlatEvent& event) {
  if (rules.inventory) apply(*rules.inventory, event);
  for (const auto& scope : rules.scopes) {
    for (const auto& extract : scope.extracts) apply(extract, event);
    for (const auto& enrich : scope.enriches) apply(enrich, event);
  }
}

}  // namespace alarum::rules
