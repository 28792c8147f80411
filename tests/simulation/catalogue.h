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

// What a life picks from by its seed: rules, configs, and the events that make something of them.
// Texts and plain values only, so that the model (model.h) can read them without any code of the
// engine.
namespace alarum::simulation {

/// A rule that the model understands. Its YAML is made from it (rule_yaml()), so that the text and
/// what the model knows cannot part.
struct SimpleRule {
  enum class Kind { plain, count, absent };
  std::string alert;
  Kind kind = Kind::plain;
  std::vector<std::string> match;  ///< types
  std::vector<std::string> until = {};
  /// Label, path: `subject`, or a member of the data (`data.npu`)
  std::vector<std::pair<std::string, std::string>> by = {{"subject", "subject"}};
  std::string severity = "warning";
  Duration resolve_after{};  ///< zero: it has none
  unsigned count = 0;        ///< of `count`
  Duration within{};
  Duration absent{};  ///< of `absent`
  friend bool operator==(const SimpleRule&, const SimpleRule&) = default;
};

std::string rule_yaml(const SimpleRule& rule);

/// A rule file. `complex`: the YAML of rules that the model leaves out; the promises hold for their
/// alerts too.
struct RuleSetText {
  std::string name;
  std::vector<SimpleRule> simple;
  std::string complex = {};
  std::string yaml = {};  ///< the whole file
};
const std::vector<RuleSetText>& rule_sets();
/// Of lives that begin with an older alarum's folder (old.h): its rules, and these with others.
/// Nobody changes to them, so that they are not among those above.
const std::vector<RuleSetText>& old_rule_sets();
constexpr const char* kOldRules = "old";
constexpr const char* kGrownRules = "grown";
/// Of all of them; nullptr: there is none of that name.
const RuleSetText* rule_set(std::string_view name);

/// The part of a config that says who is notified: `route`, `receivers` and what belongs to them.
/// Receivers are http://r0.sim/ to http://r3.sim/ and the file alerts.ndjson; whoever reads it puts
/// `data`, `rules` and the like before it. All waits are 5 minutes at most.
struct ConfigText {
  std::string name, yaml;
};
const std::vector<ConfigText>& configs();
/// Of lives that begin with an older alarum's folder: its receiver, at other addresses. Not among
/// those above.
constexpr const char* kOldConfig = "old";
/// Of all of them; nullptr: there is none of that name.
const ConfigText* config_text(std::string_view name);

/// The receivers to which the routes of that config bring an alert, read from its text by hand.
std::set<std::string> receivers_of(std::string_view config, std::string_view alertname,
                                   std::string_view severity);

/// When the routes of that config remind of what fires on and is not kept back: that long after the
/// message before, or at the group's next tick; nullopt: after hours.
struct Reminders {
  Duration repeat{}, interval{};
};
std::optional<Reminders> reminders_of(std::string_view config);

/// Whether a firing alert with the first labels keeps one with the second back, by the
/// `inhibit_rules` of that config, read by hand. Of those that the rules would hold for sources as
/// well: false.
using LabelMap = std::map<std::string, std::string>;
bool is_inhibited(std::string_view config, const LabelMap& source, const LabelMap& target);

/// What a reload must refuse, each with all that it says.
const std::vector<std::string>& broken_rules();
const std::vector<std::string>& broken_configs();

/// An event before it has an id and a wire format. Empty: it does not say.
struct EventDraft {
  std::string source, type, subject;
  std::string data;  ///< a JSON object
  std::string severity, status;
  std::optional<Time> time;  ///< true time; a sender whose clock drifts adds its offset
};

/// An event that one of the rules has a use for, mostly; `now` by a clock that is right. Few
/// subjects, so that events meet.
EventDraft draw_event(const RuleSetText& rules, Random& random, Time now);

/// The same number for the same draws, on every machine.
inline std::size_t below(Random& random, std::size_t bound) {
  return bound == 0 ? 0 : static_cast<std::size_t>(random.next() % bound);
}
inline bool chance(Random& random, double share) {
  return random.share() < share;
}

}  // namespace alarum::simulation
