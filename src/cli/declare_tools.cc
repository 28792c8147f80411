#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/backtest_command.h"
#include "cli/declare.h"
#include "cli/explain_command.h"
#include "cli/import_command.h"
#include "cli/ledger_command.h"
#include "cli/rules_command.h"

namespace alarum::cli {
namespace {

// What all of them read.
template <class Options>
void add_data(CLI::App& command, const std::shared_ptr<Options>& options) {
  command.add_option(
      "--data", options->data,
      "folder of journal and book (as the config says, else ./var); a daemon may be running on it");
  command.add_option("--config", options->config, "config file")->check(CLI::ExistingFile);
  command
      .add_option_function<std::string>(
          "-o", [options](const std::string&) { options->json = true; }, "json: for programs")
      ->check(CLI::IsMember({"json"}));
}

void add_explain(CLI::App& app, Action& action) {
  auto* command = add_command(
      app, "explain",
      "what each rule decided about an event and why, what resulted, and who was notified",
      "alarum explain e2\nalarum explain --event event.json --rules rules/");
  auto options = std::make_shared<ExplainOptions>();
  auto* id = command->add_option("ID", options->id, "the id of an event or of an alert");
  auto* event = command->add_option("--event", options->event,
                                    "a file with one structured CloudEvent, - for standard input: "
                                    "under --rules, without the past");
  auto* rules = command->add_option("--rules", options->rules,
                                    "for --event: rule files and folders (the shipped ones)");
  command
      ->add_option("--inventory", options->inventory,
                   "for --event: in place of the file that the rules' \"inventory\" names")
      ->check(CLI::ExistingFile)
      ->needs(event);
  command->add_flag("--all", options->all, "also the rules of which nothing fits");
  add_data(*command, options);
  event->excludes(id);
  rules->needs(event);
  command->callback([options, &action] {
    if (options->id.empty() && options->event.empty())
      throw CLI::RequiredError("explain: an ID or --event");
    if (!options->event.empty()) options->rules = or_shipped(options->rules);
    action = [options] { return explain_command(*options, std::cin, std::cout, std::cerr); };
  });
}

void add_backtest(CLI::App& app, Action& action) {
  auto* command = add_command(app, "backtest",
                              "what other rules would have made of the past; without "
                              "--rules: replays it and compares with the history",
                              "alarum backtest --rules new/ --since 7d");
  auto options = std::make_shared<BacktestOptions>();
  auto since = std::make_shared<std::string>();
  auto* rules = command->add_option("--rules", options->rules, "the new rule files and folders");
  command
      ->add_option("--inventory", options->inventory,
                   "with --rules: in place of the file that their \"inventory\" names")
      ->check(CLI::ExistingFile)
      ->needs(rules);
  command->add_option("--since", *since, "how far back: 7d (as far as the journal reaches)");
  add_data(*command, options);
  command->callback([options, since, &action] {
    if (!since->empty()) {
      auto length = parse_duration(*since);
      if (!length) throw CLI::ValidationError("--since", length.error().message);
      options->since = *length;
    }
    options->progress = isatty(STDERR_FILENO) != 0;
    action = [options] { return backtest_command(*options, std::cout, std::cerr); };
  });
}

void add_rules(CLI::App& app, Action& action) {
  auto* command = add_command(app, "rules", "the rules in force, and what a reload would do",
                              "alarum rules ls");
  command->require_subcommand(1);
  auto options = std::make_shared<RulesOptions>();
  auto* ls = add_command(*command, "ls", "the rules in force, and how many alerts of each fire",
                         "alarum rules ls");
  add_data(*ls, options);
  ls->callback([options, &action] {
    action = [options] { return rules_ls_command(*options, std::cout, std::cerr); };
  });
  auto* plan =
      add_command(*command, "plan",
                  "what reloading other rules would do to each rule and to the alerts that fire",
                  "alarum rules plan new/");
  plan->add_option("NEW", options->paths, "the new rule files and folders")->required();
  add_data(*plan, options);
  plan->callback([options, &action] {
    action = [options] { return rules_plan_command(*options, std::cout, std::cerr); };
  });
}

void add_ledger(CLI::App& app, Action& action) {
  auto* command =
      add_command(app, "ledger",
                  "where every event and every notification went; exit 3 when it does not add up",
                  "alarum ledger --data /var/lib/alarum");
  auto options = std::make_shared<LedgerOptions>();
  add_data(*command, options);
  command->callback([options, &action] {
    action = [options] { return ledger_command(*options, std::cout, std::cerr); };
  });
}

void add_import(CLI::App& app, Action& action) {
  auto* command = add_command(
      app, "import", "convert the config of another program; the result is on standard output",
      "alarum import alertmanager alertmanager.yml > alarum.yaml");
  command->require_subcommand(1);
  auto* alertmanager = add_command(
      *command, "alertmanager",
      "Alertmanager's; what differs is said in comments, what needs a look on standard error too",
      "alarum import alertmanager alertmanager.yml > alarum.yaml");
  auto file = std::make_shared<std::string>();
  alertmanager->add_option("FILE", *file, "its alertmanager.yml")
      ->required()
      ->check(CLI::ExistingFile);
  alertmanager->callback([file, &action] {
    action = [file] { return import_alertmanager_command(*file, std::cout, std::cerr); };
  });
}

}  // namespace

void add_tool_commands(CLI::App& app, Action& action) {
  add_explain(app, action);
  add_backtest(app, action);
  add_rules(app, action);
  add_ledger(app, action);
  add_import(app, action);
}

}  // namespace alarum::cli
