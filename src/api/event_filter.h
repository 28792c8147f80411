#pragma once
#include <string>
#include <vector>

#include "api/query.h"
#include "model/event.h"

namespace alarum::api {

/// Which events of the journal a request wants: the parameters of `GET /api/v1/events`. Values
/// without any are not asked for. Immutable once parsed; any thread.
struct EventFilter {
  bool unmatched = false;  ///< those alone that fit no rule
  std::string rule;        ///< a rule that the event fits
  /// The whole value, or with `*` at the end what it begins with.
  std::string source, type, subject, format, sender;
  std::string contains;  ///< in source, type, subject or data, byte by byte

  /// Errors `bad_parameter`.
  static Result<EventFilter> of(const Query& query);
  /// What can be said without the rules. Costs one pass over the event's data if `contains` is set.
  bool takes(const model::Event& event) const;
  bool takes_rules(const std::vector<std::string>& rules) const;
};

}  // namespace alarum::api
