#include <unistd.h>
#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>

#include "cli/bench_command.h"
#include "cli/check_command.h"
#include "cli/declare.h"
#include "cli/match_command.h"
#include "cli/template_command.h"
#include "cli/test_command.h"

namespace alarum::cli {
namespace {

void add_check(CLI::App& app, Action& action) {
  auto* command = add_command(
      app, "check",
      "serve without serving: every fault of a config file and of rules, with place and fix",
      "alarum check --config alarum.yaml rules/");
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
      add_command(app, "test", "run the tests of the rules (*.test.yaml, in the same folders)",
                  "alarum test rules/ --coverage");
  auto options = std::make_shared<TestOptions>();
  command->add_option("--run", options->run,
                      "only tests whose name has a match of this regular expression (RE2)");
  command->add_option("--junit", options->junit, "also write a JUnit XML report there");
  command->add_flag("--show-people", options->show_people,
                    "also show, for each test, the messages that one person gets");
  command->add_flag("--coverage", options->coverage,
                    "also report which rules and alternatives no test reaches (exit 3)");
  command->add_flag(
      "--mutate", options->mutate,
      "also put small faults into the rules and report which no test notices (exit 3)");
  command
      ->add_option("--inventory", options->inventory,
                   "in place of the file that \"inventory\" of the tests' rules names")
      ->check(CLI::ExistingFile);
  auto* people = command->get_option("--show-people");
  auto* coverage = command->get_option("--coverage");
  auto* mutate = command->get_option("--mutate");
  command
      ->add_option_function<std::string>(
          "-o,--output", [options](const std::string&) { options->json = true; },
          "json: the results, for programs")
      ->check(CLI::IsMember({"json"}))
      ->excludes(people)
      ->excludes(coverage)
      ->excludes(mutate);
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
  auto* command = add_command(app, "match", "match patterns against events, offline",
                              "alarum match --patterns patterns.ndjson --events events.ndjson");
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
  auto* bench = add_command(app, "bench", "measure this machine",
                            "alarum bench match --patterns patterns.ndjson --events events.ndjson");
  bench->require_subcommand(1);
  auto* command =
      add_command(*bench, "match",
                  "events a second through an index of patterns, from JSON "
                  "text to matches, compared with simdjson's own parsers",
                  "alarum bench match --patterns patterns.ndjson --events events.ndjson");
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

void add_template(CLI::App& app, Action& action) {
  auto* command = add_command(app, "template", "what receivers are sent",
                              "alarum template render --config alarum.yaml --receiver oncall");
  command->require_subcommand(1);
  auto* render = add_command(*command, "render",
                             "the requests that a receiver would get for an alert; nothing is sent",
                             "alarum template render --config alarum.yaml --receiver oncall");
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
  add_url(*render, options->url);
  render->callback([options, sample, &action] {
    action = [options] { return template_render(*options, std::cout, std::cerr); };
  });
}

}  // namespace

void add_rule_commands(CLI::App& app, Action& action) {
  for (const auto add : {add_check, add_test, add_match, add_bench, add_template}) add(app, action);
}

}  // namespace alarum::cli
