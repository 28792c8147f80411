#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/diagnostics.h"
#include "model/event.h"
#include "rules/rule_set.h"

namespace alarum::tools {

/// Measures which rules, and which alternatives of their patterns, the events of some tests reach.
/// A pattern is reached by an event that matches it. An alternative is reached by such an event if
/// one of its values matches that alternative. For `alarum test --coverage`. One thread.
class Coverage {
 public:
  /// Adds rules that should be reached. Several generations add up; a rule counts once, by its
  /// place in the file.
  void expect(const rules::RuleSet& rules);
  /// Takes an event of a test that runs under these rules.
  void take(const rules::RuleSet& rules, const model::Event& event);

  /// Something that no event reached.
  struct Gap {
    Place place;
    std::string rule;
    /// `match`: no event matches it; `match type "linkDown"`: no event that matches has this value
    std::string what;
  };
  struct Report {
    std::size_t rules = 0, rules_reached = 0;
    /// Alternatives, and whole `until` patterns, counted one by one
    std::size_t clauses = 0, clauses_reached = 0;
    std::vector<Gap> gaps;  ///< by place
  };
  Report report() const;

 private:
  using Key = std::tuple<std::string, int, int, std::string>;  // file, line, column, what
  struct Item {
    std::string rule, what;
    std::optional<Key> part_of;  ///< of an alternative: the pattern that it stands in
  };

  struct Asked;  // the conjunctions of one rule set, and a probe of them
  Asked& asked(const rules::RuleSet& rules);

  std::map<std::string, std::shared_ptr<Asked>> asked_;  // by the rules' hash
  std::map<Key, Item> wanted_;
  std::set<Key> reached_;
};

}  // namespace alarum::tools
