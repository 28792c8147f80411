#pragma once
#include "model/alert.h"
#include "model/flat_event.h"
#include "rules/rule_set.h"

namespace alarum::engine {

/// A change of an alert as an event, for rules that match alerts: format `internal`, source
/// `alarum`; `alert` and `alertname` are the rule's name; each label is there under its own name
/// and as `data.labels.NAME`, annotations as `data.annotations.NAME`; the status is firing or
/// resolved. See docs/rules.md.
model::Event event_of(const model::Change& change);

/// An event that has only these labels. The texts and enrichment of an alert read it if a timer and
/// no event led to the alert.
model::Event event_of(const model::Labels& labels);

/// The event's leaves, with the names that the rules derive. If a derived name has no value from
/// the event, the label of that name is its value.
model::FlatEvent flat_of(const rules::RuleSet& rules, const model::Event& event,
                         const model::Labels& labels);

}  // namespace alarum::engine
