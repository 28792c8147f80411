#include "rules/inventory.h"

#include <algorithm>

#include "rules/rule_draft.h"

namespace alarum::rules {
namespace {

bool is_key(const Inventory& inventory, const std::string& path) {
  return path == "subject" || std::ranges::any_of(inventory.keys(), [&](const Inventory::Key& key) {
           return !key.shared && inventory.reads()[key.path] == path;
         });
}

// Whether many servers have the same value: attributes such as `type`, and names of the inventory
// that are put on alerts. Of other fields nothing is known.
bool of_many(const Inventory& inventory, const std::string& path) {
  static const std::set<std::string> kOfMany{"type",   "format", "severity", "status",
                                             "sender", "alert",  "alertname"};
  if (kOfMany.contains(path)) return true;
  return std::ranges::any_of(inventory.names(), [&](const Inventory::Name& name) {
    return name.leaf == path && &name != &inventory.server() && (name.label || name.annotated);
  });
}

}  // namespace

void settle_inventory(Rule& rule, const std::shared_ptr<const Inventory>& inventory) {
  rule.inventory = inventory;
  const bool counts_servers =
      rule.condition == Condition::distinct &&
      (rule.distinct == inventory->server().leaf || is_key(*inventory, rule.distinct));
  const auto names_one = [&](const ByTerm& term) {
    return term.path == "subject" || term.path == inventory->server().leaf;
  };
  const bool any_server = std::ranges::all_of(
      rule.by, [&](const ByTerm& term) { return of_many(*inventory, term.path); });
  rule.of_one_server =
      std::ranges::any_of(rule.by, names_one) || !(counts_servers || any_server || rule.unmatched);
}

template <class Put>
void Inventory::agreed(const std::map<std::string, std::string>& labels, const Put& put) const {
  for (const auto& [name, index] : label_keys_) {
    const auto label = labels.find(names_[name].text);
    if (label == labels.end()) continue;
    const auto row = rows_.find(index, label->second);
    if (row == InventoryRows::kNone) continue;
    for (const auto& one : names_) {
      // Only the label `server` tells the server. A row that another label finds may be the only
      // one of its rack, but the alert is not about its server alone.
      if (one.column == kNoColumn || (&one == &server() && name != 0)) continue;
      if (const auto text = rows_.cell(row, one.column); !text.empty()) put(one, text);
    }
  }
}

std::map<std::string, std::string> Inventory::agreed_labels(
    const std::map<std::string, std::string>& labels) const {
  std::map<std::string, std::string> out;
  agreed(labels, [&](const Name& name, std::string_view text) {
    if (name.label) out.try_emplace(name.text, text);
  });
  return out;
}

std::map<std::string, std::string> Inventory::agreed_annotations(
    const std::map<std::string, std::string>& labels) const {
  std::map<std::string, std::string> out;
  agreed(labels, [&](const Name& name, std::string_view text) {
    if (name.annotated) out.try_emplace(name.text, text);
  });
  return out;
}

}  // namespace alarum::rules
