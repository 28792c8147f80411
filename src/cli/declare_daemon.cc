#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>

#include "app/serve.h"
#include "cli/declare.h"
#include "cli/dlq_command.h"
#include "cli/receivers_command.h"
#include "cli/routes_command.h"
#include "cli/send_command.h"
#include "cli/status_command.h"
#include "cli/tail_command.h"

namespace alarum::cli {
namespace {

void add_serve(CLI::App& app, Action& action) {
  auto* command = add_command(app, "serve",
                              "run the bridge until SIGTERM; without flags: loopback, the "
                              "shipped rules, ./var, alerts on the console",
                              "alarum serve --config /etc/alarum/alarum.yaml");
  auto settings = std::make_shared<app::Settings>();
  command
      ->add_option("--config", settings->config,
                   "YAML file (docs/config.md); reloaded by SIGHUP and POST /-/reload")
      ->check(CLI::ExistingFile);
  command->add_option("--rules", settings->rules,
                      "rule files and folders, in place of the config's");
  command->add_option("--data", settings->data, "folder of journal and book (./var)");
  command->add_option("--listen", settings->listen, "host:port (127.0.0.1:9797)");
  command
      ->add_option("--ready-fd", settings->ready_fd,
                   "a descriptor: the URL is written there, on a line, when events are taken; it "
                   "is closed by the end of the bridge")
      ->check(CLI::Range(3, 1023));
  command->callback([settings, &action] { action = [settings] { return app::serve(*settings); }; });
}

int send_from(const SendOptions& options, const std::string& path) {
  if (path.empty() || path == "-") return send_command(options, std::cin, 0, std::cout, std::cerr);
  std::ifstream file(path);
  const auto total =
      static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(file), {}, '\n'));
  file.clear();
  file.seekg(0);
  return send_command(options, file, total, std::cout, std::cerr);
}

void add_send(CLI::App& app, Action& action) {
  auto* command = add_command(
      app, "send", "send events (structured CloudEvents, one a line) to a running bridge",
      "alarum send events.ndjson");
  struct Flags {
    SendOptions options;
    std::string file, play;
  };
  auto flags = std::make_shared<Flags>();
  command->add_option("FILE", flags->file, "NDJSON file; without one, or with -: standard input");
  add_url(*command, flags->options.url);
  command->add_option("--play", flags->play,
                      "keep the pace of the events' times, compressed to this long: 30s; ids and "
                      "times become new ones");
  command->add_flag("--yes", flags->options.yes,
                    "play to a bridge that is not on this machine, too");
  command->callback([flags, &action] {
    if (!flags->play.empty()) {
      auto length = parse_duration(flags->play);
      if (!length) throw CLI::ValidationError("--play", length.error().message);
      flags->options.play = *length;
    }
    if (!flags->file.empty() && flags->file != "-" && access(flags->file.c_str(), R_OK) != 0)
      throw CLI::ValidationError("FILE", flags->file + " cannot be read");
    flags->options.progress = isatty(STDERR_FILENO) != 0;
    action = [flags] { return send_from(flags->options, flags->file); };
  });
}

void add_dlq(CLI::App& app, Action& action) {
  auto* command = add_command(
      app, "dlq", "dead letters of a running bridge: notifications that could not be delivered",
      "alarum dlq ls");
  command->require_subcommand(1);
  auto options = std::make_shared<DlqOptions>();
  auto output = std::make_shared<std::string>();
  const auto add = [&](const char* name, const char* help,
                       int (*run)(const DlqOptions&, std::ostream&, std::ostream&),
                       const char* example) {
    auto* sub = add_command(*command, name, help, example);
    add_url(*sub, options->url);
    sub->callback([options, output, run, &action] {
      options->json = *output == "json";
      action = [options, run] { return run(*options, std::cout, std::cerr); };
    });
    return sub;
  };
  add("ls", "causes, and the letters", dlq_ls, "alarum dlq ls")
      ->add_option("-o", *output, "json: as the API gives it")
      ->check(CLI::IsMember({"json"}));
  auto* show =
      add("show", "one letter with its body", dlq_show, "alarum dlq show ntf-52849684aa33fe97");
  show->add_option("ID", options->ids, "its id")->required()->expected(1);
  show->add_option("-o", *output, "json: as the API gives it")->check(CLI::IsMember({"json"}));
  auto* redrive = add("redrive", "send again what is still true", dlq_redrive,
                      "alarum dlq redrive --all --dry-run");
  auto* ids = redrive->add_option("ID", options->ids, "letters");
  auto* all =
      redrive->add_flag("--all", options->all, "all of them, or those of --target and --cause");
  redrive->add_option("--target", options->target, "only letters to this target")->needs(all);
  redrive->add_option("--cause", options->detail, "only letters with this cause")->needs(all);
  redrive->add_flag("--dry-run", options->dry_run, "say what would be sent");
  redrive->add_option("--rate", options->rate, "letters a second (10)")
      ->check(CLI::Range(0.01, 1000.0));
  ids->excludes(all);
  add_json(*redrive, options->json);
  redrive->callback([options, &action] {
    if (options->ids.empty() && !options->all)
      throw CLI::RequiredError("dlq redrive: ID…, or --all");
    action = [options] { return dlq_redrive(*options, std::cout, std::cerr); };
  });
}

using StatusAction = int (*)(const StatusOptions&, std::ostream&, std::ostream&);

std::shared_ptr<StatusOptions> add_status_like(CLI::App& app, Action& action, const char* name,
                                               const char* summary, const char* example,
                                               StatusAction run) {
  auto* command = add_command(app, name, summary, example);
  auto options = std::make_shared<StatusOptions>();
  add_url(*command, options->url);
  add_json(*command, options->json);
  command->callback([options, run, &action] {
    action = [options, run] { return run(*options, std::cout, std::cerr); };
  });
  return options;
}

void add_status(CLI::App& app, Action& action) {
  add_status_like(
      app, action, "status",
      "one screen: health, what is in force, who was heard, which receivers notifications reach",
      "alarum status", status_command);
  add_status_like(app, action, "reload", "read config and rules again, all or nothing",
                  "alarum reload", reload_command);
  add_status_like(app, action, "targets", "whether receivers take what they are sent",
                  "alarum targets", targets_command);
  auto options = add_status_like(app, action, "rejected",
                                 "the newest events and bodies that were refused, and why",
                                 "alarum rejected --bodies", rejected_command);
  app.get_subcommand("rejected")->add_flag("--bodies", options->bodies, "what was refused, too");
  auto* config = add_command(app, "config", "the config that is in force", "alarum config show");
  config->require_subcommand(1);
  add_status_like(*config, action, "show", "the config file as it was read, without its secrets",
                  "alarum config show", config_show_command);
}

void add_tail(CLI::App& app, Action& action) {
  auto* command = add_command(app, "tail", "events as they come, with the rules that they fit",
                              "alarum tail\nalarum tail --unmatched\nalarum tail --rejected");
  auto options = std::make_shared<TailOptions>();
  auto once = std::make_shared<bool>();
  add_url(*command, options->url);
  command->add_option("-n,--last", options->last, "of those before, how many come first (10)");
  auto* unmatched = command->add_flag("--unmatched", options->unmatched, "only what no rule fits");
  command->add_flag("--rejected", options->rejected, "what was refused, and why")
      ->excludes(unmatched);
  command->add_flag("--once", *once, "end after those that are there");
  add_json(*command, options->json);
  command->callback([options, once, &action] {
    options->follow = !*once;
    action = [options] { return tail_command(*options, std::cout, std::cerr); };
  });
}

void add_receivers(CLI::App& app, Action& action) {
  auto* receivers =
      add_command(app, "receivers", "who is notified", "alarum receivers test oncall");
  receivers->require_subcommand(1);
  auto* test =
      add_command(*receivers, "test",
                  "have the daemon send a receiver a notification that is marked as a test "
                  "and is in no ledger",
                  "alarum receivers test oncall\n"
                  "alarum receivers test oncall --config alarum.yaml");
  auto options = std::make_shared<ReceiversOptions>();
  test->add_option("NAME", options->name, "of the receiver")->required();
  auto* config = test->add_option("--config", options->config,
                                  "send from here, without a daemon, as this config file says");
  config->check(CLI::ExistingFile);
  add_url(*test, options->url);
  config->excludes(test->get_option("--url"));
  add_json(*test, options->json);
  test->callback([options, &action] {
    action = [options] { return receivers_test_command(*options, std::cout, std::cerr); };
  });
}

void add_routes(CLI::App& app, Action& action) {
  auto* routes = add_command(app, "routes", "who is notified of which alerts",
                             "alarum routes test LinkDown severity=critical rack=r7");
  routes->require_subcommand(1);
  auto options = std::make_shared<RoutesOptions>();
  const auto add = [&](const char* name, const char* summary, const char* example,
                       int (*run)(const RoutesOptions&, std::ostream&, std::ostream&)) {
    auto* command = add_command(*routes, name, summary, example);
    add_url(*command, options->url);
    command->add_option("--config", options->config, "a config file in place of a daemon")
        ->check(CLI::ExistingFile);
    add_json(*command, options->json);
    command->callback([options, run, &action] {
      action = [options, run] { return run(*options, std::cout, std::cerr); };
    });
    return command;
  };
  add("show", "the tree of routes", "alarum routes show", routes_show_command);
  auto* test =
      add("test", "which receivers an alert with these labels would reach",
          "alarum routes test LinkDown severity=critical --expect oncall", routes_test_command);
  test->add_option("LABEL", options->labels, "name=value; the first may be an alert's name alone")
      ->required();
  test->add_option("--expect", options->expect, "exit 1 unless it reaches these, in this order")
      ->delimiter(',');
}

}  // namespace

void add_daemon_commands(CLI::App& app, Action& action) {
  for (const auto add :
       {add_serve, add_status, add_send, add_tail, add_dlq, add_routes, add_receivers})
    add(app, action);
}

}  // namespace alarum::cli
