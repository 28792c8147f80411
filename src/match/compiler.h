#pragma once
#include <string>
#include <vector>

#include "match/conjunction.h"
#include "match/field.h"
#include "match/index.h"

namespace alarum::match {

/// Builds an Index from patterns (docs/index.md "Building"): it turns fields into atoms and
/// predicates, `$or` into conjunctions, plans the entry points of each conjunction, and lays out
/// the tables. It lives for one call of build(), on the thread that loads the rules.
///
/// Cost: linear in the text of the patterns with their `$or`s multiplied out (at most 1,000
/// conjunctions for each pattern), and a sort of the entries. It cannot fail, because the patterns
/// have been checked when they were parsed (rules/pattern.h).
class Compiler {
 public:
  /// Borrows `patterns`. `more_paths`: paths that no pattern tests but that a reader of the leaves
  /// needs.
  Compiler(const std::vector<rules::Pattern>& patterns, const std::vector<std::string>& more_paths);
  /// Call it once; the compiler is empty afterwards.
  Index build();

 private:
  // One conjunction and the number of its pattern.
  struct Branch {
    std::uint32_t pattern = 0;
    Conjunction tests;
    std::vector<std::uint32_t> slots;  // of the tests
  };
  // A conjunction under one of its entry points: it is looked at if the event satisfies both atoms.
  struct Placed {
    Atom first = 0, second = 0;  ///< second 0: the first alone is enough
    std::uint32_t code_at = 0;
  };

  // Appends the run of a conjunction to Index::code and returns where it begins.
  std::uint32_t write_code(const Branch& branch, std::uint32_t proven);
  // Files a conjunction under its entry point.
  void enter(const Branch& branch, const EntryPoint& way, const Plan& plan);
  // Builds Index::entries and the pair table from placed_.
  void lay_out_entries();
  // Notes for each slot whether it has entries, and builds its Windows and Ranges.
  void lay_out_slots();

  Index index_;
  std::vector<Branch> branches_;
  FieldCompiler fields_;
  std::vector<Placed> placed_;
};

}  // namespace alarum::match
