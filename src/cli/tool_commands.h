#pragma once
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace alarum::cli {

/// Declares `explain`, `backtest`, `rules`, `ledger` and `import`; what was asked for goes to
/// `action`. `shipped` gives the shipped rules for no paths.
void add_tool_commands(CLI::App& app, std::function<int()>& action,
                       std::vector<std::string> (*shipped)(std::vector<std::string>));

}  // namespace alarum::cli
