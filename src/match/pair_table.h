#pragma once
#include <bit>
#include <cstdint>

#include "base/huge_vector.h"
#include "match/atoms.h"

namespace alarum::match {

/// The conjunctions that are entered through two atoms; filled once. One read of far memory tells
/// that a pair is not there, or which conjunction is its only one.
class PairTable {
 public:
  struct Place {
    std::uint64_t key = 0;  ///< 0: an empty place
    /// Of one conjunction its code, of several the first of their entries
    std::uint32_t at = 0;
    std::uint32_t count = 0;
  };

  explicit PairTable(std::size_t pairs = 0)
      : places_(std::bit_ceil(3 * pairs + 1)),
        shift_(static_cast<unsigned>(64 - std::countr_zero(places_.size()))) {}

  void add(Atom first, Atom second, std::uint32_t at_entry, std::uint32_t count) {
    auto at = start(key(first, second));
    while (places_[at].key != 0) at = (at + 1) & (places_.size() - 1);
    places_[at] = {key(first, second), at_entry, count};
  }
  /// nullptr: none.
  const Place* find(Atom first, Atom second) const {
    const auto wanted = key(first, second);
    for (auto at = start(wanted);; at = (at + 1) & (places_.size() - 1)) {
      if (places_[at].key == wanted) return &places_[at];
      if (places_[at].key == 0) return nullptr;
    }
  }
  void prefetch(Atom first, Atom second) const {
    __builtin_prefetch(&places_[start(key(first, second))]);
  }

 private:
  static std::uint64_t key(Atom first, Atom second) { return std::uint64_t{first} << 32 | second; }
  std::size_t start(std::uint64_t wanted) const {
    return shift_ == 64 ? 0 : mixed(wanted, 0) >> shift_;
  }

  HugeVector<Place> places_;
  unsigned shift_;
};

}  // namespace alarum::match
