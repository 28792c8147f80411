#pragma once
#include "base/node.h"
#include "rules/names.h"
#include "rules/tables.h"

namespace alarum::rules {

/// Reads a file's `extract` into the scope and makes its names known. A name may be made from those
/// above it.
void read_extracts(const Node& node, Names& names, Scope& scope, Diagnostics& out);

/// Reads a file's `enrich`, likewise. `add` lists columns, or `{name: column}` where a column's
/// name cannot be used.
void read_enriches(const Node& node, const Tables& tables, Names& names, Scope& scope,
                   Diagnostics& out);

}  // namespace alarum::rules
