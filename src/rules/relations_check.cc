// Warnings about relations between rules that can never have an effect. They are no faults, but
// nobody writes them on purpose.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "rules/inventory.h"
#include "rules/rule_draft.h"

namespace alarum::rules {
namespace {

constexpr std::string_view kLabels = "data.labels.";

// The rules whose alerts a pattern names. It has been checked that each alternative names some.
std::set<std::string> alerts_of(const Rule& rule) {
  std::set<std::string> names;
  const auto add = [&](const Pattern& pattern) {
    for (const auto& clause : pattern.alternatives) {
      for (const auto& field : clause.fields) {
        if (field.path != "alert" && field.path != "alertname") continue;
        for (const auto& one : field.any) names.insert(one.text);
      }
    }
  };
  add(rule.match);
  for (const auto& step : rule.steps) add(step.pattern);
  return names;
}

bool never_there(const Rule& rule, const std::string& path) {
  const auto& all = rule.match.alternatives;
  return !all.empty() && std::ranges::all_of(all, [&](const Clause& clause) {
    return std::ranges::any_of(clause.fields, [&](const FieldTest& field) {
      return field.path == path && std::ranges::all_of(field.any, [](const Predicate& one) {
               return one.op == Predicate::Op::exists && !one.flag;
             });
    });
  });
}

class RelationsCheck {
 public:
  RelationsCheck(const std::vector<RuleDraft>& drafts, Diagnostics& out)
      : drafts_(drafts), out_(out) {
    for (const auto& draft : drafts) by_name_[draft.rule.alert] = &draft;
  }

  void run() {
    for (const auto& draft : drafts_) {
      if (!draft.enabled) continue;
      warn_of_inhibitors(draft);
      warn_of_annullers(draft);
      if (draft.rule.matches_alerts)
        warn_of_alerts(draft.rule);
      else
        warn_of_paths(
            draft.rule, [&](const std::string& path) { return never_there(draft.rule, path); },
            "\"match\" says that it is not there");
    }
  }

 private:
  bool is_disabled(const std::string& name) const {
    const auto found = by_name_.find(name);
    return found != by_name_.end() && !found->second->enabled;
  }

  void warn_of_inhibitors(const RuleDraft& draft) {
    for (const auto& name : draft.rule.inhibited_by) {
      if (is_disabled(name))
        out_.warning(draft.inhibited_by_place,
                     fmt::format("rule \"{}\" is never inhibited by \"{}\": that rule is disabled",
                                 draft.rule.alert, name));
    }
  }

  void warn_of_annullers(const RuleDraft& draft) {
    const auto& rule = draft.rule;
    for (const auto& name : rule.unless) {
      if (is_disabled(name)) {
        out_.warning(draft.unless_place,
                     fmt::format("rule \"{}\" is never annulled by \"{}\": that rule is disabled",
                                 rule.alert, name));
      } else if (const auto found = by_name_.find(name);
                 found != by_name_.end() && fires_with(found->second->rule, rule)) {
        out_.warning(draft.unless_place,
                     fmt::format("rule \"{}\" can never fire: every event that satisfies its "
                                 "\"match\" fires \"{}\", which annuls it",
                                 rule.alert, name));
      }
    }
  }

  // Whether every match of the rule also makes the annuller fire, before it and with the same
  // values.
  static bool fires_with(const Rule& annuller, const Rule& rule) {
    const bool plain = annuller.condition == Condition::each &&
                       annuller.delay == Duration::zero() && annuller.unless.empty() &&
                       !annuller.unmatched;
    return plain && !rule.unmatched && rule.matches_alerts == annuller.matches_alerts &&
           rule.condition != Condition::absent && covers(annuller.match, rule.match);
  }

  void warn_of_alerts(const Rule& rule) {
    const auto names = alerts_of(rule);
    if (names.empty()) return;
    if (std::ranges::all_of(names, [&](const auto& name) { return is_disabled(name); })) {
      return out_.warning(
          rule.place,
          fmt::format(
              "rule \"{}\" can never fire: the rules whose alerts it matches ({}) are disabled",
              rule.alert, fmt::join(names, ", ")));
    }
    std::set<std::string> labels{"alertname", "severity"};
    for (const auto& name : names) {
      const auto found = by_name_.find(name);
      if (found == by_name_.end()) return;  // posted or built-in: any label is possible
      add_labels(found->second->rule, labels);
    }
    warn_of_paths(
        rule, [&](const std::string& path) { return no_alert_has(path, labels); },
        fmt::format("no alert of {} has that label", fmt::join(names, ", ")));
  }

  static void add_labels(const Rule& rule, std::set<std::string>& labels) {
    if (rule.by_is_default) labels.insert("source");
    for (const auto& term : rule.by) labels.insert(term.label);
    for (const auto& [label, text] : rule.labels) labels.insert(label);
    for (const auto& name :
         rule.inventory ? rule.inventory->names() : std::vector<Inventory::Name>()) {
      if (name.label) labels.insert(name.text);
    }
  }

  // Follows engine::event_of(), which makes an event of an alert: labels are fields with their own
  // names. Names of extract and enrich may come from any of them.
  static bool no_alert_has(const std::string& path, const std::set<std::string>& labels) {
    static const std::set<std::string> kAlways{"id",       "source", "type",  "time",     "status",
                                               "severity", "format", "alert", "alertname"};
    if (path.starts_with('#') || path.starts_with("data.annotations.") || kAlways.contains(path))
      return false;
    return !labels.contains(path.starts_with(kLabels) ? path.substr(kLabels.size()) : path);
  }

  template <class Never>
  void warn_of_paths(const Rule& rule, const Never& never, const std::string& why) {
    for (const auto& term : rule.by) {
      if (rule.by_is_default || !never(term.path)) continue;
      out_.warning(rule.place,
                   fmt::format("rule \"{}\": \"by\" names \"{}\", which no match can have: {}",
                               rule.alert, term.path, why));
    }
    if (rule.condition == Condition::distinct && never(rule.distinct)) {
      out_.warning(rule.place, fmt::format("rule \"{}\" can never fire: it counts different values "
                                           "of \"{}\", which no match can have: {}",
                                           rule.alert, rule.distinct, why));
    }
  }

  const std::vector<RuleDraft>& drafts_;
  Diagnostics& out_;
  std::unordered_map<std::string, const RuleDraft*> by_name_;
};

}  // namespace

void check_relations(const std::vector<RuleDraft>& drafts, Diagnostics& out) {
  RelationsCheck(drafts, out).run();
}

}  // namespace alarum::rules
