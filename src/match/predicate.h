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

/// One alternative of a field, ready to be asked about leaves (reference/standards.md §2 has the
/// semantics).
class CompiledPredicate {
 public:
  explicit CompiledPredicate(const rules::Predicate& predicate);

  /// Whether the leaf passes. Not asked for `exists: false`, which is about there being no leaf.
  bool passes(const model::Leaf& leaf) const;
  bool wants_absence() const { return op_ == rules::Predicate::Op::exists && !flag_; }

 private:
  bool literal(const model::Leaf& leaf) const;
  bool text_passes(std::string_view text) const;
  bool number_passes(const model::Leaf& leaf) const;
  bool none_of_operands(const model::Leaf& leaf) const;

  rules::Predicate::Op op_;
  std::string text_;
  bool flag_;
  std::optional<rules::Predicate::Bound> low_, high_;
  // Of a number literal that can be compared by value
  std::optional<double> number_;
  std::optional<IpAddress> address_;  // of a string literal that looks like one
  std::optional<IpBlock> block_;
  std::optional<IgnoreCase> ignore_case_;
  std::optional<Wildcard> wildcard_;
  std::vector<CompiledPredicate> operands_;  // of anything-but: what the leaf must not pass
};

}  // namespace alarum::match
