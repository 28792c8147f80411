#pragma once
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "rules/rule_set.h"

namespace alarum::tools {

/// A rule file with one small fault put in: what a test has to notice.
struct Mutant {
  Place place;       ///< of what was changed
  std::string rule;  ///< the alert; empty: what holds for the whole file
  std::string what;  ///< `count 3 → 4`, `match: "linkDown" of type dropped`
  std::string text;  ///< the whole file with the fault
};

/// Every mutant of one rule file: a rule dropped, a clause dropped, an alternative dropped,
/// `exists` turned round, a number one up (3 → 4), a duration one down (10m → 9m, 1h → 59m), a key
/// of a rule, a label, an extract or an enrichment dropped. Texts for people (summary, description,
/// runbook) are left alone, and so is what would change nothing (`by: subject`, a value that is the
/// default). Not every mutant loads: that is for the caller to find out. A file that is not good
/// YAML or JSON has none.
std::vector<Mutant> mutants_of(const rules::Sources::File& file);

}  // namespace alarum::tools
