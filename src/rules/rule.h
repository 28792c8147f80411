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

/// One term of `by`: a label of the alert, and the path of its value (a leaf path of FlatEvent).
struct ByTerm {
  std::string label;
  std::string path;
};

/// Alerts that the engine raises itself. The first two are about a rule (their label `rule`). The
/// third is about all senders whose clocks are wrong. Rules may not have these names.
constexpr const char* kSourceSilent = "AlarumSourceSilent";
constexpr const char* kRuleDegraded = "AlarumRuleDegraded";
constexpr const char* kSenderClock = "AlarumSenderClock";
bool is_builtin(const std::string& alert);

/// The default of `max_keys`; 1 to 100,000,000 may be written.
constexpr std::uint64_t kDefaultMaxKeys = 1'000'000;

/// Which matches make a rule's condition true; a rule has one of these (docs/rules.md). `each`:
/// every match alone. The numbers are on disk and must not change.
enum class Condition : std::uint8_t {
  each = 1,
  count = 2,
  distinct = 3,
  absent = 4,
  sequence = 5,
  gather = 6
};

/// One step of a `sequence`; at most 16.
struct Step {
  Pattern pattern;
  bool absent = false;        ///< an event that fits breaks the sequence
  bool names_status = false;  ///< as Rule::names_status, for this pattern
};

/// `annotate`: an event that fits and has the same `by` values as a firing alert adds texts to it.
struct Annotate {
  Pattern pattern;
  std::map<std::string, Template> texts;  ///< by annotation name
};

struct Table;
class Inventory;

/// `gather`: the rule is a roll-up. It does not match events: its condition is about the alerts of
/// other rules that fire at present.
struct Gather {
  /// Alerts of these rules are its members. The first name is the most telling one.
  std::vector<std::string> rules;
  /// The roll-up's label and the members' label that gives its value. Empty: one roll-up for all
  /// members.
  std::vector<ByTerm> by;
  /// The label of members whose different values are counted against Rule::threshold. Empty:
  /// `server`, or else subject, source, or the key.
  std::string distinct;
  /// How long notifications about a new member wait for the roll-up to fire.
  Duration wait = std::chrono::seconds(20);
  bool absorb = true;  ///< false: members are listed, and notified as usual
  /// Partial recovery is announced when no member has joined or left for this long.
  Duration settle = std::chrono::minutes(2);
  /// Ascending: when there are this many different values, the growth is announced.
  std::vector<std::uint32_t> updates;
  std::uint32_t rank = 0;  ///< above the rank of every roll-up among its members
};

/// One rule of the language (docs/rules.md) after compilation: checked, and with every path and
/// name resolved. Owned by a RuleSet, immutable, shared by all threads.
struct Rule {
  std::string alert;  ///< the name, unique in the set
  Place place;
  std::uint32_t scope = 0;  ///< its file: an index into RuleSet::scopes

  Pattern match;
  /// It gets events that no other rule knows, if they fit `match` where there is one.
  bool unmatched = false;
  /// Of `unmatched`: the pattern reads `format`, so lines of syslog are not left out.
  bool names_format = false;
  /// The pattern reads `alert`: the rule gets alerts of other rules and nothing else.
  bool matches_alerts = false;
  /// The pattern reads `status`. Then an event with status `resolved` is not taken for an end.
  bool names_status = false;
  std::optional<Pattern> until;

  Condition condition = Condition::each;
  /// Of count, distinct and gather: how many are needed. At most 100,000.
  std::uint32_t threshold = 1;
  std::string distinct;  ///< of distinct: the path whose different values are counted
  /// The window of count, distinct and sequence. Of gather: zero means no window.
  Duration within{};
  /// Of count: matches that are no further apart than this count as one.
  Duration apart{};
  /// Of count and distinct: a recovery does not remove matches from the window and ends nothing.
  bool across_recoveries = false;
  Duration absent{};  ///< of absent: how long a key must be silent
  /// Of absent: the keys that must be heard. nullptr: every key that was heard once.
  std::shared_ptr<const Table> expect;
  /// Of absent: if more than this part of the keys falls silent together, one alert (kSourceSilent)
  /// stands for all of them. 1 means never.
  double silent_share = 0.5;
  std::vector<Step> steps;  ///< of sequence; the first step is not absent
  Duration delay{};         ///< `for`: how long it must stay true; zero: fires at once
  Duration hold{};          ///< `keep_firing_for`; zero: ends at once
  /// How many keys the rule may remember. If it needs more, new keys are refused and counted, and
  /// kRuleDegraded fires; other rules are not affected.
  std::uint64_t max_keys = kDefaultMaxKeys;

  std::optional<Gather> gather;  ///< of gather
  bool absorb = true;            ///< false: no roll-up suppresses its alerts

  std::optional<Annotate> annotate;
  /// While an alert of one of these rules fires with the same `by` values, people are not notified.
  std::vector<std::string> inhibited_by;
  /// While an alert of one of these rules fires with the same `by` values, a match does not count.
  std::vector<std::string> unless;
  /// The order within one record: rules with a lower depth are evaluated first. 0 without `unless`,
  /// otherwise one more than the deepest rule in it.
  std::uint32_t unless_depth = 0;
  /// Receivers instead of those of the route; empty: the route decides.
  std::vector<std::string> notify;

  std::vector<ByTerm> by;  ///< never empty
  /// Nothing was written: `subject`, or `source` for an event without one.
  bool by_is_default = false;

  model::Severity severity = model::Severity::warning;
  /// If the text is not one of the five words, `severity` is used.
  std::optional<Template> severity_template;
  /// The alert ends when this long has passed without a match; nullopt: never by time.
  std::optional<Duration> resolve_after;
  std::optional<Template> stage, summary, description, runbook;
  std::map<std::string, Template> labels;

  /// The leaf path of each name in the templates above. Names of the alert itself (alertname,
  /// severity, count, startsAt, labels) are not in here, because they are read from the alert.
  std::map<std::string, std::string> names;

  /// That of the rule set; nullptr for the built-in rules.
  std::shared_ptr<const Inventory> inventory;
  /// Each of its alerts is about one server and gets that server's labels and annotations.
  /// Otherwise an alert gets those on which all its servers agree.
  bool of_one_server = true;
};

/// How the built-in alerts look, as rules. The objects live as long as the process. source_silent()
/// and rule_degraded() have one instance for each rule that they are about.
const Rule& source_silent();
const Rule& rule_degraded();
/// Has one instance. It reads the leaves `clocks` (how many clocks are wrong) and `senders` (whose,
/// and by how much).
const Rule& sender_clock();

}  // namespace alarum::rules
