#pragma once
#include <bit>
#include <cstdint>

#include "base/huge_vector.h"
#include "match/atoms.h"

namespace alarum::match {

/// The conjunctions that are filed under two atoms, by these atoms. One access to far memory
/// decides that a pair is not there, or which conjunction is its only one.
///
/// A part of the Index: filled once by the compiler, immutable afterwards, readable by any thread.
/// Open addressing, at most a third full; it does not grow, so the number of pairs must be known
/// first.
class PairTable {
 public:
  /// The conjunctions of one pair.
  struct Place {
    std::uint64_t key = 0;  ///< 0: an empty place
    /// If `count` is 1: where the code of the conjunction begins. Else: its first entry in
    /// Index::entries.
    std::uint32_t at = 0;
    std::uint32_t count = 0;
  };

  /// `pairs`: the number of different pairs that will be added.
  explicit PairTable(std::size_t pairs = 0)
      : places_(std::bit_ceil(3 * pairs + 1)),
        shift_(static_cast<unsigned>(64 - std::countr_zero(places_.size()))) {}

  /// Adds a pair that is not in the table yet.
  void add(Atom first, Atom second, std::uint32_t at_entry, std::uint32_t count) {
    auto at = start(key(first, second));
    while (places_[at].key != 0) at = (at + 1) & (places_.size() - 1);
    places_[at] = {key(first, second), at_entry, count};
  }
  /// The place of a pair; nullptr if no conjunction is filed under it.
  const Place* find(Atom first, Atom second) const {
    const auto wanted = key(first, second);
    for (auto at = start(wanted);; at = (at + 1) & (places_.size() - 1)) {
      if (places_[at].key == wanted) return &places_[at];
      if (places_[at].key == 0) return nullptr;
    }
  }
  /// Makes the processor fetch what find() will read.
  void prefetch(Atom first, Atom second) const {
    __builtin_prefetch(&places_[start(key(first, second))]);
  }

 private:
  // Both atoms in one number; 0 is no key, because atoms count from 1.
  static std::uint64_t key(Atom first, Atom second) { return std::uint64_t{first} << 32 | second; }
  // Where the search for a key begins: the upper bits of its hash.
  std::size_t start(std::uint64_t wanted) const {
    return shift_ == 64 ? 0 : mixed(wanted, 0) >> shift_;
  }

  HugeVector<Place> places_;
  unsigned shift_;
};

}  // namespace alarum::match
