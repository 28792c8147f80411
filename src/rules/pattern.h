#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"

namespace alarum::rules {

/// One alternative of a field: EventBridge's matchers ("Comparison operators" in its user guide;
/// reference/standards.md section 2). Checked by the parser; a plain value.
struct Predicate {
  enum class Op : std::uint8_t {
    null,
    boolean,
    number,
    string,  // literals
    prefix,
    suffix,
    equals_ignore_case,
    wildcard,  // texts
    prefix_ignore_case,
    suffix_ignore_case,  // {"prefix": {"equals-ignore-case": s}}
    numeric,
    exists,
    cidr,
    anything_but_values,
    anything_but_prefix,
    anything_but_suffix,
    anything_but_ignore_case,
    anything_but_wildcard
  };
  Op op = Op::string;
  /// A literal as it was written (numbers too), or the operand of a text operator or `cidr`.
  std::string text;
  /// The value of a boolean literal or of `exists`. For a string: it was written as `exactly`, so
  /// it is never taken for an IP address.
  bool flag = false;
  /// Of anything-but: its literals, or for its nested forms a string literal for each operand.
  std::vector<Predicate> operands;
  /// One end of a `numeric` range.
  struct Bound {
    double value = 0;
    bool inclusive = false;
  };
  /// Of `numeric`: missing means infinite. `=` is a range whose ends are equal and inclusive.
  std::optional<Bound> low, high;  ///< numeric; `=` has both, inclusive
};

/// The tests of one path (`path: [alternatives]`). It passes if any leaf of the path passes any of
/// them.
struct FieldTest {
  std::string path;  ///< member names joined by dots
  std::vector<Predicate> any;
  Place place;
  /// Position in the document. If a conjunction has two tests of one path, the later one counts, as
  /// in aws/event-ruler.
  std::uint32_t order = 0;
};

/// A conjunction: all `fields` must hold, and of each entry of `or_groups` at least one branch.
/// Array consistency extends over all of it.
struct Clause {
  std::vector<FieldTest> fields;
  std::vector<std::vector<Clause>> or_groups;
};

/// A rule's `match`: it matches if any of the alternatives does. A plain EventBridge pattern has
/// one.
struct Pattern {
  std::vector<Clause> alternatives;
};

/// The names of all matchers: `prefix`, `wildcard`, …
const std::vector<std::string>& matcher_names();

/// Reads one EventBridge pattern (JSON or YAML tree), as strictly as EventBridge: `$or` must be an
/// array of at least two objects, and their branches must not use reserved names. Limits: 1,000
/// combinations of `$or` branches, 4,096 bytes an operand. All faults go to `out` with their
/// places; nullopt if there is one.
std::optional<Clause> parse_pattern(const Node& node, Diagnostics& out);

/// Reads a rule's `match`, which is one of:
/// - a mapping, in which a scalar is short for a list of one, and nested maps and dotted paths mean
///   the same;
/// - a string or a list of strings, short for `{type: […]}`;
/// - a list of mappings, any of which may match.
///
/// Faults as in parse_pattern().
std::optional<Pattern> parse_match(const Node& node, Diagnostics& out);

/// Calls `visit(FieldTest&)` for each field of the clause. A compiler checks and rewrites paths
/// with it.
template <class Visit>
void for_each_field(Clause& clause, const Visit& visit) {
  for (auto& field : clause.fields) visit(field);
  for (auto& group : clause.or_groups) {
    for (auto& branch : group) for_each_field(branch, visit);
  }
}

}  // namespace alarum::rules
