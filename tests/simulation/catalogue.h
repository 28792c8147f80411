#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/time.h"

// The rules, configs and events that a life is made of; its seed chooses among them. Texts and
// plain values only, so that the model (model.h) can read them without any code of the engine.
namespace alarum::simulation {

/// A rule that the model understands. Its YAML is made from this value (rule_yaml()), so that the
/// text and what the model knows cannot differ.
struct SimpleRule {
  enum class Kind { plain, count, absent };
  std::string alert;
  Kind kind = Kind::plain;
  std::vector<std::string> match;       ///< event types
  std::vector<std::string> until = {};  ///< event types that end the alert
  /// Label, path: `subject`, or a member of the data (`data.npu`)
  std::vector<std::pair<std::string, std::string>> by = {{"subject", "subject"}};
  std::string severity = "warning";
  Duration resolve_after{};  ///< zero: it has none
  unsigned count = 0;        ///< for Kind::count
  Duration within{};         ///< for Kind::count
  Duration absent{};         ///< for Kind::absent
  friend bool operator==(const SimpleRule&, const SimpleRule&) = default;
};

/// The rule as an item of the list `rules` of a rule file.
std::string rule_yaml(const SimpleRule& rule);

/// A rule file. `complex`: the YAML of rules that the model does not understand; all checks but
/// check_model() hold for their alerts, too.
struct RuleSetText {
  std::string name;
  std::vector<SimpleRule> simple;
  std::string complex = {};
  std::string yaml = {};  ///< the whole file
};
/// The rule sets between which a life's reloads change.
const std::vector<RuleSetText>& rule_sets();
/// The rule sets of lives that begin with the data folder of an older version (old.h): that
/// folder's rules, and these with others added. No reload changes to them, so they are not among
/// rule_sets().
const std::vector<RuleSetText>& old_rule_sets();
constexpr const char* kOldRules = "old";
constexpr const char* kGrownRules = "grown";
/// The rule set of that name, of both lists; nullptr if there is none.
const RuleSetText* rule_set(std::string_view name);

/// The part of a config that says who is notified: `route`, `receivers` and what belongs to them.
/// Receivers are http://r0.sim/ to http://r3.sim/ and the file alerts.ndjson. Texts adds `data`,
/// `rules` and the like before it. All waits are 5 minutes at most, so that a life can wait for
/// them.
struct ConfigText {
  std::string name, yaml;
};
/// The configs between which a life's reloads change.
const std::vector<ConfigText>& configs();
/// The config of lives that begin with the data folder of an older version: its receiver, at other
/// addresses. Not among configs().
constexpr const char* kOldConfig = "old";
/// The config of that name, of all; nullptr if there is none.
const ConfigText* config_text(std::string_view name);

/// The receivers to which the routes of that config bring an alert, read from its text by hand.
std::set<std::string> receivers_of(std::string_view config, std::string_view alertname,
                                   std::string_view severity);

/// When the routes of that config send a reminder of an alert that still fires and is not
/// suppressed: `repeat` after the message before, or at the group's next `interval`. nullopt if it
/// takes hours. Read from the text by hand, as the next function.
struct Reminders {
  Duration repeat{}, interval{};
};
std::optional<Reminders> reminders_of(std::string_view config);

/// Whether a firing alert with the labels `source` inhibits one with the labels `target`, by the
/// `inhibit_rules` of that config. False for a target that is itself a source of the rule.
using LabelMap = std::map<std::string, std::string>;
bool is_inhibited(std::string_view config, const LabelMap& source, const LabelMap& target);

/// Whole files that a reload must reject.
const std::vector<std::string>& broken_rules();
const std::vector<std::string>& broken_configs();

/// An event before it has an id and a wire format. An empty text means that the event lacks it.
struct EventDraft {
  std::string source, type, subject;
  std::string data;  ///< a JSON object
  std::string severity, status;
  std::optional<Time> time;  ///< true time; a sender whose clock drifts adds its offset
};

/// A random event, which mostly matches one of the rules. `now`: true time. There are few subjects,
/// so that events meet in the same windows and alerts.
EventDraft draw_event(const RuleSetText& rules, Random& random, Time now);

/// A number in [0, bound); 0 if `bound` is 0. The same on every machine, which the distributions of
/// <random> do not promise.
inline std::size_t below(Random& random, std::size_t bound) {
  return bound == 0 ? 0 : static_cast<std::size_t>(random.next() % bound);
}
inline bool chance(Random& random, double share) {
  return random.share() < share;
}

}  // namespace alarum::simulation
