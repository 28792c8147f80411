#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/node.h"
#include "rules/names.h"
#include "rules/rule.h"

namespace alarum::rules {

/// What a file's `defaults` say.
struct Defaults {
  model::Severity severity = model::Severity::warning;
  std::optional<Duration> resolve_after;
  std::vector<ByTerm> by;  ///< empty: the language's own default
};

/// A rule while it may still be overridden.
struct Draft {
  Rule rule;
  const Names* names = nullptr;        ///< of its file
  const Defaults* defaults = nullptr;  ///< of its file
  bool enabled = true;
  bool resolve_after_written = false;  ///< in the rule or an override, not only in the defaults
  bool incomplete = false;             ///< something of it was refused: no further faults are drawn from what is missing
};

Defaults read_defaults(const Node& node, const Names& names, Diagnostics& out);

/// One entry of `rules`. nullopt when not even its name is known. Every fault goes to `out`.
std::optional<Draft> read_rule(const Node& node, const Names& names, const Defaults& defaults, std::uint32_t scope, Diagnostics& out);

/// One entry of `override` onto the rule that it names.
void apply_override(const Node& name, const Node& entry, Draft& draft, Diagnostics& out);

/// Applies what the defaults say of ends; an error when the rule has none.
void settle_end(Draft& draft, Diagnostics& out);

/// `by`: a path, a list of paths and {label: path}, or a mapping of labels to paths.
std::vector<ByTerm> read_by(const Node& node, const Names& names, Diagnostics& out);

/// `severity`, `stage`, `summary`, `description`, `runbook` and `labels` of a rule or an override, checked against what they may
/// name. `by` and `labels` of the draft must be known before.
void read_severity(const Node& node, Draft& draft, Diagnostics& out);
void read_labels(const Node& node, Draft& draft, Diagnostics& out);
void read_texts(const Node& entry, Draft& draft, Diagnostics& out);

}  // namespace alarum::rules
