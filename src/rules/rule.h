#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/template.h"
#include "base/time.h"
#include "model/event.h"
#include "rules/pattern.h"

namespace alarum::rules {

/// One term of `by`: the label, and the path of its value (rewritten to a leaf path of FlatEvent).
struct ByTerm {
  std::string label;
  std::string path;
};

/// One rule of the language (RULES.md), checked and with every path and name resolved. Immutable once loaded.
struct Rule {
  std::string alert;  ///< unique name
  Place place;
  std::uint32_t scope = 0;  ///< index into RuleSet::scopes: the file it came from

  Pattern match;
  bool names_status = false;  ///< the pattern reads `status` itself: an event's `resolved` is then taken literally
  std::optional<Pattern> until;

  std::vector<ByTerm> by;     ///< never empty
  bool by_is_default = false; ///< `subject`, or `source` where an event has none

  model::Severity severity = model::Severity::warning;
  std::optional<Template> severity_template;  ///< what is none of our words falls back to `severity`
  std::optional<Duration> resolve_after;
  std::optional<Template> stage, summary, description, runbook;
  std::map<std::string, Template> labels;

  /// What the names in the templates above stand for: a leaf path of FlatEvent. Names of the alert itself (alertname, severity,
  /// count, startsAt, `by` labels, `labels:`) are not in here.
  std::map<std::string, std::string> names;
};

}  // namespace alarum::rules
