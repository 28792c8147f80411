#pragma once
#include "model/alert.h"
#include "model/flat_event.h"
#include "rules/rule_set.h"

namespace alarum::engine {

/// What happened to an alert, as an event for rules that match alerts: format `internal`, source
/// `alarum`, `alert` and `alertname` the rule's name, each label under its own name,
/// `data.labels.…` and `data.annotations.…`, status firing or resolved.
model::Event event_of(const model::Change& change);

/// The labels alone, where a timer and no event leads to an alert: what its texts and enrichment
/// read.
model::Event event_of(const model::Labels& labels);

/// The event's leaves with the derived names; a label stands for a derived name that nothing else
/// gives a value.
model::FlatEvent flat_of(const rules::RuleSet& rules, const model::Event& event,
                         const model::Labels& labels);

}  // namespace alarum::engine
