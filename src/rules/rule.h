#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/template.h"
#include "base/time.h"
#include "model/event.h"
#include "rules/pattern.h"

namespace alarum::rules {

/// One term of `by`: the label, and the path of its value (rewritten to a leaf path of FlatEvent).
struct ByTerm {
  std::string label;
  std::string path;
};

/// Alerts that the engine raises of its own: about a rule (its label `rule`), and one about all
/// senders whose clocks are wrong.
constexpr const char* kSourceSilent = "AlarumSourceSilent";
constexpr const char* kRuleDegraded = "AlarumRuleDegraded";
constexpr const char* kSenderClock = "AlarumSenderClock";
bool is_builtin(const std::string& alert);

constexpr std::uint64_t kDefaultMaxKeys = 1'000'000;

/// What of its matches makes a rule's condition true (RULES.md "At most one of these per rule").
enum class Condition : std::uint8_t {
  each = 1,
  count = 2,
  distinct = 3,
  absent = 4,
  sequence = 5,
  gather = 6
};

/// One step of a `sequence`.
struct Step {
  Pattern pattern;
  bool absent = false;  ///< it must not come
  bool names_status = false;
};

/// `annotate`: an event that fits and has the same `by` values adds texts to the firing alert.
struct Annotate {
  Pattern pattern;
  std::map<std::string, Template> texts;  ///< by annotation name
};

struct Table;
class Inventory;

/// `gather`: the rule is a roll-up, a state over the alerts of other rules that fire now.
struct Gather {
  std::vector<std::string> rules;  ///< whose alerts are its members, the most telling first
  /// Label of the roll-up, label of the members; empty: one roll-up of all
  std::vector<ByTerm> by;
  /// The members' label whose different values are counted; empty: `server`, else subject, source,
  /// key
  std::string distinct;
  /// How long a member is held back to see whether it begins
  Duration wait = std::chrono::seconds(20);
  bool absorb = true;  ///< false: members are listed, and notified as ever
  /// Partial recovery is announced when no member has joined or left for so long
  Duration settle = std::chrono::minutes(2);
  /// Ascending: growth to so many different values is announced
  std::vector<std::uint32_t> updates;
  std::uint32_t rank = 0;  ///< greater than that of every roll-up it gathers
};

/// One rule of the language (RULES.md), checked and with every path and name resolved. Immutable
/// once loaded.
struct Rule {
  std::string alert;  ///< unique name
  Place place;
  std::uint32_t scope = 0;  ///< index into RuleSet::scopes: the file it came from

  Pattern match;
  /// Satisfied by events that no other rule knows, and that fit `match` where there is one
  bool unmatched = false;
  /// Of `unmatched`: the pattern reads `format` itself, syslog is then not left out
  bool names_format = false;
  /// The pattern reads `alert`: it is fed the alerts of other rules, and nothing else
  bool matches_alerts = false;
  /// The pattern reads `status` itself: an event's `resolved` is then taken literally
  bool names_status = false;
  std::optional<Pattern> until;

  Condition condition = Condition::each;
  std::uint32_t threshold = 1;  ///< of count, distinct and gather: how many
  std::string distinct;         ///< leaf path whose values are counted
  Duration within{};            ///< of count, distinct, sequence; of gather: zero for no such limit
  /// Of count: matches that lie no further apart than this count once
  Duration apart{};
  /// Of count and distinct: a recovery takes nothing out of the window and ends nothing
  bool across_recoveries = false;
  Duration absent{};                    ///< of absent: how long nothing may be heard
  std::shared_ptr<const Table> expect;  ///< of absent: the members; nullptr: whoever was heard once
  /// Of absent: when more of the members than this fall silent together, one alert stands for all;
  /// 1: never
  double silent_share = 0.5;
  std::vector<Step> steps;  ///< of sequence; the first is not absent
  Duration delay{};         ///< `for`; zero: fires at once
  Duration hold{};          ///< keep_firing_for; zero: ends at once
  /// Keys remembered at once; a rule that needs more is degraded, alone
  std::uint64_t max_keys = kDefaultMaxKeys;

  std::optional<Gather> gather;  ///< of gather
  bool absorb = true;            ///< false: no roll-up holds its alerts back

  std::optional<Annotate> annotate;
  /// Rules whose alerts suppress this one's, where their `by` values are the same
  std::vector<std::string> inhibited_by;
  /// Rules whose firing alerts annul a match, where their `by` values are the same
  std::vector<std::string> unless;
  /// It is judged after rules of a lower one: 1 more than the deepest of `unless`; 0: it has none
  std::uint32_t unless_depth = 0;
  std::vector<std::string> notify;  ///< receivers in place of the route's; empty: the route's

  std::vector<ByTerm> by;      ///< never empty
  bool by_is_default = false;  ///< `subject`, or `source` where an event has none

  model::Severity severity = model::Severity::warning;
  /// What is none of our words falls back to `severity`
  std::optional<Template> severity_template;
  std::optional<Duration> resolve_after;
  std::optional<Template> stage, summary, description, runbook;
  std::map<std::string, Template> labels;

  /// What the names in the templates above stand for: a leaf path of FlatEvent. Names of the alert
  /// itself (alertname, severity, count, startsAt, `by` labels, `labels:`) are not in here.
  std::map<std::string, std::string> names;

  std::shared_ptr<const Inventory> inventory;  ///< the rule set's; nullptr: of no rule set
  /// Each of its alerts is of one server: it gets that server's labels and annotations, others what
  /// all theirs agree on
  bool of_one_server = true;
};

/// AlarumSourceSilent and AlarumRuleDegraded as rules: how they look. One instance for each rule
/// they are about.
const Rule& source_silent();
const Rule& rule_degraded();
/// AlarumSenderClock: one instance. It reads the leaves `clocks` (how many) and `senders` (who, and
/// how far off).
const Rule& sender_clock();

}  // namespace alarum::rules
