#include <re2/re2.h>

#include "rules/rule_set.h"

namespace alarum::rules {
namespace {

// Copies: adding a leaf moves the others.
std::vector<std::string> texts_at(const model::FlatEvent& event, const std::string& path) {
  std::vector<std::string> texts;
  for (const auto& leaf : event.at(path)) {
    if (leaf.kind != model::LeafKind::null) texts.emplace_back(leaf.text);
  }
  return texts;
}

void apply(const Extract& extract, model::FlatEvent& event) {
  for (const auto& text : texts_at(event, extract.from)) {
    re2::StringPiece groups[2];
    if (!extract.re->Match(text, 0, text.size(), re2::RE2::UNANCHORED, groups, 2) || groups[1].empty()) continue;
    event.add(extract.name, model::LeafKind::string, {groups[1].data(), groups[1].size()});
  }
}

void apply(const Enrich& enrich, model::FlatEvent& event) {
  for (const auto& key : texts_at(event, enrich.key)) {
    const auto row = enrich.table->rows.find(key);
    if (row == enrich.table->rows.end()) continue;
    for (const auto& [path, column] : enrich.add) {
      const auto& value = row->second[column];
      if (!value.empty()) event.add(path, model::LeafKind::string, value);
    }
  }
}

}  // namespace

void derive(const RuleSet& rules, model::FlatEvent& event) {
  for (const auto& scope : rules.scopes) {
    for (const auto& extract : scope.extracts) apply(extract, event);
    for (const auto& enrich : scope.enriches) apply(enrich, event);
  }
}

}  // namespace alarum::rules
