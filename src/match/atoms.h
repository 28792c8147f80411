#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/huge_vector.h"
#include "match/hash.h"
#include "model/flat_event.h"

namespace alarum::match {

/// A test of one path whose outcome is found by looking the value up, not by asking: equal ones of
/// all rules are one atom. 0 is none.
using Atom = std::uint32_t;

enum class AtomKind : std::uint8_t {
  text,         ///< the string
  number,       ///< the double, by its bits
  long_number,  ///< a number that no double stands for exactly, by its text
  null,
  yes,
  no,
  address,  ///< an IP address, however it is spelled, by its bytes
  block,    ///< a CIDR block, by its masked bytes
  prefix,
  suffix,
  folded,   ///< a string without regard to case, of ASCII characters only, by its lower case
  present,  ///< any leaf
  absent,   ///< no leaf
  wildcard,
  range,  ///< found by Windows and Ranges, not here
};

constexpr std::uint32_t bit(AtomKind kind) {
  return 1U << static_cast<unsigned>(kind);
}

/// All atoms of a rule set, and which of them a leaf satisfies. Immutable once built; its cost is
/// one look-up for each kind (and each length of prefix, suffix or block) that rules have on the
/// leaf's path.
class Atoms {
 public:
  Atoms();

  /// The atom of (slot, kind, key), new or known.
  Atom intern(std::uint32_t slot, AtomKind kind, std::string_view key);
  /// 0: no rule asks for it.
  Atom find(std::uint32_t slot, AtomKind kind, std::string_view key) const;

  /// Appends what `leaf` at `slot` satisfies, each once, but for `absent`, `wildcard` and `range`.
  void matched(std::uint32_t slot, const model::Leaf& leaf, std::vector<Atom>& out) const {
    near(slot, leaf, out);
    each_key(slot, leaf, [&](AtomKind kind, std::uint64_t hash, std::string_view key) {
      if (const auto atom = lookup(hash, slot, kind, key)) out.push_back(atom);
    });
  }

  // The same in steps, each of which asks for the memory that the next will read: in a large index
  // it is far, and what is asked for together arrives together.
  struct Probe {
    std::uint64_t hash = 0;
    std::string_view key;
    AtomKind kind = AtomKind::text;
    const char* text = nullptr;  ///< of the atom that it may be; nullptr: none
    Atom atom = 0;
  };
  /// Whether that pays.
  bool are_far() const { return places_.size() * sizeof(Place) > 32 * 1024; }
  /// First: what to look up.
  void probe(std::uint32_t slot, const model::Leaf& leaf, std::vector<Probe>& out) const {
    each_key(slot, leaf, [&](AtomKind kind, std::uint64_t hash, std::string_view key) {
      __builtin_prefetch(&places_[hash & mask_]);
      out.push_back({hash, key, kind, nullptr, 0});
    });
  }
  /// Second: of each probe.
  void approach(Probe& probe) const {
    for (auto at = probe.hash & mask_; places_[at].atom != 0; at = (at + 1) & mask_) {
      if (places_[at].hash != probe.hash) continue;
      probe.atom = places_[at].atom;
      probe.text = texts_.data() + places_[at].text_at;
      __builtin_prefetch(probe.text);
      __builtin_prefetch(probe.text + 8 + probe.key.size());
      return;
    }
  }
  /// Third: its atom, or 0.
  Atom settle(std::uint32_t slot, const Probe& probe) const {
    if (!probe.text || is(probe.text, slot, probe.kind, probe.key)) return probe.atom;
    return lookup(probe.hash, slot, probe.kind, probe.key);
  }
  /// And what matched() appends besides.
  void near(std::uint32_t slot, const model::Leaf& leaf, std::vector<Atom>& out) const {
    if (slot >= slots_.size()) return;
    const auto& info = slots_[slot];
    if (info.present != 0) out.push_back(info.present);
    if (leaf.kind != model::LeafKind::string) return others(slot, leaf, out);
    if (info.kinds & kMoreTexts) more_texts(slot, leaf.text, out);
  }

  /// Atoms are below it
  std::uint32_t size() const { return static_cast<std::uint32_t>(atoms_.size()); }
  std::uint32_t slot(Atom atom) const { return atoms_[atom].slot; }
  AtomKind kind(Atom atom) const { return atoms_[atom].kind; }
  /// How many atoms of a kind a slot has: how much it tells to know one.
  std::uint32_t count(std::uint32_t slot, AtomKind kind) const;

 private:
  static constexpr std::uint32_t kMoreTexts =
      bit(AtomKind::folded) | bit(AtomKind::address) | bit(AtomKind::block);
  struct Entry {
    std::uint32_t slot = 0;
    AtomKind kind = AtomKind::text;
  };
  struct Place {
    std::uint64_t hash = 0;
    Atom atom = 0;              // 0: an empty place
    std::uint32_t text_at = 0;  // of its head and key in texts_
  };
  struct Slot {
    std::uint32_t kinds = 0;  // a bit for each AtomKind
    Atom present = 0, null = 0, yes = 0, no = 0;
    bool has(AtomKind kind) const { return kinds >> static_cast<unsigned>(kind) & 1; }
  };
  struct Sizes {
    // Of the keys (in bits for blocks), rising
    std::vector<std::uint32_t> prefixes, suffixes, blocks4, blocks6;
    std::uint32_t counts[15] = {};
  };

  static std::uint64_t seed(std::uint32_t slot, AtomKind kind) {
    return (std::uint64_t{slot} << 8 | static_cast<unsigned>(kind)) * 0x9E3779B97F4A7C15ULL;
  }
  static std::uint64_t head(std::uint32_t slot, AtomKind kind, std::size_t size) {
    return std::uint64_t{slot} << 32 | std::uint64_t{size} << 8 | static_cast<unsigned>(kind);
  }
  static std::uint64_t hash(std::uint32_t slot, AtomKind kind, std::string_view key);
  Atom lookup(std::uint64_t hash, std::uint32_t slot, AtomKind kind, std::string_view key) const {
    for (auto at = hash & mask_;; at = (at + 1) & mask_) {
      const auto& place = places_[at];
      if (place.atom == 0) return 0;
      if (place.hash != hash) continue;
      if (is(texts_.data() + place.text_at, slot, kind, key)) return place.atom;
    }
  }
  static bool is(const char* text, std::uint32_t slot, AtomKind kind, std::string_view key) {
    return load8(text) == head(slot, kind, key.size()) && same({text + 8, key.size()}, key);
  }
  // What is looked up of a string as it stands.
  template <class Visit>
  void each_key(std::uint32_t slot, const model::Leaf& leaf, const Visit& visit) const {
    if (slot >= slots_.size() || leaf.kind != model::LeafKind::string) return;
    const auto& info = slots_[slot];
    if (info.has(AtomKind::text))
      visit(AtomKind::text, hash_of(leaf.text, seed(slot, AtomKind::text)), leaf.text);
    if (info.has(AtomKind::prefix))
      each_affix<false>(slot, leaf.text, sizes_[slot].prefixes, visit);
    if (info.has(AtomKind::suffix)) each_affix<true>(slot, leaf.text, sizes_[slot].suffixes, visit);
  }
  template <bool ends, class Visit>
  static void each_affix(std::uint32_t slot, std::string_view text,
                         const std::vector<std::uint32_t>& sizes, const Visit& visit) {
    constexpr auto kind = ends ? AtomKind::suffix : AtomKind::prefix;
    AffixHash<ends> running(text, seed(slot, kind));
    for (const auto size : sizes) {
      if (size > text.size()) break;
      visit(kind, running.of(size), ends ? text.substr(text.size() - size) : text.substr(0, size));
    }
  }
  void note(std::uint32_t slot, AtomKind kind, std::string_view key, Atom atom);
  void grow();
  void more_texts(std::uint32_t slot, std::string_view text, std::vector<Atom>& out) const;
  void others(std::uint32_t slot, const model::Leaf& leaf, std::vector<Atom>& out) const;
  void addresses(std::uint32_t slot, std::string_view text, std::vector<Atom>& out) const;
  void numbers(std::uint32_t slot, std::string_view text, std::vector<Atom>& out) const;

  std::vector<Entry> atoms_;
  HugeVector<Place> places_;  // open addressing, at most a third full
  std::uint64_t mask_;
  HugeVector<char> texts_;  // of each atom: head() and its key
  std::vector<Slot> slots_;
  std::vector<Sizes> sizes_;
};

/// Keys of atoms that are not texts.
std::string number_key(double value);
/// Lower case of ASCII letters; nullopt where the text has other characters.
std::optional<std::string> folded_key(std::string_view text);
/// The first byte is the number of bits, the rest the masked address.
std::string block_key(std::string_view address_bytes, unsigned bits);

}  // namespace alarum::match
