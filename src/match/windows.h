#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "match/atoms.h"
#include "match/wildcard.h"

namespace alarum::match {

/// The wildcards of one path. It finds those that a text fits by going through the text once,
/// however many wildcards there are. For each wildcard it chooses 8 bytes in a row (or 4, if no
/// part between its stars is longer) that every fitting text must contain and that the fewest other
/// wildcards have. Where these bytes occur in a text, the wildcard is tested.
///
/// Part of an Index, immutable, readable by any thread. A text costs one hash for each of its
/// positions and the wildcards whose bytes occur in it, each tested once.
class Windows {
 public:
  struct Entry {
    Wildcard wildcard;
    Atom atom = 0;
  };
  /// Whether the wildcard has 4 bytes in a row without a star. Others are predicates.
  static bool can_hold(const Wildcard& wildcard);

  /// All entries must satisfy can_hold(). Cost: the length of the wildcards, and a sort.
  explicit Windows(std::vector<Entry> entries);
  /// Appends the atoms of the wildcards that the text fits. The same atom may be appended twice, if
  /// two entries have it.
  void matched(std::string_view text, std::vector<Atom>& out) const;

 private:
  struct Place {
    std::uint64_t bytes = 0;
    std::uint32_t begin = 0, end = 0;  // into order_; equal: an empty place
  };
  // The windows of one width: a filter of at most 32 KiB that rejects most positions of a text, and
  // a hash table that decides.
  struct Table {
    std::size_t width = 0;
    // The position within the windows where they have the fewest and rarest different bytes. Only
    // where the text has one of these bytes a hash is computed.
    std::size_t anchor = 0;
    std::array<bool, 256> anchors;      // these bytes; all bytes, if this saves too little
    unsigned shift = 0;                 // 64 minus log2 of the number of bits in `filter`
    std::vector<std::uint64_t> filter;  // a bit for the hash of each window
    std::vector<Place> places;          // open addressing by the same hash
    unsigned place_shift = 0;
    void build(std::size_t bytes, std::vector<std::pair<std::uint64_t, std::uint32_t>> windows,
               std::vector<std::uint32_t>& order);
    void choose_anchor(const std::vector<std::pair<std::uint64_t, std::uint32_t>>& windows);
    const Place* find(std::uint64_t bytes, std::uint64_t hash) const;
  };
  // Goes through the text once for the windows of one width.
  template <std::size_t width>
  void scan(const Table& table, std::string_view text, std::vector<Atom>& out) const;
  // Tests the wildcards that chose these bytes on the whole text.
  void test(const Place& place, std::string_view text, std::vector<Atom>& out) const;

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> order_;  // entries by window
  Table wide_, narrow_;
};

}  // namespace alarum::match
