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

/// A field test in its compiled form. It holds for an event if one of these is true:
/// - a leaf of `slot` satisfies one of `atoms`;
/// - a leaf of `slot` passes one of `predicates`;
/// - `may_be_absent` is true and there is no leaf of `slot`.
struct Field {
  std::uint32_t slot = 0;
  bool may_be_absent = false;
  std::vector<Atom> atoms;                ///< sorted
  std::vector<std::uint32_t> predicates;  ///< numbers, as take_predicates() orders them
};

/// Turns field tests into atoms, predicates and entry points. Equal tests of all rules share one
/// atom or one predicate, so an event is tested once for all of them. It lives as long as its
/// Compiler, whose Atoms it borrows, and on the same thread. It cannot fail: the tests have been
/// checked.
class FieldCompiler {
 public:
  explicit FieldCompiler(Atoms& atoms) : atoms_(atoms) {}

  /// The compiled form of a test. Compiling the same test again gives the same atoms and
  /// predicates.
  Field compile(const rules::FieldTest& test, std::uint32_t slot);
  /// What the plan needs to know about the field. Call it after all fields were compiled, because
  /// the guessed shares depend on how many atoms a slot has.
  FieldFacts facts(const rules::FieldTest& test, std::uint32_t slot) const;

  /// The atoms under which a conjunction is filed if this field is its entry point.
  struct Entrance {
    std::vector<Atom> atoms;  ///< the field holds only where one of them is satisfied
    bool proves = true;       ///< whether one satisfied atom proves that the field holds
  };
  /// `search`: whether the slot has Windows and Ranges, so that wildcards and number ranges can be
  /// filed under atoms of their own. Without it they are filed under `present`.
  Entrance entrance(const rules::FieldTest& test, std::uint32_t slot, bool search);

  /// All predicates in the order of their numbers. Call it once, at the end.
  std::vector<CompiledPredicate> take_predicates() { return std::move(predicates_); }
  /// The wildcards and ranges, by slot, that entrance() filed under atoms of their own.
  std::unordered_map<std::uint32_t, std::vector<Windows::Entry>>& windows() { return windows_; }
  std::unordered_map<std::uint32_t, std::vector<Ranges::Entry>>& ranges() { return ranges_; }

 private:
  // The atoms any of which satisfies the predicate; none if it has to be evaluated on leaves.
  std::vector<Atom> exact_atoms(const rules::Predicate& predicate, std::uint32_t slot);
  std::uint32_t predicate(const rules::Predicate& predicate, std::uint32_t slot);
  // Appends the atom under which Windows or Ranges report the predicate. False if they cannot find
  // it.
  bool search_atom(const rules::Predicate& predicate, std::uint32_t slot, std::vector<Atom>& out);

  Atoms& atoms_;
  std::vector<CompiledPredicate> predicates_;
  std::unordered_map<std::string, std::uint32_t> known_;  // predicates by slot and form
  // The number of different predicates of a slot that Windows or Ranges could find.
  std::map<std::pair<std::uint32_t, rules::Predicate::Op>, std::uint32_t> searchable_;
  std::unordered_map<std::uint32_t, std::vector<Windows::Entry>> windows_;
  std::unordered_map<std::uint32_t, std::vector<Ranges::Entry>> ranges_;
};

}  // namespace alarum::match
