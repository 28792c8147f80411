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

/// What became of one event of the past, found out by doing it again.
struct Explanation {
  model::Record record;                         ///< its payload is the event
  std::shared_ptr<const rules::RuleSet> rules;  ///< in force at that moment
  engine::SenderClocks::Reading reading;        ///< what its time was worth; by the wall clock here
  std::vector<RuleVerdict> verdicts;
  /// What it did to alerts, and what timers did that came due before it
  std::vector<model::Change> changes;
  std::vector<Remembered> remembered;  ///< by the rules that took it, right after it
};

/// Where the events are that have this id. Reads the whole journal.
Result<std::vector<model::Offset>> find_events(journal::JournalView& journal,
                                               const std::string& id);

/// Steps an engine up to the offset, from the newest checkpoint that can be used, else from the
/// journal's beginning, and explains the event there. Error `not_found`: there is no event at that
/// offset.
Result<Explanation> explain_at(journal::JournalView& journal, model::Offset offset,
                               const engine::FindGeneration& find, const FindHash& hash_of);

/// What became of the event's own time, where that is not what rules worked with or it is late: `
/// time 09:00 … taken as 09:21 …: …`. Else empty.
std::string time_text(const Explanation& explanation);
/// `{"said", "taken", "counts_as", "behind"}`; null where the event states none.
std::string time_json(const Explanation& explanation);

/// One line a rule (`+ LinkDown: matches`, `- NpuLost: type wants "x", saw "y"`), and what would
/// have to change below those that do not match; rules that share nothing with the event but missed
/// clauses are counted instead unless `all`.
std::string verdicts_text(const rules::RuleSet& rules, const std::vector<RuleVerdict>& verdicts,
                          bool all);
/// `[{"alert", "verdict": "none" or in words, "match": {"fits", "apart", "failed": [{"path",
/// "wanted", "seen", "place"}]}, "until": …}]`
std::string verdicts_json(const rules::RuleSet& rules, const std::vector<RuleVerdict>& verdicts);

}  // namespace alarum::tools
