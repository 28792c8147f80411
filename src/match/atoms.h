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

/// The number of a test of one path whose outcome is found by looking up the event's value in a
/// hash table, without evaluating the test. Equal tests of all rules are the same atom. 0 means
/// none.
using Atom = std::uint32_t;

/// What an atom tests, and which text is its key in the table (docs/index.md "Atoms").
enum class AtomKind : std::uint8_t {
  text,         ///< a string; the key is the string
  number,       ///< a number that a double stands for; the key is the 8 bytes of the double
  long_number,  ///< a number that no double stands for exactly; the key is its text
  null,
  yes,
  no,
  address,   ///< an IP address in any spelling; the key is its 4 or 16 bytes
  block,     ///< an address in a CIDR block; the key is block_key()
  prefix,    ///< a string that begins with the key
  suffix,    ///< a string that ends with the key
  folded,    ///< an ASCII string, ignoring case; the key is its lower case
  present,   ///< the event has some leaf of this path
  absent,    ///< the event has no leaf of this path
  wildcard,  ///< found by Windows, not by this table
  range,     ///< found by Ranges, not by this table
};

/// The bit of a kind in a set of kinds.
constexpr std::uint32_t bit(AtomKind kind) {
  return 1U << static_cast<unsigned>(kind);
}

/// All atoms of a rule set in one hash table, and which of them a leaf of an event satisfies.
///
/// - Owner: the Index. The compiler fills it with intern(); afterwards it is immutable, and any
///   number of threads may read it.
/// - Cost: for each leaf one look-up for each kind that rules use on its path, and for prefixes,
///   suffixes and blocks one for each length that they use.
/// - A hash match is never trusted: the bytes of the key are compared.
/// - `slot` is the number of a path (PathTrie). A slot that no rule uses satisfies nothing.
class Atoms {
 public:
  Atoms();

  /// The atom of (slot, kind, key); a new number if there is none yet. Not safe while others read.
  Atom intern(std::uint32_t slot, AtomKind kind, std::string_view key);
  /// The atom of (slot, kind, key); 0 if no rule has this test.
  Atom find(std::uint32_t slot, AtomKind kind, std::string_view key) const;

  /// Appends the atoms that `leaf` satisfies, each once. Atoms of the kinds `absent`, `wildcard`
  /// and `range` are left to the caller. Does the same as the three steps below plus near(), in one
  /// go.
  void matched(std::uint32_t slot, const model::Leaf& leaf, std::vector<Atom>& out) const {
    near(slot, leaf, out);
    each_key(slot, leaf, [&](AtomKind kind, std::uint64_t hash, std::string_view key) {
      if (const auto atom = lookup(hash, slot, kind, key)) out.push_back(atom);
    });
  }

  // The same look-up in three steps, each of which prefetches the memory that the next one reads.
  // In a large index this memory is not in the processor's caches. If Lookup takes each step for
  // all leaves of an event before the next step, the waits for memory overlap.
  struct Probe {
    std::uint64_t hash = 0;
    std::string_view key;
    AtomKind kind = AtomKind::text;
    const char* text = nullptr;  ///< of the only atom that it can be; nullptr if there is none
    Atom atom = 0;
  };
  /// Whether the table is so large (over 32 KiB) that the three steps are faster than matched().
  bool are_far() const { return places_.size() * sizeof(Place) > 32 * 1024; }
  /// Step 1: appends what has to be looked up for the leaf, and prefetches the table.
  void probe(std::uint32_t slot, const model::Leaf& leaf, std::vector<Probe>& out) const {
    each_key(slot, leaf, [&](AtomKind kind, std::uint64_t hash, std::string_view key) {
      __builtin_prefetch(&places_[hash & mask_]);
      out.push_back({hash, key, kind, nullptr, 0});
    });
  }
  /// Step 2: finds the atom whose hash is that of the probe, and prefetches its key.
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
  /// Step 3: compares the keys. Returns the probe's atom, or 0 if no rule has this test.
  Atom settle(std::uint32_t slot, const Probe& probe) const {
    if (!probe.text || is(probe.text, slot, probe.kind, probe.key)) return probe.atom;
    return lookup(probe.hash, slot, probe.kind, probe.key);
  }
  /// Appends the atoms of `leaf` that probe() does not look up: `present`, null and boolean
  /// literals, numbers, addresses and folded texts. matched() is near() plus the three steps.
  void near(std::uint32_t slot, const model::Leaf& leaf, std::vector<Atom>& out) const {
    if (slot >= slots_.size()) return;
    const auto& info = slots_[slot];
    if (info.present != 0) out.push_back(info.present);
    if (leaf.kind != model::LeafKind::string) return others(slot, leaf, out);
    if (info.kinds & kMoreTexts) more_texts(slot, leaf.text, out);
  }

  /// One more than the highest atom, because atoms count from 1.
  std::uint32_t size() const { return static_cast<std::uint32_t>(atoms_.size()); }
  std::uint32_t slot(Atom atom) const { return atoms_[atom].slot; }
  AtomKind kind(Atom atom) const { return atoms_[atom].kind; }
  /// The number of atoms of one kind on one slot. The more there are, the fewer events satisfy each
  /// one: the plan guesses shares from it (match/plan.h).
  std::uint32_t count(std::uint32_t slot, AtomKind kind) const;

 private:
  static constexpr std::uint32_t kMoreTexts =
      bit(AtomKind::folded) | bit(AtomKind::address) | bit(AtomKind::block);
  // What an atom is, by its number.
  struct Entry {
    std::uint32_t slot = 0;
    AtomKind kind = AtomKind::text;
  };
  // A place of the hash table.
  struct Place {
    std::uint64_t hash = 0;
    Atom atom = 0;              // 0: an empty place
    std::uint32_t text_at = 0;  // of its head and key in texts_
  };
  // What rules test on one path, for the look-up of a leaf.
  struct Slot {
    std::uint32_t kinds = 0;  // a bit for each AtomKind
    Atom present = 0, null = 0, yes = 0, no = 0;
    bool has(AtomKind kind) const { return kinds >> static_cast<unsigned>(kind) & 1; }
  };
  // The lengths of the keys that rules use on one path, and how many atoms it has of each kind.
  struct Sizes {
    // Of the keys (in bits for blocks), rising
    std::vector<std::uint32_t> prefixes, suffixes, blocks4, blocks6;
    std::uint32_t counts[15] = {};
  };

  // The beginning of a hash, so that equal keys of other slots or kinds have another hash.
  static std::uint64_t seed(std::uint32_t slot, AtomKind kind) {
    return (std::uint64_t{slot} << 8 | static_cast<unsigned>(kind)) * 0x9E3779B97F4A7C15ULL;
  }
  // The first 8 bytes of an atom's text in texts_: the key follows. So one comparison of 8 bytes
  // tells most atoms apart.
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
  // Visits the keys of a string leaf that are parts of the string itself: the text, its prefixes
  // and its suffixes.
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
  // Adds a new atom to what is known about its slot.
  void note(std::uint32_t slot, AtomKind kind, std::string_view key, Atom atom);
  // Doubles the hash table.
  void grow();
  // Appends the atoms of a string that are not parts of it: folded, address and block.
  void more_texts(std::uint32_t slot, std::string_view text, std::vector<Atom>& out) const;
  // Appends the atoms of a leaf that is no string.
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

/// The key of a `number` atom: the bytes of the double. -0 and 0 are different keys, so callers use
/// rules::comparable_number(), which has no -0.
std::string number_key(double value);
/// The key of a `folded` atom: the text with its ASCII letters in lower case. nullopt if the text
/// has other characters than ASCII, whose case forms may differ in length.
std::optional<std::string> folded_key(std::string_view text);
/// The key of a `block` atom: one byte with the number of bits, then the address with the bits
/// behind the prefix cleared.
std::string block_key(std::string_view address_bytes, unsigned bits);

}  // namespace alarum::match
