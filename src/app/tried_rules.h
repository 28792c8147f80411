#pragma once
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "journal/view.h"
#include "match/generation.h"

namespace alarum::app {

/// Rules that somebody wants to try, as texts of a request: whole files that replace or add to
/// those in force, or with `complete` all files that there are to be.
struct TriedRules {
  std::vector<rules::Sources::File> files;
  std::vector<rules::Sources::File> tables;
  std::shared_ptr<const rules::InventoryText> inventory;  ///< nullptr: that in force
  bool complete = false;
};

/// Reads `rules`, `tables` (lists of {"file", "text"}), `inventory` ({"file", "text"}) and
/// `complete` of the request. Error `bad_request`.
Result<TriedRules> read_tried_rules(const nlohmann::ordered_json& request);

/// Error `bad_request` if the request is no object, or has a member that is not in `known`, which
/// is named.
Result<void> only_members(const nlohmann::ordered_json& request,
                          const std::vector<std::string>& known);

/// Whether two names are of the same file: `./a.yaml` and `a.yaml`.
bool is_same_name(const std::string& a, const std::string& b);

/// The texts of all rules with the tried ones in their places. A table that is neither in force nor
/// in the request is not read from the disk: compiling then names it. Errors: those of unpacking
/// what is in force.
Result<rules::Sources> sources_with(const TriedRules& tried, const rules::RuleSet& in_force,
                                    journal::JournalView& journal);

/// Compiles them; nullptr if `faults` has an error. Blocks its thread for as long as that takes.
Result<std::shared_ptr<const match::Generation>> compile_tried(const TriedRules& tried,
                                                               const rules::RuleSet& in_force,
                                                               journal::JournalView& journal,
                                                               Diagnostics& faults);

}  // namespace alarum::app
