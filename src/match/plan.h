#pragma once
#include <cstdint>
#include <vector>

namespace alarum::match {

/// What a field of a conjunction offers as a way in. Shares are of all events, guessed: a value
/// that rules ask for in n spellings is taken to be each of them equally often.
struct FieldFacts {
  std::uint32_t slot = 0;
  double share = 1;           ///< of events that pass what can be looked up without a search
  double searched_share = 1;  ///< and with one, where the field has wildcards or ranges
  bool can_search = false;
  /// Every alternative is an atom of a value: the field can stand second
  bool exact = false;
  std::size_t atoms = 1;  ///< alternatives
};

/// The way in of each conjunction: it is looked at only when the event satisfies an atom of field
/// `first` and, where there is one, an atom of field `second`.
struct EntryPoint {
  std::uint32_t first = 0;
  std::int32_t second = -1;
};

struct Plan {
  std::vector<EntryPoint> ways;  ///< of each conjunction
  /// Slots that are worth a search (Windows, Ranges) in every event
  std::vector<bool> search_slots;
};

/// Chooses so that few conjunctions are looked at in vain: the field that fewest events pass; where
/// many conjunctions share a slot, two fields together; a search where it saves more looks than it
/// costs.
Plan plan(const std::vector<std::vector<FieldFacts>>& conjunctions, std::uint32_t slots);

}  // namespace alarum::match
