#include "tools/backtest_run.h"

namespace alarum::tools {

Result<BacktestOutcome> run_backtest(const BacktestRequest& request, const EachRecord& each) {
  const auto first = first_offset(request.journal);
  if (!first) return std::unexpected(first.error());
  Backtest backtest(request.stored, request.hash_of, request.next, request.since, request.delivery);
  const auto read =
      read_past(request.journal, *first, [&](const model::Record& record) -> Result<bool> {
        if (record.arrived() > request.until) return false;
        if (auto go_on = each(record, backtest); !go_on) return std::unexpected(go_on.error());
        if (auto done = backtest.step(record); !done) return std::unexpected(done.error());
        return true;
      });
  if (!read) return std::unexpected(read.error());
  return BacktestOutcome{backtest.report(), *first, read->damage};
}

}  // namespace alarum::tools
