#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "match/atoms.h"
#include "match/wildcard.h"

namespace alarum::match {

/// The wildcards of one path, found by a few bytes that each of them must have somewhere: a text is
/// looked through once, however many wildcards there are. Of each wildcard the 8 (or 4) bytes are
/// taken that the fewest others have. Immutable once built.
class Windows {
 public:
  struct Entry {
    Wildcard wildcard;
    Atom atom = 0;
  };
  /// Whether `wildcard` has bytes to be found by.
  static bool can_hold(const Wildcard& wildcard);

  explicit Windows(std::vector<Entry> entries);
  /// Appends the atoms of the wildcards that the text fits; one may come more than once.
  void matched(std::string_view text, std::vector<Atom>& out) const;

 private:
  struct Place {
    std::uint64_t bytes = 0;
    std::uint32_t begin = 0, end = 0;  // into order_; equal: an empty place
  };
  // Windows of one width.
  struct Table {
    std::size_t width = 0;
    // A place in the windows where they have few different bytes, and rare ones
    std::size_t anchor = 0;
    std::array<bool, 256> anchors;      // those; all bytes, where they have many
    unsigned shift = 0;                 // 64 minus log2 of the bits in `filter`
    std::vector<std::uint64_t> filter;  // a bit for each window, and by chance for some other bytes
    std::vector<Place> places;          // open addressing by the same hash
    unsigned place_shift = 0;
    void build(std::size_t bytes, std::vector<std::pair<std::uint64_t, std::uint32_t>> windows,
               std::vector<std::uint32_t>& order);
    void choose_anchor(const std::vector<std::pair<std::uint64_t, std::uint32_t>>& windows);
    const Place* find(std::uint64_t bytes, std::uint64_t hash) const;
  };
  template <std::size_t width>
  void scan(const Table& table, std::string_view text, std::vector<Atom>& out) const;
  void test(const Place& place, std::string_view text, std::vector<Atom>& out) const;

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> order_;  // entries by window
  Table wide_, narrow_;
};

}  // namespace alarum::match
