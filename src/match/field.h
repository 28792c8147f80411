#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "match/atoms.h"
#include "match/plan.h"
#include "match/predicate.h"
#include "match/ranges.h"
#include "match/windows.h"
#include "rules/pattern.h"

namespace alarum::match {

/// A field test, ready: it holds where the leaves of `slot` satisfy one of `atoms`, or one of them
/// passes one of `predicates`, or there are none and it may be absent.
struct Field {
  std::uint32_t slot = 0;
  bool may_be_absent = false;
  std::vector<Atom> atoms;                ///< sorted
  std::vector<std::uint32_t> predicates;  ///< numbers of FieldCompiler::predicates()
};

/// Turns field tests into atoms and predicates, equal ones of all rules shared, and into ways in.
class FieldCompiler {
 public:
  explicit FieldCompiler(Atoms& atoms) : atoms_(atoms) {}

  Field compile(const rules::FieldTest& test, std::uint32_t slot);
  /// After every field was compiled.
  FieldFacts facts(const rules::FieldTest& test, std::uint32_t slot) const;

  struct Entrance {
    std::vector<Atom> atoms;  ///< the field holds only where one of them is satisfied
    bool proves = true;       ///< and wherever one is
  };
  Entrance entrance(const rules::FieldTest& test, std::uint32_t slot, bool search);

  std::vector<CompiledPredicate> take_predicates() { return std::move(predicates_); }
  /// What entrance() found for a search on a slot.
  std::unordered_map<std::uint32_t, std::vector<Windows::Entry>>& windows() { return windows_; }
  std::unordered_map<std::uint32_t, std::vector<Ranges::Entry>>& ranges() { return ranges_; }

 private:
  std::vector<Atom> exact_atoms(const rules::Predicate& predicate, std::uint32_t slot);
  std::uint32_t predicate(const rules::Predicate& predicate, std::uint32_t slot);
  bool search_atom(const rules::Predicate& predicate, std::uint32_t slot, std::vector<Atom>& out);

  Atoms& atoms_;
  std::vector<CompiledPredicate> predicates_;
  std::unordered_map<std::string, std::uint32_t> known_;  // predicates by slot and form
  // Predicates that a search can find, by slot
  std::map<std::pair<std::uint32_t, rules::Predicate::Op>, std::uint32_t> searchable_;
  std::unordered_map<std::uint32_t, std::vector<Windows::Entry>> windows_;
  std::unordered_map<std::uint32_t, std::vector<Ranges::Entry>> ranges_;
};

}  // namespace alarum::match
