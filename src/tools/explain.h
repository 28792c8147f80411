#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engine/sender_clocks.h"
#include "journal/view.h"
#include "match/generation.h"
#include "tools/past.h"
#include "tools/remembered.h"
#include "tools/verdict.h"

namespace alarum::tools {

/// What the engine did with one recorded event, and why. It is found out by replaying.
struct Explanation {
  model::Record record;                         ///< its payload is the event
  std::shared_ptr<const rules::RuleSet> rules;  ///< those in force at its offset
  engine::SenderClocks::Reading reading;        ///< how the engine read the event's own time
  std::vector<RuleVerdict> verdicts;            ///< one for each rule
  /// The changes to alerts by the event, and by timers that were due before it
  std::vector<model::Change> changes;
  std::vector<Remembered> remembered;  ///< the state of the rules that took it, right after it
};

/// The offsets of the events that have this id. Reads the whole journal.
Result<std::vector<model::Offset>> find_events(journal::JournalView& journal,
                                               const std::string& id);

/// Replays the journal up to the offset, from the newest usable checkpoint or from the journal's
/// beginning, and explains the event there. Takes no lock, so it may run beside the daemon. Errors:
/// `not_found` if there is no event at that offset; those of reading the journal.
Result<Explanation> explain_at(journal::JournalView& journal, model::Offset offset,
                               const engine::FindGeneration& find, const FindHash& hash_of);

/// A line about the event's own time, if rules worked with another time or the event was late: `
/// time 09:00 … taken as 09:21 …: …`. Otherwise empty.
std::string time_text(const Explanation& explanation);
/// `{"said", "taken", "counts_as", "behind"}`; null if the event has no time of its own.
std::string time_json(const Explanation& explanation);

/// One line for each rule (`+ LinkDown: matches`, `- NpuLost: type wants "x", saw "y"`). Below a
/// rule that does not match it says what would have to change. Rules of which the event passes no
/// test are only counted, unless `all`.
std::string verdicts_text(const rules::RuleSet& rules, const std::vector<RuleVerdict>& verdicts,
                          bool all);
/// `[{"alert", "place", "verdict": "none" or in words, "near": whether it passes any test, "why":
/// the first test that failed, "match": {"fits", "no_single_element", "failed": [{"path",
/// "expected", "seen", "place"}]}, "until": …}]`. Without `all` only the rules that are near.
std::string verdicts_json(const rules::RuleSet& rules, const std::vector<RuleVerdict>& verdicts,
                          bool all = true);

}  // namespace alarum::tools
