#pragma once
#include <string>

#include "tools/backtest.h"

namespace alarum::cli {

/// For people: what is added (+), removed (-) and moved (~), alerts a day, pages a night, the
/// noisiest keys.
std::string backtest_text(const tools::BacktestReport& report);
/// For programs: one JSON object.
std::string backtest_json(const tools::BacktestReport& report, bool partial);

}  // namespace alarum::cli
