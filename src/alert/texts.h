#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "model/alert.h"
#include "model/flat_event.h"
#include "rules/rule.h"

namespace alarum::alert {

/// Renders a rule's templates for one instance: names are the alert's own (`alertname`, `severity`,
/// `count`, `startsAt`), its labels, then what the rule resolved in `names`. Adds names that had no
/// value to `missing`.
class Texts {
 public:
  Texts(const rules::Rule& rule, const model::FlatEvent& event, std::size_t& missing)
      : rule_(rule), event_(event), missing_(missing) {}

  /// Annotations beside the rule's texts, which go before them where they have the same name.
  void add(model::Labels more) { more_ = std::move(more); }
  /// The severity of this match: the rule's word, or what its template says where that is one of
  /// our words.
  model::Severity severity(const model::Labels& by) const;
  /// alertname, severity, the `by` labels, `labels:` and those of the inventory that none of these
  /// is.
  model::Labels labels(const model::Labels& by, model::Severity severity) const;
  /// Fills summary, description, runbook and stage of the alert from its newest event; of a rule
  /// with `unmatched` also `subjects`: those that its events named so far, the first 16 by name.
  /// With them the annotations of the inventory: where this event has no row there, those that the
  /// alert has stay.
  model::Labels annotations(const model::Alert& alert) const;
  /// Further annotations of a firing alert, made of this event.
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
