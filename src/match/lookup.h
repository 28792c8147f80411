#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "match/consistency.h"
#include "match/index.h"

namespace alarum::match {

/// One thread's asking of indexes: scratch memory that is used again for every event. It goes in
/// stages, each of which asks for the memory that the next will read: in an index of 100,000 rules
/// nearly every step is a miss of the cache, and so the misses overlap.
class Lookup {
 public:
  void run(const Index& index, const FieldValues& leaves, std::vector<std::uint32_t>& out);

 private:
  struct Known {
    std::uint64_t event = 0;
    std::uint32_t begin = 0, end = 0;  // into known_atoms_
  };
  // A slot of the event that is a way in and has few leaves.
  struct Probed {
    std::uint32_t slot = 0;
    std::uint32_t probes = 0;  // so many of probes_
  };
  // A first atom that the event satisfies; with a second one, a pair that may be in the table.
  struct First {
    Atom atom = 0;
    std::uint32_t slot = 0;
  };
  struct Pair {
    Atom first = 0, second = 0;
  };

  void begin();
  void probe();
  void learn_probed();
  void collect_firsts();
  void collect_absent();
  void take_alone(const First& first);
  void collect_pairs(const First& first);
  void walk_entries(Atom first, std::span<const Atom> seconds);
  void take_pairs();
  void enter(std::uint32_t code_at);
  void consider_all();
  bool holds(const std::uint32_t* code);
  bool holds_consistently(const std::uint32_t* code);
  bool passes(const std::uint32_t* field, const FieldValues::Slot& slot);
  bool leaf_passes(const std::uint32_t* field, const model::Leaf& leaf);
  std::span<const Atom> atoms_at(std::uint32_t slot);
  void learn(Known& known, std::uint32_t slot);
  void note(Known& known, std::size_t begin, bool many_leaves);
  void search(const Index::Search& search, const FieldValues::Slot& slot);

  const Index* index_ = nullptr;
  const FieldValues* leaves_ = nullptr;
  std::vector<std::uint32_t>* out_ = nullptr;
  std::uint64_t event_ = 0;
  std::vector<Known> known_;  // by slot
  std::vector<Atom> known_atoms_;
  std::vector<std::uint64_t> asked_;  // by predicate: event * 2 + outcome
  std::vector<Atoms::Probe> probes_;
  std::vector<Probed> probed_;
  std::vector<First> firsts_;
  std::vector<Pair> pairs_;
  std::vector<Atom> found_;             // by a search
  std::vector<std::uint32_t> entered_;  // conjunctions to be looked at: where their code begins
  std::vector<Atom> leaf_atoms_;
  std::vector<Choice> choices_;
};

}  // namespace alarum::match
