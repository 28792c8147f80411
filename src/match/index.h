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

/// What the compiler makes and a look-up reads.
///
/// Each conjunction is a run of `code`: {pattern, number of fields, which of the first 32 are
/// proven by its way in}, then for each field {slot, may_be_absent, number of atoms, number of
/// predicates, atoms…, predicates…}. Each atom has a run of `entries`: the conjunctions that are
/// entered through it, those that want a second atom behind the others and ordered by it.
struct Index {
  struct Entry {
    Atom second = 0;  ///< 0: none is wanted
    std::uint32_t code_at = 0;
  };
  struct Search {
    std::unique_ptr<Windows> windows;
    std::unique_ptr<Ranges> ranges;
  };
  struct Slot {
    bool enters = false;        ///< some atom of it has entries
    bool enters_alone = false;  ///< and some of those want no second atom
    std::unique_ptr<Search> search;
    std::vector<std::uint32_t> partners;  ///< slots of the second atoms of its entries
  };

  PathTrie paths;
  Atoms atoms;
  std::vector<Slot> slots;
  HugeVector<std::uint32_t> entries_at;  ///< by atom, one more than there are
  HugeVector<Entry> entries;
  PairTable pairs;  ///< of (first atom, second atom)
  HugeVector<std::uint32_t> code;
  std::vector<CompiledPredicate> predicates;
  std::vector<Atom> absent_atoms;  ///< with entries: satisfied where their slot has no leaf

  std::span<const Entry> entries_of(Atom atom) const {
    return {entries.data() + entries_at[atom], entries.data() + entries_at[atom + 1]};
  }
};

constexpr std::size_t kConjunctionHead = 3, kFieldHead = 4;

}  // namespace alarum::match
