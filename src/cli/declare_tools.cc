#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/backtest_command.h"
#include "cli/backup_command.h"
#include "cli/declare.h"
#include "cli/explain_command.h"
#include "cli/import_command.h"
#include "cli/ledger_command.h"
#include "cli/rules_command.h"
#include "tools/native_events.h"

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
          "-o,--output", [options](const std::string&) { options->json = true; },
          "json: for programs")
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
                                    "a file with what a sender posts (a CloudEvent, a Cloud Eye "
                                    "report, an Alertmanager hook, a Redfish event, a syslog line, "
                                    "…), - for standard input: under --rules, without the past");
  auto* rules = command->add_option("--rules", options->rules,
                                    "for --event: rule files and folders (the shipped ones)");
  command
      ->add_option("--inventory", options->inventory,
                   "for --event: in place of the file that the rules' \"inventory\" names")
      ->check(CLI::ExistingFile)
      ->needs(event);
  command
      ->add_option("--format", options->format,
                   "of --event, where it cannot be guessed: " +
                       fmt::format("{}", fmt::join(tools::native_formats(), ", ")) + ", json/NAME")
      ->needs(event);
  command->add_flag("--all", options->all, "also the rules of which nothing fits");
  add_data(*command, options);
  add_url(*command, options->url);
  event->excludes(id);
  rules->needs(event);
  command->callback([options, &action] {
    if (options->id.empty() && options->event.empty())
      throw CLI::RequiredError("explain: an ID or --event");
    if (!options->event.empty()) options->rules = or_shipped(options->rules);
    action = [options] { return explain_command(*options, std::cin, std::cout, std::cerr); };
  });
}

void add_fields(CLI::App& app, Action& action) {
  auto* command =
      add_command(app, "fields", "which fields a body gives to rules, and with which values",
                  "alarum fields redfish event.json\n"
                  "alarum fields json/ci --config alarum.yaml < body.json");
  auto options = std::make_shared<ExplainOptions>();
  command
      ->add_option("FORMAT", options->format,
                   fmt::format("{}, json/NAME", fmt::join(tools::native_formats(), ", ")))
      ->required();
  command->add_option("FILE", options->event, "without one, or with -: standard input");
  command->add_option("--config", options->config, "that has the mapping of json/NAME")
      ->check(CLI::ExistingFile);
  add_json(*command, options->json);
  command->callback([options, &action] {
    action = [options] { return fields_command(*options, std::cin, std::cout, std::cerr); };
  });
}

void add_backup(CLI::App& app, Action& action) {
  const auto add = [&](const char* name, const char* summary, const char* example,
                       const char* folder,
                       int (*run)(const BackupOptions&, std::ostream&, std::ostream&)) {
    auto* command = add_command(app, name, summary, example);
    auto options = std::make_shared<BackupOptions>();
    command->add_option("FOLDER", options->folder, folder)->required();
    add_data(*command, options);
    command->callback([options, run, &action] {
      action = [options, run] { return run(*options, std::cout, std::cerr); };
    });
  };
  add("backup", "a copy of the data folder as of one moment, also while the daemon runs",
      "alarum backup /backup/monday --data /var/lib/alarum",
      "of the copy: an empty one, or a new one", backup_command);
  add("restore", "a backup as the data folder of a daemon that is stopped",
      "alarum restore /backup/monday --data /var/lib/alarum",
      "of the backup; the data folder must be empty", restore_command);
}

void add_backtest(CLI::App& app, Action& action) {
  auto* command = add_command(app, "backtest",
                              "what other rules would have made of the past; without "
                              "--rules: replays it and compares with the history",
                              "alarum backtest --rules new/ --since 7d\n"
                              "alarum backtest --rules new/ --url http://127.0.0.1:9797");
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
  add_url(*command, options->url);
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
  auto* show = add_command(*command, "show", "one rule as it stands in its file",
                           "alarum rules show LinkDown");
  show->add_option("NAME", options->paths, "of the rule")->required()->expected(1);
  add_data(*show, options);
  add_url(*show, options->url);
  show->callback([options, &action] {
    action = [options] { return rules_show_command(*options, std::cout, std::cerr); };
  });
  add_url(*ls, options->url);
  auto* plan =
      add_command(*command, "plan",
                  "what reloading other rules would do to each rule and to the alerts that fire",
                  "alarum rules plan new/\nalarum rules plan new/ --url http://bridge:9797");
  plan->add_option("NEW", options->paths,
                   "the new rule files and folders; without: what a running daemon would make of "
                   "those that its config names");
  add_data(*plan, options);
  add_url(*plan, options->url);
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
  add_url(*command, options->url);
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
  add_fields(app, action);
  add_backtest(app, action);
  add_rules(app, action);
  add_ledger(app, action);
  add_backup(app, action);
  add_import(app, action);
}

}  // namespace alarum::cli
