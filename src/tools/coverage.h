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

/// Which rules and which alternatives of which clauses the events of some tests reach. A clause is
/// reached by an event that its whole conjunction fits, an alternative by a value of such an event
/// that it lets pass.
class Coverage {
 public:
  /// The rules that are to be reached; several generations add up (a rule counts once, by its
  /// place).
  void expect(const rules::RuleSet& rules);
  void take(const rules::RuleSet& rules, const model::Event& event);

  struct Gap {
    Place place;
    std::string rule;
    /// `match`: no event fits it; `match type "linkDown"`: no event that fits has it
    std::string what;
  };
  struct Report {
    std::size_t rules = 0, rules_reached = 0;
    /// Alternatives of clauses and whole `until`s, one by one
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
