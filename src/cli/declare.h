#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace alarum::cli {

struct CommandText;

/// What a command line asks for; gives the exit code. Each add_…() declares commands, whose
/// callback sets it once the whole line was understood.
using Action = std::function<int()>;

/// Declares a command below `parent`. `example`: command lines that work, one a line.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& summary,
                      const std::string& example);
/// Declares `--url`: the daemon that is asked; empty where nothing is given (ClientSettings).
void add_url(CLI::App& command, std::string& url);
/// Declares `-o json`.
void add_json(CLI::App& command, bool& json);

/// `paths`, or the shipped rules where there are none.
std::vector<std::string> or_shipped(std::vector<std::string> paths);

/// `alerts`, `history`, `silence …`, `ack`, `unack`, `resolve`.
void add_alert_commands(CLI::App& app, Action& action);
/// `serve`, `send`, `dlq …`.
void add_daemon_commands(CLI::App& app, Action& action);
/// `check`, `test`, `match`, `bench …`, `template …`.
void add_rule_commands(CLI::App& app, Action& action);
/// `explain`, `backtest`, `rules …`, `ledger`, `import …`.
void add_tool_commands(CLI::App& app, Action& action);
/// `help`, `completions`, `man`: of `root`, which is filled once all is declared.
void add_help_commands(CLI::App& app, Action& action,
                       const std::shared_ptr<const CommandText>& root);

}  // namespace alarum::cli
