#include "cli/command_line.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "app/serve.h"
#include "base/printable.h"
#include "base/version.h"
#include "cli/alerts_command.h"
#include "cli/bench_command.h"
#include "cli/check_command.h"
#include "cli/dlq_command.h"
#include "cli/history_command.h"
#include "cli/match_command.h"
#include "cli/send_command.h"
#include "cli/silence_command.h"
#include "cli/template_command.h"
#include "cli/test_command.h"
#include "cli/tool_commands.h"
#include "model/suppression_reasons.h"

namespace alarum::cli {
namespace {

// Each add_… declares one subcommand; its `action` runs once the whole line was understood and
// gives the exit code.
using Action = std::function<int()>;

std::vector<std::string> or_shipped(std::vector<std::string> paths) {
  return paths.empty() ? app::shipped_rules() : paths;
}

void add_serve(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("serve",
                                     "run the bridge until SIGTERM; without flags: loopback, the "
                                     "shipped rules, ./var, alerts on the console");
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

void add_check(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "check",
      "serve without serving: every fault of a config file and of rules, with place and fix");
  auto options = std::make_shared<CheckOptions>();
  auto output = std::make_shared<std::string>();
  command
      ->add_option("--config", options->config, "config file; one among PATH is known by its keys")
      ->check(CLI::ExistingFile);
  command->add_option("-o", *output, "json: for programs")->check(CLI::IsMember({"json"}));
  command->add_flag("--strict", options->strict, "warnings are faults (deprecations are none)");
  command
      ->add_option("--inventory", options->inventory,
                   "in place of the file that the rules' \"inventory\" names")
      ->check(CLI::ExistingFile);
  command->add_option(
      "PATH", options->paths,
      "a config, rule files and folders (those that the config names, else the shipped ones)");
  command->callback([options, output, &action] {
    options->json = *output == "json";
    action = [options] { return check_command(*options, std::cout, std::cerr); };
  });
}

void add_test(CLI::App& app, Action& action) {
  auto* command =
      app.add_subcommand("test", "run the tests that stand beside the rules (*.test.yaml)");
  auto options = std::make_shared<TestOptions>();
  command->add_option("--run", options->run,
                      "only tests whose name has a match of this regular expression (RE2)");
  command->add_option("--junit", options->junit, "also write a JUnit XML report there");
  command->add_flag("--show-people", options->show_people,
                    "also show, for each test, the messages that one person gets");
  command->add_flag("--coverage", options->coverage,
                    "also tell which rules and alternatives no test reaches (exit 3)");
  command->add_flag("--mutate", options->mutate,
                    "also put small faults into the rules and tell which no test notices (exit 3)");
  command
      ->add_option("--inventory", options->inventory,
                   "in place of the file that \"inventory\" of the tests' rules names")
      ->check(CLI::ExistingFile);
  command->add_option("PATH", options->paths, "test files and folders (the shipped ones)");
  command->callback([options, &action] {
    options->paths = or_shipped(options->paths);
    options->progress = isatty(STDERR_FILENO) != 0;
    action = [options] { return test_command(*options, std::cout, std::cerr); };
  });
}

int match_from_files(const std::string& patterns, const std::string& events) {
  std::ifstream pattern_file(patterns), event_file(events);
  return match_files(pattern_file, event_file, std::cout, std::cerr);
}

void add_match(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("match", "match patterns against events, offline");
  struct Flags {
    std::string patterns, events;
    bool jsonl = false;
  };
  auto flags = std::make_shared<Flags>();
  auto* patterns =
      command->add_option("--patterns", flags->patterns, "a line {\"name\", \"pattern\"} each")
          ->check(CLI::ExistingFile);
  auto* events =
      command->add_option("--events", flags->events, "an event a line")->check(CLI::ExistingFile);
  auto* jsonl = command->add_flag("--jsonl", flags->jsonl,
                                  "standard input: {\"pattern\" or \"pattern_text\", \"event\" or "
                                  "\"event_text\"} a line; true, false or error");
  patterns->needs(events);
  events->needs(patterns);
  jsonl->excludes(patterns);
  command->callback([flags, &action] {
    if (!flags->jsonl && flags->patterns.empty())
      throw CLI::RequiredError("match: --jsonl, or --patterns and --events");
    action = [flags] {
      return flags->jsonl ? match_jsonl(std::cin, std::cout)
                          : match_from_files(flags->patterns, flags->events);
    };
  });
}

void add_bench(CLI::App& app, Action& action) {
  auto* bench = app.add_subcommand("bench", "measure this machine");
  bench->require_subcommand(1);
  auto* command = bench->add_subcommand("match",
                                        "events a second through an index of patterns, from JSON "
                                        "text to matches, beside simdjson's own parsers");
  auto options = std::make_shared<BenchOptions>();
  command->add_option("--patterns", options->patterns, "a line {\"name\", \"pattern\"} each")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--events", options->events, "an event a line")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--threads", options->threads, "that match at once (1)")
      ->check(CLI::Range(1, 64));
  command->add_option("--rounds", options->rounds, "over all events (5)")
      ->check(CLI::Range(1, 1000));
  command->callback([options, &action] {
    action = [options] { return bench_match(*options, std::cout, std::cerr); };
  });
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
  auto* command = app.add_subcommand(
      "send", "send events (structured CloudEvents, one a line) to a running bridge");
  struct Flags {
    SendOptions options;
    std::string file, play;
  };
  auto flags = std::make_shared<Flags>();
  command->add_option("FILE", flags->file, "NDJSON file; without one, or with -: standard input");
  command->add_option("--url", flags->options.url, "the bridge (http://127.0.0.1:9797)");
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

void add_alerts(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("alerts", "the alerts of a running bridge");
  auto options = std::make_shared<AlertsOptions>();
  auto output = std::make_shared<std::string>();
  command->add_option("--url", options->url, "the bridge (http://127.0.0.1:9797)");
  command->add_option("MATCHER", options->matchers,
                      "name=value, !=, =~, !~; a bare word is an alertname");
  command->add_flag("--all", options->all, "resolved ones too");
  command->add_option("-o", *output, "json: as the API gives it")->check(CLI::IsMember({"json"}));
  command->callback([options, output, &action] {
    options->json = *output == "json";
    action = [options] { return alerts_command(*options, std::cout, std::cerr); };
  });
}

void add_history(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "history", "what happened at a running bridge: alerts, who was told, who was not and why");
  auto options = std::make_shared<HistoryOptions>();
  auto output = std::make_shared<std::string>();
  auto said = std::make_shared<std::map<std::string, std::string>>();
  command->add_option("--url", options->url, "the bridge (http://127.0.0.1:9797)");
  command->add_option("MATCHER", options->matchers,
                      "of the alerts: name=value, !=, =~, !~; a bare word is an alertname");
  for (const auto& [name, help] :
       {std::pair("since", std::string("a time, or an age as in 7d (30d)")),
        std::pair("until", std::string("a time, or an age (now)")),
        std::pair("alert", std::string("the id of one alert")),
        std::pair("kind", std::string("transition, notification or suppressed")),
        std::pair("why", "the reason of what was suppressed: " + model::suppression_words()),
        std::pair("target", std::string("a receiver, or one of its integrations")),
        std::pair("limit", std::string("entries, the newest (1000)"))}) {
    command->add_option(std::string("--") + name, (*said)[name], help);
  }
  command->add_option("-o", *output, "json: as the API gives it")->check(CLI::IsMember({"json"}));
  command->callback([options, output, said, &action] {
    options->json = *output == "json";
    for (const auto& [name, value] : *said)
      if (!value.empty()) options->asked.emplace_back(name, value);
    action = [options] { return history_command(*options, std::cout, std::cerr); };
  });
}

void add_dlq(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "dlq", "dead letters of a running bridge: notifications that could not be delivered");
  command->require_subcommand(1);
  auto options = std::make_shared<DlqOptions>();
  auto output = std::make_shared<std::string>();
  const auto add = [&](const char* name, const char* help,
                       int (*run)(const DlqOptions&, std::ostream&, std::ostream&)) {
    auto* sub = command->add_subcommand(name, help);
    sub->add_option("--url", options->url, "the bridge (http://127.0.0.1:9797)");
    sub->callback([options, output, run, &action] {
      options->json = *output == "json";
      action = [options, run] { return run(*options, std::cout, std::cerr); };
    });
    return sub;
  };
  add("ls", "causes, and the letters", dlq_ls)
      ->add_option("-o", *output, "json: as the API gives it")
      ->check(CLI::IsMember({"json"}));
  auto* show = add("show", "one letter with its body", dlq_show);
  show->add_option("ID", options->ids, "its id")->required()->expected(1);
  show->add_option("-o", *output, "json: as the API gives it")->check(CLI::IsMember({"json"}));
  auto* redrive = add("redrive", "send again what is still true", dlq_redrive);
  auto* ids = redrive->add_option("ID", options->ids, "letters");
  auto* all =
      redrive->add_flag("--all", options->all, "all of them, or those of --target and --cause");
  redrive->add_option("--target", options->target, "only letters to this target")->needs(all);
  redrive->add_option("--cause", options->detail, "only letters with this cause")->needs(all);
  redrive->add_flag("--dry-run", options->dry_run, "say what would be sent");
  redrive->add_option("--rate", options->rate, "letters a second (10)")
      ->check(CLI::Range(0.01, 1000.0));
  ids->excludes(all);
  redrive->callback([options, &action] {
    if (options->ids.empty() && !options->all)
      throw CLI::RequiredError("dlq redrive: ID…, or --all");
    action = [options] { return dlq_redrive(*options, std::cout, std::cerr); };
  });
}

void add_template(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("template", "what receivers are sent");
  command->require_subcommand(1);
  auto* render = command->add_subcommand(
      "render", "the requests that a receiver would get for an alert; nothing is sent");
  auto options = std::make_shared<TemplateOptions>();
  render->add_option("--config", options->config, "config file")
      ->required()
      ->check(CLI::ExistingFile);
  render->add_option("--receiver", options->receiver, "its name (that of the route)");
  auto* alert = render->add_option("--alert", options->alert,
                                   "id or fingerprint of an alert of a running bridge");
  auto sample = std::make_shared<bool>();
  render->add_flag("--sample", *sample, "a sample alert, which is what is shown without --alert")
      ->excludes(alert);
  render->add_option("--url", options->url, "the bridge (http://127.0.0.1:9797)");
  render->callback([options, sample, &action] {
    action = [options] { return template_render(*options, std::cout, std::cerr); };
  });
}

using SilenceAction = int (*)(const SilenceOptions&, std::ostream&, std::ostream&);

struct SilenceFlags {
  SilenceOptions options;
  std::string duration, output;
  std::string duration_flag = "--duration";  ///< as it is called
};

std::shared_ptr<SilenceFlags> silence_flags(CLI::App& command, SilenceAction run, Action& action) {
  auto flags = std::make_shared<SilenceFlags>();
  const char* user = std::getenv("USER");
  flags->options.author = user && *user ? user : "alarum";
  command.add_option("--url", flags->options.url, "the bridge (http://127.0.0.1:9797)");
  command.callback([flags, run, &action] {
    if (!flags->duration.empty()) {
      auto length = parse_duration(flags->duration);
      if (!length) throw CLI::ValidationError(flags->duration_flag, length.error().message);
      flags->options.duration = *length;
    }
    flags->options.json = flags->output == "json";
    action = [flags, run] { return run(flags->options, std::cout, std::cerr); };
  });
  return flags;
}

void add_silence(CLI::App& app, Action& action) {
  auto* command =
      app.add_subcommand("silence", "keep people from being told of some alerts for a while");
  command->require_subcommand(1);
  constexpr auto kMatcher = "name=value, !=, =~, !~; a bare word is an alertname";
  auto* add = command->add_subcommand("add", "make a silence; prints its id");
  auto flags = silence_flags(*add, silence_add, action);
  add->add_option("MATCHER", flags->options.matchers, kMatcher)->required();
  add->add_option("-d,--duration", flags->duration, "how long, as in 2h (1h)");
  add->add_option("-a,--author", flags->options.author, "who");
  add->add_option("-c,--comment", flags->options.comment, "why");
  add->add_flag("--until-resolved", flags->options.until_resolved,
                "ends sooner: when nothing that it matches fires any more");
  add->add_flag("--dry-run", flags->options.dry_run,
                "say what it matches now and would have hidden in the last 7 days; make none");
  add->add_option("-o", flags->output, "json: as the API gives it (with --dry-run)")
      ->check(CLI::IsMember({"json"}));
  auto* query = command->add_subcommand("query", "list silences");
  flags = silence_flags(*query, silence_query, action);
  query->add_option("MATCHER", flags->options.matchers, kMatcher);
  query->add_flag("--expired", flags->options.expired, "those that are over, too");
  query->add_option("-o", flags->output, "json: as the API gives it")
      ->check(CLI::IsMember({"json"}));
  auto* update = command->add_subcommand(
      "update", "give a silence another end, counted from now; prints its id");
  flags = silence_flags(*update, silence_update, action);
  update->add_option("ID", flags->options.id, "of the silence")->required();
  update->add_option("-d,--duration", flags->duration, "how long from now");
  update->add_option("-c,--comment", flags->options.comment, "why");
  auto* expire = command->add_subcommand("expire", "end a silence");
  flags = silence_flags(*expire, silence_expire, action);
  expire->add_option("ID", flags->options.id, "of the silence")->required();
}

// What somebody says of one alert.
std::shared_ptr<SilenceFlags> add_said(CLI::App& app, Action& action, const char* name,
                                       const char* help,
                                       int (*run)(const SilenceOptions&, std::ostream&,
                                                  std::ostream&),
                                       const char* who, const char* why) {
  auto* command = app.add_subcommand(name, help);
  auto flags = silence_flags(*command, run, action);
  command->add_option("ID", flags->options.id, "of the alert, as `alarum alerts -o json` shows it")
      ->required();
  command->add_option("-a,--author", flags->options.author, who);
  command->add_option("-c,--comment", flags->options.comment, why);
  return flags;
}

void add_ack(CLI::App& app, Action& action) {
  const auto flags = add_said(app, action, "ack",
                              "acknowledge a firing alert: nobody is reminded of it until it ends",
                              ack_command, "who takes care of it", "what is done");
  flags->duration_flag = "--for";
  app.get_subcommand("ack")->add_option(
      "--for", flags->duration, "how long, as in 4h; reminders resume then (until the alert ends)");
  add_said(app, action, "unack", "take an acknowledgement back: reminders resume", unack_command,
           "who takes it back", "why");
}

void add_resolve(CLI::App& app, Action& action) {
  add_said(app, action, "resolve", "end a firing alert by hand, whatever its rule waits for",
           resolve_command, "who ends it", "why it is over");
}

// CLI11 takes any word for another subcommand that is one's name: `alarum test rules`, where
// `rules` is a folder, would be two.
void keep_the_named(CLI::App& app, const std::string& name) {
  const auto all = app.get_subcommands([](CLI::App*) { return true; });
  if (std::none_of(all.begin(), all.end(),
                   [&](const CLI::App* one) { return one->get_name() == name; }))
    return;
  for (auto* command : all) {
    if (command->get_name() != name) app.remove_subcommand(command);
  }
}

}  // namespace

int run(int argc, const char* const* argv) {
  // Text of events reaches a terminal by these alone. Progress bars, which move the cursor, use
  // std::clog.
  PrintableOutput out(std::cout), err(std::cerr);
  CLI::App app(
      "Alarum turns cloud and server event streams into alerts that fire once and resolve when the "
      "cause is gone.",
      "alarum");
  app.footer("Start with `alarum serve`; then see README.md.");
  app.set_version_flag("--version", version_text());
  Action action;
  for (const auto add : {add_serve, add_check, add_test, add_match, add_bench, add_send, add_alerts,
                         add_history, add_silence, add_ack, add_resolve, add_dlq, add_template})
    add(app, action);
  add_tool_commands(app, action, or_shipped);
  keep_the_named(app, argc > 1 ? argv[1] : "");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault) == 0 ? 0 : 2;
  }
  if (!action) {
    std::cout << app.help();
    return 0;
  }
  // Its console colours lines, and makes their texts printable itself
  if (std::string_view(argv[1]) == "serve") out.restore();
  return action();
}

}  // namespace alarum::cli
