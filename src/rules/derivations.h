#pragma once
#include "base/node.h"
#include "rules/names.h"
#include "rules/tables.h"

namespace alarum::rules {

/// Readers of the two parts of a rule file that make new names. The compiler calls them once a
/// file, after all tables and the inventory were read. Faults go to `out`, and what is faulty is
/// left out.
///
/// Reads a file's `extract` (a mapping of names to {from, re}) into `scope` and declares its names.
/// An entry may read the names of the entries above it.
void read_extracts(const Node& node, Names& names, Scope& scope, Diagnostics& out);

/// Reads a file's `enrich` (a list of {table, key, add}) in the same way. `add` lists columns, or
/// `{name: column}` for a column whose name cannot be a name of the language.
void read_enriches(const Node& node, const Tables& tables, Names& names, Scope& scope,
                   Diagnostics& out);

}  // namespace alarum::rules
