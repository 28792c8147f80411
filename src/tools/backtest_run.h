#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "journal/view.h"
#include "tools/backtest.h"

namespace alarum::tools {

/// What a backtest compares: the journal under the rules that were in force, and under others.
struct BacktestRequest {
  journal::JournalView& journal;
  engine::FindGeneration stored;  ///< the recorded rules, as PastEngine needs them
  FindHash hash_of;
  std::shared_ptr<const match::Generation> next;  ///< the rules to try
  Time since;                                     ///< records before it only fill the engines
  Time until = Time::max();                       ///< reading stops at the first record after it
  engine::DeliveryConfig delivery;                ///< whose messages are counted, on both sides
};

struct BacktestOutcome {
  BacktestReport report;
  model::Offset first = 0;          ///< where the journal begins
  std::vector<std::string> damage;  ///< places of the journal that could not be read
  /// Records are gone, or could not be read: what the report says is not all
  bool partial() const { return first > 0 || !damage.empty(); }
};

/// Called before each record; an error ends the run with that error.
using EachRecord = std::function<Result<void>(const model::Record&, const Backtest&)>;

/// Replays the whole journal through both. It takes no lock and writes nothing, so it may run
/// beside the daemon or within it. Blocks for as long as that takes. Errors: those of read_past()
/// and of `each`.
Result<BacktestOutcome> run_backtest(const BacktestRequest& request, const EachRecord& each);

}  // namespace alarum::tools
