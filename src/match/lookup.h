#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "match/consistency.h"
#include "match/index.h"

namespace alarum::match {

/// Finds the patterns of an Index that an event matches. This is the scratch memory of one thread,
/// which is used again for every event and every index.
///
/// It works in steps over all leaves, each of which prefetches the memory that the next one reads
/// (docs/index.md "The look-up"). In an index of 100,000 rules nearly every access misses the
/// processor's caches; in steps the misses overlap.
class Lookup {
 public:
  /// Appends the numbers of the matching patterns to `out`, ascending, each once. `leaves` were
  /// begun with the paths of `index`. Cost: one look-up for each leaf and kind of test, and the
  /// conjunctions that are filed under the atoms that the event satisfies. It cannot fail.
  void run(const Index& index, const FieldValues& leaves, std::vector<std::uint32_t>& out);

 private:
  // The atoms that the leaves of one slot satisfy, once they were looked up for this event.
  struct Known {
    std::uint64_t event = 0;
    std::uint32_t begin = 0, end = 0;  // into known_atoms_
  };
  // A slot of the event that has entries and few leaves, and the number of its probes.
  struct Probed {
    std::uint32_t slot = 0;
    std::uint32_t probes = 0;  // how many of probes_ are its own
  };
  // An atom that the event satisfies and that has entries.
  struct First {
    Atom atom = 0;
    std::uint32_t slot = 0;
  };
  // Two atoms that the event satisfies, under which conjunctions may be filed together.
  struct Pair {
    Atom first = 0, second = 0;
  };

  // Forgets the event before.
  void begin();
  // Steps 1 and 2, in a large index only: prefetches what each leaf of a slot with entries is
  // looked up by, then the keys that were found.
  void probe();
  // Step 3: compares these keys. Afterwards the atoms of the probed slots are known.
  void learn_probed();
  // Step 4: the atoms that the event satisfies and that have entries.
  void collect_firsts();
  // Step 5: atoms of the kind `absent` whose slot has no leaf, or has leaves in arrays, of which a
  // chosen element may have none.
  void collect_absent();
  // Step 7: enters the conjunctions that want no second atom, and those of the pairs that exist.
  void take_alone(const First& first);
  // Step 6: pairs of this atom with the atoms of the slots that its entries want as a second.
  void collect_pairs(const First& first);
  // For slots that satisfy very many atoms: looks for the second atom of each entry instead of each
  // pair.
  void walk_entries(Atom first, std::span<const Atom> seconds);
  void take_pairs();
  // Notes a conjunction to be checked, and prefetches its code.
  void enter(std::uint32_t code_at);
  // Step 8: checks the conjunctions.
  void consider_all();
  // Whether the conjunction whose run is at `code` holds, array consistency included.
  bool holds(const std::uint32_t* code);
  bool holds_consistently(const std::uint32_t* code);
  // Whether some leaf of the slot passes the field at `field`. Each predicate is evaluated once an
  // event.
  bool passes(const std::uint32_t* field, const FieldValues::Slot& slot);
  // As passes(), for one leaf and without the results of the event: for array consistency.
  bool leaf_passes(const std::uint32_t* field, const model::Leaf& leaf);
  // The atoms that the leaves of a slot satisfy, looked up once an event. Valid until the next
  // call.
  std::span<const Atom> atoms_at(std::uint32_t slot);
  // Looks up the atoms of the leaves of a slot.
  void learn(Known& known, std::uint32_t slot);
  // Sorts the atoms of a slot if there are many, and remembers where they are.
  void note(Known& known, std::size_t begin, bool many_leaves);
  // Appends to found_ what Windows and Ranges find for the leaves of a slot.
  void search(const Index::Search& search, const FieldValues::Slot& slot);

  const Index* index_ = nullptr;
  const FieldValues* leaves_ = nullptr;
  std::vector<std::uint32_t>* out_ = nullptr;
  std::uint64_t event_ = 0;
  std::vector<Known> known_;  // by slot
  std::vector<Atom> known_atoms_;
  std::vector<std::uint64_t> asked_;  // by predicate: 2 * number of the event + outcome
  std::vector<Atoms::Probe> probes_;
  std::vector<Probed> probed_;
  std::vector<First> firsts_;
  std::vector<Pair> pairs_;
  std::vector<Atom> found_;             // by Windows and Ranges
  std::vector<std::uint32_t> entered_;  // where the code of the conjunctions to check begins
  std::vector<Atom> leaf_atoms_;
  std::vector<Choice> choices_;
};

}  // namespace alarum::match
