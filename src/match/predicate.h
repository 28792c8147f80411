#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_block.h"
#include "match/ignore_case.h"
#include "match/wildcard.h"
#include "model/flat_event.h"
#include "rules/pattern.h"

namespace alarum::match {

/// One alternative of a field test that cannot be found by a hash table and so is evaluated on
/// leaves, with its text parsed once. The semantics are EventBridge's (docs/patterns.md,
/// reference/standards.md section 2). `explain` and `coverage` use it too, to say which test
/// failed.
///
/// Immutable; any thread. It copies what it needs of the rules::Predicate, which was checked by the
/// pattern parser.
class CompiledPredicate {
 public:
  /// Parses addresses, blocks, numbers and wildcards in the predicate. Cost: its text.
  explicit CompiledPredicate(const rules::Predicate& predicate);

  /// Whether the leaf passes. For `exists: false` there is nothing to evaluate: it holds if there
  /// is no leaf (see wants_absence()). Cost: linear in the leaf's text; for a wildcard, once for
  /// each star.
  bool passes(const model::Leaf& leaf) const;
  /// Whether it is `exists: false`, which no leaf can pass.
  bool wants_absence() const { return op_ == rules::Predicate::Op::exists && !flag_; }

 private:
  // A string, number, boolean or null. A string literal that is an IP address also passes for
  // another spelling of the same address.
  bool literal(const model::Leaf& leaf) const;
  bool in_block(std::string_view text) const;
  bool number_passes(const model::Leaf& leaf) const;
  // anything-but: leaves of any type pass unless they pass an operand.
  bool none_of_operands(const model::Leaf& leaf) const;

  rules::Predicate::Op op_;
  std::string text_;
  bool flag_;
  std::optional<rules::Predicate::Bound> low_, high_;
  // Of a number literal that rules::comparable_number() can compare by value.
  std::optional<double> number_;
  std::optional<IpAddress> address_;  // of a string literal that looks like one
  std::optional<IpBlock> block_;
  std::optional<IgnoreCase> ignore_case_;
  std::optional<Wildcard> wildcard_;
  std::vector<CompiledPredicate> operands_;  // of anything-but: the leaf must pass none
};

}  // namespace alarum::match
