#pragma once
#include <string>
#include <vector>

#include "match/conjunction.h"
#include "match/field.h"
#include "match/index.h"

namespace alarum::match {

/// Builds an index: fields into atoms and predicates, conjunctions into code, a way in for each.
/// Linear in the text of the patterns.
class Compiler {
 public:
  Compiler(const std::vector<rules::Pattern>& patterns, const std::vector<std::string>& more_paths);
  Index build();

 private:
  struct Branch {
    std::uint32_t pattern = 0;
    Conjunction tests;
    std::vector<std::uint32_t> slots;  // of the tests
  };
  struct Placed {
    Atom first = 0, second = 0;
    std::uint32_t code_at = 0;
  };

  std::uint32_t write_code(const Branch& branch, std::uint32_t proven);
  void enter(const Branch& branch, const EntryPoint& way, const Plan& plan);
  void lay_out_entries();
  void lay_out_slots();

  Index index_;
  std::vector<Branch> branches_;
  FieldCompiler fields_;
  std::vector<Placed> placed_;
};

}  // namespace alarum::match
