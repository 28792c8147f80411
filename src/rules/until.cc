// An event that fits `match` is never an `until` of the same rule. These checks find an `until` for
// which no event is left.
#include <fmt/format.h>

#include <algorithm>

#include "rules/rule_draft.h"

namespace alarum::rules {
namespace {

using Op = Predicate::Op;

bool same_bound(const std::optional<Predicate::Bound>& a,
                const std::optional<Predicate::Bound>& b) {
  return a.has_value() == b.has_value() &&
         (!a || (a->value == b->value && a->inclusive == b->inclusive));
}

bool same(const Predicate& a, const Predicate& b) {
  return a.op == b.op && a.text == b.text && a.flag == b.flag && same_bound(a.low, b.low) &&
         same_bound(a.high, b.high) &&
         std::equal(a.operands.begin(), a.operands.end(), b.operands.begin(), b.operands.end(),
                    same);
}

// Whether a literal accepts one text only. A literal that is an address accepts each of its
// spellings.
bool one_text(const Predicate& one) {
  return one.op == Op::string &&
         (one.flag ||
          one.text.find_first_not_of("0123456789abcdefABCDEF.:/[]") != std::string::npos);
}

// Whether everything that passes `narrow` certainly passes `wide`. False if that is not certain.
bool covers(const Predicate& wide, const Predicate& narrow) {
  if (same(wide, narrow)) return true;
  const bool text = one_text(narrow);
  switch (wide.op) {
    case Op::prefix:
      return (text || narrow.op == Op::prefix) && narrow.text.starts_with(wide.text);
    case Op::suffix:
      return (text || narrow.op == Op::suffix) && narrow.text.ends_with(wide.text);
    case Op::exists:
      return wide.flag && (narrow.op == Op::string || narrow.op == Op::prefix ||
                           narrow.op == Op::suffix || narrow.op == Op::wildcard);
    default:
      return false;
  }
}

bool covers(const std::vector<Predicate>& wide, const std::vector<Predicate>& narrow) {
  return std::ranges::all_of(narrow, [&](const Predicate& one) {
    return std::ranges::any_of(wide, [&](const Predicate& other) { return covers(other, one); });
  });
}

// The test of a path. The later of two counts.
const FieldTest* test_of(const Clause& clause, const std::string& path) {
  const FieldTest* found = nullptr;
  for (const auto& field : clause.fields) {
    if (field.path == path && (!found || field.order >= found->order)) found = &field;
  }
  return found;
}

bool covers(const Clause& wide, const Clause& narrow) {
  if (!wide.or_groups.empty()) return false;
  return std::ranges::all_of(wide.fields, [&](const FieldTest& field) {
    const auto* test = test_of(narrow, field.path);
    return test && covers(field.any, test->any);
  });
}

bool may_say_resolved(const FieldTest& status) {
  return std::ranges::any_of(status.any, [](const Predicate& one) {
    return one.op != Op::string || one.text == "resolved";
  });
}

// Whether every event that fits the clause is a fault of the rule. An event that is resolved is no
// fault, unless the rule reads the status itself.
bool is_fault(const Rule& rule, const Clause& until) {
  const auto* status = test_of(until, "status");
  if (!rule.names_status && status && may_say_resolved(*status)) return false;
  return std::ranges::any_of(rule.match.alternatives,
                             [&](const Clause& match) { return covers(match, until); });
}

constexpr const char* kFix =
    "such an event is the fault, not its end. Say what differs when it is over, as in until: "
    "{type: …, status: resolved}";

// Finds single values of a list that can never end the alert. The other values still can, so these
// are warnings.
void warn_of_values(const Rule& rule, const Clause& until, Diagnostics& out) {
  for (std::size_t i = 0; i < until.fields.size(); ++i) {
    const auto& field = until.fields[i];
    for (std::size_t k = 0; field.any.size() > 1 && k < field.any.size(); ++k) {
      auto one = until;
      one.fields[i].any = {field.any[k]};
      if (is_fault(rule, one))
        out.warning(field.place, fmt::format("rule \"{}\": \"{}\" of \"until\" never ends it: what "
                                             "has that satisfies \"match\" as well; {}",
                                             rule.alert, field.any[k].text, kFix));
    }
  }
}

}  // namespace

bool covers(const Pattern& wide, const Pattern& narrow) {
  const auto any = [&](const Clause& one) {
    return std::ranges::any_of(wide.alternatives,
                               [&](const Clause& other) { return covers(other, one); });
  };
  return !narrow.alternatives.empty() && std::ranges::all_of(narrow.alternatives, any);
}

void check_until(const Rule& rule, Diagnostics& out) {
  if (rule.until && rule.across_recoveries) {
    out.error(
        rule.place,
        fmt::format("rule \"{}\" has \"until\" and \"across_recoveries\", with which no recovery "
                    "ends it: it ends when its window has drained, leave one of them out",
                    rule.alert));
  }
  if (!rule.until || rule.until->alternatives.empty()) return;
  const auto& all = rule.until->alternatives;
  const auto faults =
      std::ranges::count_if(all, [&](const Clause& until) { return is_fault(rule, until); });
  if (static_cast<std::size_t>(faults) == all.size()) {
    return out.error(rule.place, fmt::format("rule \"{}\": \"until\" can never apply: every event "
                                             "that satisfies it satisfies \"match\" as well; {}",
                                             rule.alert, kFix));
  }
  for (const auto& until : all) {
    if (!is_fault(rule, until))
      warn_of_values(rule, until, out);
    else
      out.warning(rule.place,
                  fmt::format("rule \"{}\": an alternative of \"until\" never applies: every event "
                              "that satisfies it satisfies \"match\" as well; {}",
                              rule.alert, kFix));
  }
}

}  // namespace alarum::rules
