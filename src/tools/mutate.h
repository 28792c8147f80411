#pragma once
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "rules/rule_set.h"

namespace alarum::tools {

/// A rule file with one small fault, which a good test notices (mutation testing).
struct Mutant {
  Place place;       ///< of what was changed
  std::string rule;  ///< the alert; empty if the change is to a key of the whole file
  std::string what;  ///< `count 3 → 4`, `match: "linkDown" of type dropped`
  std::string text;  ///< the whole file with the fault
};

/// Every mutant of one rule file. In each, one thing is dropped (a rule, a clause, an alternative,
/// a key of a rule, a label, an extract, an enrichment), or `exists` is inverted, or a number is
/// raised by one (3 → 4), or a duration is lowered by one unit (10m → 9m, 1h → 59m). Texts for
/// people (summary, description, runbook) stay, and so do keys without effect (`by: subject`, a
/// value that is the default). Not every mutant compiles; the caller skips those. A file that is
/// not valid YAML or JSON has none. Pure.
std::vector<Mutant> mutants_of(const rules::Sources::File& file);

}  // namespace alarum::tools
