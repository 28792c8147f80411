#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "match/atoms.h"
#include "match/field_values.h"
#include "match/pair_table.h"
#include "match/predicate.h"
#include "match/ranges.h"
#include "match/windows.h"

namespace alarum::match {

/// The tables that the Compiler builds and a Lookup reads (docs/index.md). A Matcher owns it.
/// Immutable; any number of threads may read it.
///
/// A conjunction is a run of numbers in `code`: {number of its pattern, number of fields, a bit for
/// each of the first 32 fields that its entry point proves}, then for each field {slot,
/// may_be_absent, number of atoms, number of predicates, atoms…, predicates…}.
///
/// Each atom has a run of `entries`: the conjunctions that are filed under it. Entries without a
/// second atom come first, and the others are ordered by it.
///
/// Invariant: if a conjunction holds for an event, the event satisfies an atom (and second atom)
/// under which it is filed. So a Lookup needs to check no other conjunctions.
struct Index {
  struct Entry {
    Atom second = 0;            ///< 0: the conjunction is looked at without one
    std::uint32_t code_at = 0;  ///< where its run begins
  };
  /// Finds the wildcards and number ranges of one slot; null if it has none of the kind.
  struct Search {
    std::unique_ptr<Windows> windows;
    std::unique_ptr<Ranges> ranges;
  };
  /// What the index has for one path.
  struct Slot {
    bool enters = false;        ///< some atom of the slot has entries
    bool enters_alone = false;  ///< some of these entries have no second atom
    std::unique_ptr<Search> search;
    std::vector<std::uint32_t> partners;  ///< slots of the second atoms of its entries
  };

  PathTrie paths;
  Atoms atoms;
  std::vector<Slot> slots;
  HugeVector<std::uint32_t> entries_at;  ///< where an atom's entries begin; one more at the end
  HugeVector<Entry> entries;
  PairTable pairs;  ///< of (first atom, second atom)
  HugeVector<std::uint32_t> code;
  std::vector<CompiledPredicate> predicates;
  std::vector<Atom> absent_atoms;  ///< of kind `absent` that have entries

  /// The conjunctions that are filed under an atom.
  std::span<const Entry> entries_of(Atom atom) const {
    return {entries.data() + entries_at[atom], entries.data() + entries_at[atom + 1]};
  }
};

/// How many numbers in `code` come before a conjunction's fields, and before a field's atoms.
constexpr std::size_t kConjunctionHead = 3, kFieldHead = 4;

}  // namespace alarum::match
