#pragma once
#include <cstdint>
#include <vector>

namespace alarum::match {

/// What the plan knows about one field of a conjunction. A share is the guessed part of all events
/// that pass, from 0 to 1. If rules test n different values of a path, each is guessed to be as
/// frequent as the others. Wrong guesses make matching slower and never wrong.
struct FieldFacts {
  std::uint32_t slot = 0;
  double share = 1;           ///< if the slot has no Windows and Ranges
  double searched_share = 1;  ///< if it has them
  bool can_search = false;    ///< the field has wildcards or number ranges that they can find
  /// Every alternative is an atom of a value, so that the field can be the second of a pair.
  bool exact = false;
  std::size_t atoms = 1;  ///< alternatives
};

/// Where a conjunction is filed: it is looked at only if the event satisfies an atom of the field
/// `first` and, if there is a `second` (-1: none), an atom of that field too. Numbers of fields in
/// the conjunction.
struct EntryPoint {
  std::uint32_t first = 0;
  std::int32_t second = -1;
};

struct Plan {
  std::vector<EntryPoint> ways;  ///< by conjunction
  /// By slot: whether Windows and Ranges save more than a search in every event costs.
  std::vector<bool> search_slots;
};

/// Chooses the entry points so that few conjunctions are checked in vain (docs/index.md "Building",
/// steps 4 to 6): the field that the fewest events pass; where many conjunctions share a slot, two
/// fields; and a search only where it saves more checks than it costs. Pure and deterministic.
/// Linear in the number of fields.
Plan plan(const std::vector<std::vector<FieldFacts>>& conjunctions, std::uint32_t slots);

}  // namespace alarum::match
