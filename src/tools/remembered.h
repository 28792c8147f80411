#pragma once
#include <string>
#include <vector>

#include "engine/engine.h"
#include "tools/verdict.h"

namespace alarum::tools {

/// The state of a rule for one key of an event, right after the event, and what that means.
struct Remembered {
  std::string alert, key;
  std::string says;  ///< `2 of 3 matches within 10m, at …: 1 more before … would fire`
  /// Event times in the window or sequence; empty for rules without one
  std::vector<Time> matches;
};

/// The states of all rules that took the event and did not simply fire: windows, sequences,
/// absence, `for`, and why a plain match or end changed nothing. `engine` has just processed the
/// event; `changes` is what that returned.
std::vector<Remembered> remembered(const engine::Engine& engine,
                                   const std::vector<RuleVerdict>& verdicts,
                                   const model::Record& record,
                                   const std::vector<model::Change>& changes);

/// The same for people, and for programs.
std::string remembered_text(const std::vector<Remembered>& all);
/// `[{"alert", "key", "says", "matches"}]`
std::string remembered_json(const std::vector<Remembered>& all);

}  // namespace alarum::tools
