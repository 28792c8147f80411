#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "tools/backtest.h"

namespace alarum::tools {

/// For people: what is added (+), removed (-) and moved (~), alerts a day, pages a night, the
/// noisiest keys. `most`: each list of alerts is cut there, which is said.
std::string backtest_text(const BacktestReport& report, std::size_t most = SIZE_MAX);
/// For programs: one JSON object. `most`: the lists of alerts are cut there; `counts` has how many
/// there were.
std::string backtest_json(const BacktestReport& report, bool partial, std::size_t most = SIZE_MAX);

}  // namespace alarum::tools
