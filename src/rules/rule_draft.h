#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/node.h"
#include "rules/names.h"
#include "rules/rule.h"

namespace alarum::rules {

/// What a file's `defaults` say.
struct Defaults {
  model::Severity severity = model::Severity::warning;
  std::optional<Duration> resolve_after;
  std::vector<ByTerm> by;  ///< empty: the language's own default
};

/// A rule while it may still be overridden.
struct RuleDraft {
  Rule rule;
  const Names* names = nullptr;        ///< of its file
  const Defaults* defaults = nullptr;  ///< of its file
  bool enabled = true;
  bool resolve_after_written = false;  ///< in the rule or an override, not only in the defaults
  Place inhibited_by_place, unless_place, gather_place;
};

class Tables;

/// Where a rule stands: what its file and the other files have made known.
struct Surroundings {
  const Names& names;
  const Defaults& defaults;
  const Tables& tables;
  std::uint32_t scope = 0;
};

Defaults read_defaults(const Node& node, const Names& names, Diagnostics& out);

/// One entry of `rules`. nullopt when not even its name is known. Every fault goes to `out`.
std::optional<RuleDraft> read_rule(const Node& node, const Surroundings& around, Diagnostics& out);

/// One entry of `override` onto the rule that it names. Its `enrich` has been read: the names that
/// it makes are those of the rule's file.
void apply_override(const Node& name, const Node& entry, const Tables& tables, RuleDraft& draft,
                    Diagnostics& out);

/// Applies what the defaults say of ends; an error when the rule has none.
void settle_end(RuleDraft& draft, Diagnostics& out);

/// `count`, `distinct`, `absent`, `sequence` and what goes with them: at most one per rule. `by`
/// must be known before.
void read_condition(const Node& entry, RuleDraft& draft, const Tables& tables, Diagnostics& out);
/// Of these, what an override may change: numbers and durations of what the rule has.
void retune_condition(const Node& entry, RuleDraft& draft, const Tables& tables, Diagnostics& out);
/// `gather` and what goes with it, of a rule that has it: its members, `by`, `distinct`, `within`,
/// `wait`, `absorb`, `settle`, `updates`. False: it has none, and what belongs to it alone is an
/// error. Of an override: what it may change.
bool read_gather(const Node& entry, RuleDraft& draft, Diagnostics& out);
void retune_gather(const Node& entry, RuleDraft& draft, Diagnostics& out);
/// A name of `members.…` that the texts of a roll-up may use. An error where there is none of that
/// name, or the rule is no roll-up.
bool is_members_name(std::string_view name);
bool resolve_members_name(const std::string& name, const Place& place, RuleDraft& draft,
                          Diagnostics& out);
/// Unknown names in `gather`: an error where none is known, else a warning for each. Labels that no
/// member can have: a warning.
void check_gather(const std::vector<RuleDraft>& drafts, Diagnostics& out);

/// `for`, `keep_firing_for`, `max_keys`, `inhibited_by`, `unless`, `absorb`, `notify`, `annotate`:
/// of a rule or an override.
void read_behaviour(const Node& entry, RuleDraft& draft, Diagnostics& out);
/// The condition itself brings an end: a window drains, what was absent returns.
bool ends_by_condition(const Rule& rule);

/// An event that satisfies `match` is not the same rule's `until`: an error where no event is left
/// for `until`, a warning where that holds for one of its alternatives.
void check_until(const Rule& rule, Diagnostics& out);

/// Whether every event that fits `narrow` is certain to fit `wide`. False where that is not plain
/// to see.
bool covers(const Pattern& wide, const Pattern& narrow);

/// Which rules match the alerts of which, and which inhibit or annul which: unknown names and
/// circles are errors.
void settle_relations(std::vector<RuleDraft>& drafts, Diagnostics& out);

/// Warns of relations that can never come true: inhibited or annulled by a rule that is disabled,
/// annulled whatever comes, alerts of such rules alone, `by` of what no match can have.
void check_relations(const std::vector<RuleDraft>& drafts, Diagnostics& out);

/// Gives the rule the inventory, and decides whether its alerts are of one server each: not where
/// it counts different servers, nor where its `by` says of none which it is.
void settle_inventory(Rule& rule, const std::shared_ptr<const Inventory>& inventory);

/// Puts leaf paths in place of paths and names; tells whether `status` was among them.
bool resolve_paths(Pattern& pattern, const Names& names, Diagnostics& out);

/// `by`: a path, a list of paths and {label: path}, or a mapping of labels to paths.
std::vector<ByTerm> read_by(const Node& node, const Names& names, Diagnostics& out);

/// `severity`, `stage`, `summary`, `description`, `runbook` and `labels` of a rule or an override,
/// checked against what they may name. `by` and `labels` of the draft must be known before.
void read_severity(const Node& node, RuleDraft& draft, Diagnostics& out);
void read_labels(const Node& node, RuleDraft& draft, Diagnostics& out);
void read_texts(const Node& entry, RuleDraft& draft, Diagnostics& out);
/// Text that is made when the alert fires and whenever it matches again: it may name the alert's
/// own values as well.
std::optional<Template> read_annotation(const Node& node, std::string_view key, RuleDraft& draft,
                                        Diagnostics& out);

}  // namespace alarum::rules
