#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/node.h"
#include "rules/names.h"
#include "rules/rule.h"

namespace alarum::rules {

/// The `defaults` section of a rule file.
struct Defaults {
  model::Severity severity = model::Severity::warning;
  std::optional<Duration> resolve_after;
  std::vector<ByTerm> by;  ///< empty: the language's own default
};

/// A rule during compilation, while overrides and defaults can still change it.
struct RuleDraft {
  Rule rule;
  const Names* names = nullptr;        ///< of its file; outlives the draft
  const Defaults* defaults = nullptr;  ///< of its file
  bool enabled = true;
  bool resolve_after_written = false;  ///< in the rule or an override, not only in the defaults
  Place inhibited_by_place, unless_place, gather_place;
};

class Tables;

/// What the reader of a rule may use: what its own file and all files have made known.
struct Surroundings {
  const Names& names;
  const Defaults& defaults;
  const Tables& tables;
  std::uint32_t scope = 0;
};

/// The functions below read one part of a rule file each. They run on the compiling thread. Every
/// fault goes to `out` with its place; the draft then has what could be read, and must not be used.
Defaults read_defaults(const Node& node, const Names& names, Diagnostics& out);

/// Reads one entry of `rules`. nullopt if it has no usable name.
std::optional<RuleDraft> read_rule(const Node& node, const Surroundings& around, Diagnostics& out);

/// Applies one entry of `override` to the rule that it names. The caller has read the entry's
/// `enrich` before: its names belong to the file of the rule.
void apply_override(const Node& name, const Node& entry, const Tables& tables, RuleDraft& draft,
                    Diagnostics& out);

/// Applies the default of `resolve_after`. An error if the rule then has no way to end.
void settle_end(RuleDraft& draft, Diagnostics& out);

/// The keys of conditions, and those that go with them: those that an override may have, or else
/// those that it may not.
std::vector<std::string> condition_keys(bool overridable);
/// Reads `count`, `distinct`, `absent` and `sequence` (a rule has at most one of them) and the keys
/// that go with them. `by` must have been read.
void read_condition(const Node& entry, RuleDraft& draft, const Tables& tables, Diagnostics& out);
/// Reads those of them that an override may change: numbers and durations of a condition that the
/// rule has.
void retune_condition(const Node& entry, RuleDraft& draft, const Tables& tables, Diagnostics& out);
/// Reads `gather` and the keys that go with it: `by`, `distinct`, `within`, `wait`, `absorb`,
/// `settle`, `updates`. False if the rule has no `gather`; keys that only a roll-up has are errors
/// then.
bool read_gather(const Node& entry, RuleDraft& draft, Diagnostics& out);
/// Reads those of them that an override may change.
void retune_gather(const Node& entry, RuleDraft& draft, Diagnostics& out);
/// Whether a name begins with `members.`, which only texts of a roll-up may use.
bool is_members_name(std::string_view name);
/// Resolves such a name. False and an error if there is no such name, or the rule is no roll-up.
bool resolve_members_name(const std::string& name, const Place& place, RuleDraft& draft,
                          Diagnostics& out);
/// Reports names in `gather` of which there is no rule: a warning for each, an error if none is
/// known. Warns if a `stage` would change with each member.
void check_gather(const std::vector<RuleDraft>& drafts, Diagnostics& out);

/// Reads `for`, `keep_firing_for`, `max_keys`, `inhibited_by`, `unless`, `absorb`, `notify` and
/// `annotate` of a rule or an override.
void read_behaviour(const Node& entry, RuleDraft& draft, Diagnostics& out);
/// Whether the condition itself ends the alert: the window of count or distinct drains, what was
/// absent arrives, or the rule is a sequence with an absent step.
bool ends_by_condition(const Rule& rule);

/// An event that fits `match` is never an `until` of the same rule. So it is an error if no event
/// is left for `until`, and a warning if none is left for one of its alternatives or values.
void check_until(const Rule& rule, Diagnostics& out);

/// Whether every event that fits `narrow` certainly fits `wide`. False if that is not certain.
bool covers(const Pattern& wide, const Pattern& narrow);

/// Resolves the names of other rules in `match`, `gather`, `inhibited_by` and `unless`. Circles are
/// errors. Unknown names are warnings, because another pack or a posted alert may have the name.
/// Sets `matches_alerts`, `Gather::rank` and `unless_depth`.
void settle_relations(std::vector<RuleDraft>& drafts, Diagnostics& out);

/// Warns of relations that can never have an effect: a rule that is inhibited or annulled by a
/// disabled rule, is always annulled, or matches alerts of disabled rules only; and a `by` path
/// that no match can have.
void check_relations(const std::vector<RuleDraft>& drafts, Diagnostics& out);

/// Gives the rule the inventory and decides `of_one_server`: false if the rule counts different
/// servers or if nothing in its `by` tells one server from another.
void settle_inventory(Rule& rule, const std::shared_ptr<const Inventory>& inventory);

/// Replaces the paths and names in a pattern by leaf paths. Returns whether `status` was among
/// them.
bool resolve_paths(Pattern& pattern, const Names& names, Diagnostics& out);

/// Reads `by`: a path, a list of paths and {label: path}, or a mapping of labels to paths; at most
/// 16 terms.
std::vector<ByTerm> read_by(const Node& node, const Names& names, Diagnostics& out);

/// Read `severity`, `labels`, and the texts `stage`, `summary`, `description` and `runbook` of a
/// rule or an override. They check which names the templates use. `by` and `labels` must have been
/// read before.
void read_severity(const Node& node, RuleDraft& draft, Diagnostics& out);
void read_labels(const Node& node, RuleDraft& draft, Diagnostics& out);
void read_texts(const Node& entry, RuleDraft& draft, Diagnostics& out);
/// Reads a text that is rendered when the alert fires and at every further match. It may also use
/// values of the alert itself (count, startsAt, …). nullopt after a fault.
std::optional<Template> read_annotation(const Node& node, std::string_view key, RuleDraft& draft,
                                        Diagnostics& out);

}  // namespace alarum::rules
