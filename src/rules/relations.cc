// Relations between rules: whose alerts a rule matches, and which rules inhibit or annul it. The
// names must exist, and the relations must not form circles.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "rules/rule_draft.h"

namespace alarum::rules {
namespace {

bool reads_alert(const std::string& path) {
  return path == "alert" || path == "alertname";
}

// The rules that a clause names under `alert`. nullopt if it names none, or not by plain names.
std::optional<std::vector<std::string>> named_by(const Clause& clause) {
  std::optional<std::vector<std::string>> names;
  for (const auto& field : clause.fields) {
    if (!reads_alert(field.path)) continue;
    names.emplace();
    for (const auto& one : field.any) {
      if (one.op != Predicate::Op::string) return std::nullopt;
      names->push_back(one.text);
    }
  }
  return names;
}

bool names_alert(const Pattern& pattern) {
  bool found = false;
  for (const auto& clause : pattern.alternatives) {
    auto copy = clause;
    for_each_field(copy, [&](FieldTest& field) { found |= reads_alert(field.path); });
  }
  return found;
}

class Relations {
 public:
  Relations(std::vector<RuleDraft>& drafts, Diagnostics& out) : drafts_(drafts), out_(out) {
    for (std::size_t i = 0; i < drafts.size(); ++i) numbers_[drafts[i].rule.alert] = i;
  }

  void run() {
    matched_.resize(drafts_.size());
    fed_.resize(drafts_.size());
    inhibitors_.resize(drafts_.size());
    annullers_.resize(drafts_.size());
    for (std::size_t i = 0; i < drafts_.size(); ++i) read(i);
    const auto errors = out_.error_count();
    refuse_circles(matched_, "match", "rule \"{}\" matches its own alerts: {}");
    if (out_.error_count() == errors)
      refuse_circles(fed_, "gather", "rule \"{}\" gathers its own alerts: {}");
    for (std::size_t i = 0; i < drafts_.size(); ++i) {
      if (drafts_[i].rule.gather) drafts_[i].rule.gather->rank = rank_of(i);
    }
    refuse_circles(inhibitors_, "inhibited_by", "rule \"{}\" would inhibit itself: {}");
    settle_unless();
  }

 private:
  void read(std::size_t i) {
    auto& rule = drafts_[i].rule;
    rule.matches_alerts = names_alert(rule.match) ||
                          std::any_of(rule.steps.begin(), rule.steps.end(),
                                      [](const Step& s) { return names_alert(s.pattern); });
    if (rule.matches_alerts && rule.unmatched) {
      out_.error(rule.place, fmt::format("rule \"{}\" has \"unmatched\" and matches alerts: it is "
                                         "satisfied by events only, leave one of them out",
                                         rule.alert));
    }
    if (rule.matches_alerts) {
      read_alerts(i, rule.match);
      for (const auto& step : rule.steps) read_alerts(i, step.pattern);
    } else {
      refuse_alert_paths(rule);
    }
    if (rule.gather) read_members(i);
    // Only warnings: a name may belong to a pack that is not loaded, and a misspelt name leads to a
    // notification too many and never to silence.
    for (const auto& name : rule.inhibited_by)
      link(inhibitors_[i], name, drafts_[i].inhibited_by_place, true);
    for (const auto& name : rule.unless) link(annullers_[i], name, drafts_[i].unless_place, true);
  }

  // A circle may also lead over alerts that a rule matches: the rule would annul what feeds it.
  // Annulling rules are evaluated before those that they annul.
  void settle_unless() {
    auto all = annullers_;
    const auto before = out_.error_count();
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i].insert(all[i].end(), fed_[i].begin(), fed_[i].end());
    if (std::ranges::all_of(annullers_, [](const auto& one) { return one.empty(); })) return;
    refuse_circles(all, "unless", "rule \"{}\" would annul itself: {}");
    if (out_.error_count() > before) return;
    std::vector<std::uint32_t> depths(drafts_.size(), 0);
    const std::function<std::uint32_t(std::size_t)> depth = [&](std::size_t i) {
      if (depths[i] > 0) return depths[i];
      for (const auto next : annullers_[i]) depths[i] = std::max(depths[i], 1 + depth(next));
      return depths[i];
    };
    for (std::size_t i = 0; i < drafts_.size(); ++i) drafts_[i].rule.unless_depth = depth(i);
  }

  void read_members(std::size_t i) {
    for (const auto& name : drafts_[i].rule.gather->rules) {
      if (const auto found = numbers_.find(name); found != numbers_.end())
        fed_[i].push_back(found->second);
    }
  }

  // The greatest number of roll-ups below it, also with rules in between that match alerts. Circles
  // are errors already, so they need no rank.
  std::uint32_t rank_of(std::size_t i) {
    if (ranks_.empty()) ranks_.resize(drafts_.size());
    auto& rank = ranks_[i];
    if (rank) return *rank;
    rank = 0;
    std::uint32_t most = 0;
    for (const auto* edges : {&fed_[i], &matched_[i]}) {
      for (const auto below : *edges) most = std::max(most, rank_of(below) + 1);
    }
    return *(ranks_[i] = most);
  }

  void read_alerts(std::size_t i, const Pattern& pattern) {
    for (const auto& clause : pattern.alternatives) {
      const auto names = named_by(clause);
      if (!names) {
        out_.error(drafts_[i].rule.place,
                   fmt::format("rule \"{}\" matches alerts: each of its patterns must say of which "
                               "rules, by their names, as in "
                               "{{alert: [GpuLost, LinkDown]}}",
                               drafts_[i].rule.alert));
        continue;
      }
      for (const auto& name : *names) link(matched_[i], name, clause.fields.front().place, true);
      if (!drafts_[i].rule.gather) fed_[i] = matched_[i];
    }
  }

  void refuse_alert_paths(const Rule& rule) {
    bool found = reads_alert(rule.distinct) || (rule.until && names_alert(*rule.until)) ||
                 (rule.annotate && names_alert(rule.annotate->pattern));
    for (const auto& term : rule.by) found |= reads_alert(term.path);
    for (const auto& [name, path] : rule.names) found |= reads_alert(path);
    if (found)
      out_.error(rule.place, fmt::format("rule \"{}\" reads \"alert\", but does not match alerts: "
                                         "add it to \"match\", as in match: {{alert: GpuLost}}",
                                         rule.alert));
  }

  void link(std::vector<std::size_t>& to, const std::string& name, const Place& place,
            bool may_be_missing = false) {
    if (const auto found = numbers_.find(name); found != numbers_.end())
      return to.push_back(found->second);
    if (is_builtin(name)) return;
    std::vector<std::string> names;
    for (const auto& draft : drafts_) names.push_back(draft.rule.alert);
    const auto text = fmt::format("there is no rule \"{}\"{}", name, did_you_mean(name, names));
    // An alert with this name may be posted to the API, or belong to another pack.
    may_be_missing ? out_.warning(place, text) : out_.error(place, text);
  }

  // Depth-first search. Each circle is reported once, at the rule in it that is met first.
  void refuse_circles(const std::vector<std::vector<std::size_t>>& edges, const char* key,
                      fmt::string_view message) {
    enum class State { fresh, open, done };
    std::vector<State> states(edges.size(), State::fresh);
    std::vector<std::size_t> path;
    const std::function<void(std::size_t)> visit = [&](std::size_t i) {
      states[i] = State::open;
      path.push_back(i);
      for (const auto next : edges[i]) {
        if (states[next] == State::fresh)
          visit(next);
        else if (states[next] == State::open)
          tell(path, next, key, message);
      }
      path.pop_back();
      states[i] = State::done;
    };
    for (std::size_t i = 0; i < edges.size(); ++i) {
      if (states[i] == State::fresh) visit(i);
    }
  }

  void tell(const std::vector<std::size_t>& path, std::size_t first, const char* key,
            fmt::string_view message) {
    std::string circle;
    for (auto it = std::find(path.begin(), path.end(), first); it != path.end(); ++it)
      circle += drafts_[*it].rule.alert + " -> ";
    const auto& rule = drafts_[first].rule;
    out_.error(rule.place, fmt::format(fmt::runtime(message), rule.alert,
                                       fmt::format("{}{} (by \"{}\")", circle, rule.alert, key)));
  }

  std::vector<RuleDraft>& drafts_;
  Diagnostics& out_;
  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<std::vector<std::size_t>> matched_, inhibitors_, annullers_;
  // Edges to the members of a roll-up; for other rules the same as matched_.
  std::vector<std::vector<std::size_t>> fed_;
  std::vector<std::optional<std::uint32_t>> ranks_;  // by rule; see rank_of()
};

}  // namespace

void settle_relations(std::vector<RuleDraft>& drafts, Diagnostics& out) {
  Relations(drafts, out).run();
}

}  // namespace alarum::rules
