#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "model/alert.h"
#include "model/flat_event.h"
#include "rules/rule.h"

namespace alarum::alert {

/// Renders a rule's templates for one alert and one event. A name in a template is looked up first
/// among the alert's labels, then among its own values (`count`, `startsAt`, `stage`, `subjects`),
/// then among what the rule resolved in `names`. Names without a value are counted in `missing`. It
/// lives during one step; what it is given outlives it.
class Texts {
 public:
  Texts(const rules::Rule& rule, const model::FlatEvent& event, std::size_t& missing)
      : rule_(rule), event_(event), missing_(missing) {}

  /// Adds annotations. If the rule's texts have the same name, the rule's text is used.
  void add(model::Labels more) { more_ = std::move(more); }
  /// The severity of this match: what the rule's template says if that is one of the five words,
  /// otherwise the rule's fixed severity.
  model::Severity severity(const model::Labels& by) const;
  /// The alert's labels: alertname, severity, those of `by`, those under `labels:`, and those of
  /// the inventory whose names are still free.
  model::Labels labels(const model::Labels& by, model::Severity severity) const;
  /// The alert's annotations from its newest event: stage, summary, description, runbook; of a rule
  /// with `unmatched` also `subjects`, the first 16 subjects of its events; then the annotations of
  /// the inventory. If the inventory has no row for this event, those that the alert has stay.
  model::Labels annotations(const model::Alert& alert) const;
  /// The annotations that `texts` (a rule's `annotate`) make of this event for a firing alert.
  model::Labels additions(const std::map<std::string, Template>& texts,
                          const model::Alert& alert) const;

 private:
  void add_known(const model::Alert& alert, model::Labels& out) const;
  std::string subjects(const model::Alert& alert) const;
  std::string render(const Template& text, const model::Alert* alert,
                     const model::Labels& annotations, const model::Labels& labels) const;

  const rules::Rule& rule_;
  const model::FlatEvent& event_;
  model::Labels more_;
  std::size_t& missing_;
};

}  // namespace alarum::alert
