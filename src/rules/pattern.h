#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/node.h"

namespace alarum::rules {

/// One alternative for a field: EventBridge's matchers (reference/standards.md §2).
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
  /// Literals as written (numbers too), and the operand of the text operators and cidr
  std::string text;
  /// Boolean literal; exists; of a string: `exactly`, never taken for an address
  bool flag = false;
  /// anything-but: its literals, or string literals for its nested forms
  std::vector<Predicate> operands;
  struct Bound {
    double value = 0;
    bool inclusive = false;
  };
  std::optional<Bound> low, high;  ///< numeric; `=` has both, inclusive
};

/// `path: [alternatives]`: fits when any leaf of the path fits any alternative.
struct FieldTest {
  std::string path;  ///< member names joined by dots
  std::vector<Predicate> any;
  Place place;
  /// Place in the document: of two tests of one path in a conjunction the later one holds
  std::uint32_t order = 0;
};

/// A conjunction: all `fields` hold and of each `or_groups` entry at least one branch holds; array
/// consistency spans all of it.
struct Clause {
  std::vector<FieldTest> fields;
  std::vector<std::vector<Clause>> or_groups;
};

/// Alternatives, any of which fits: a rule's `match` list. A plain EventBridge pattern has one.
struct Pattern {
  std::vector<Clause> alternatives;
};

/// One EventBridge event pattern from its tree (JSON or YAML). Every fault goes to `out` with its
/// place; nullopt when there is one. Strict: `$or` must be an array of at least two objects, no
/// reserved matcher names in its branches; at most 1,000 combinations.
std::optional<Clause> parse_pattern(const Node& node, Diagnostics& out);

/// A rule's `match`: a mapping (a bare scalar is a list of one; nested maps and dotted paths mean
/// the same), a string or a list of strings (short for `{type: […]}`), or a list of mappings (any
/// of them).
std::optional<Pattern> parse_match(const Node& node, Diagnostics& out);

/// Calls `visit(FieldTest&)` for every field of the pattern: how a loader checks and rewrites
/// paths.
template <class Visit>
void for_each_field(Clause& clause, const Visit& visit) {
  for (auto& field : clause.fields) visit(field);
  for (auto& group : clause.or_groups) {
    for (auto& branch : group) for_each_field(branch, visit);
  }
}

}  // namespace alarum::rules
