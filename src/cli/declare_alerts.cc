#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>

#include "cli/alerts_command.h"
#include "cli/care_command.h"
#include "cli/comment_command.h"
#include "cli/declare.h"
#include "cli/history_command.h"
#include "cli/silence_command.h"
#include "model/suppression_reasons.h"

namespace alarum::cli {
namespace {

constexpr auto kMatcher =
    "name=value, !=, =~, !~; the first may be an alert's name alone: LinkDown";
constexpr auto kChoice =
    "ids of alerts, or their first 4 or more digits; or matchers: name=value, !=, =~, !~, and as "
    "the first an alert's name alone";

std::string person() {
  const char* user = std::getenv("USER");
  return user && *user ? user : "alarum";
}

Duration duration_of(const char* flag, const std::string& text) {
  const auto length = parse_duration(text);
  if (!length) throw CLI::ValidationError(flag, length.error().message);
  return *length;
}

Time time_of(const char* flag, const std::string& text) {
  const auto time = parse_rfc3339(text);
  if (!time) throw CLI::ValidationError(flag, time.error().message);
  return *time;
}

void add_consent(CLI::App& command, Consent& consent) {
  command.add_flag("-y,--yes", consent.yes, "do not ask, when it is about more than one");
}

void answer_from_terminal(Consent& consent) {
  consent.terminal = isatty(STDIN_FILENO) != 0;
  consent.in = &std::cin;
}

void add_alerts(CLI::App& app, Action& action) {
  auto* command = add_command(app, "alerts", "what fires, worst first, then newest",
                              "alarum alerts severity=critical\nalarum alerts --watch");
  auto options = std::make_shared<AlertsOptions>();
  add_url(*command, options->url);
  command->add_option("CHOICE", options->words, kChoice);
  command->add_flag("--all", options->all, "resolved ones too");
  command->add_flag("--each", options->each, "many of one name are not put into one row");
  command->add_flag("--watch", options->watch, "show them again every 2 s");
  command
      ->add_option("-o,--output", options->output,
                   "wide: whole ids, times and summaries; simple: for scripts, fields between "
                   "tabs; json: as the API gives it")
      ->check(CLI::IsMember({"wide", "json", "simple"}));
  command->callback([options, &action] {
    options->terminal = isatty(STDOUT_FILENO) != 0;
    action = [options] { return alerts_command(*options, std::cout, std::cerr); };
  });
}

void add_history(CLI::App& app, Action& action) {
  auto* command =
      add_command(app, "history", "what happened: alerts, who was notified, who was not and why",
                  "alarum history LinkDown --since 1d\nalarum history --bridge --since 90d\n"
                  "alarum history --data /var/lib/alarum");
  auto options = std::make_shared<HistoryOptions>();
  auto output = std::make_shared<std::string>();
  auto said = std::make_shared<std::map<std::string, std::string>>();
  add_url(*command, options->url);
  command->add_option("--data", options->data,
                      "folder of journal and book, in place of a daemon, which may be running");
  command->add_option("--config", options->config, "config file that names the data folder")
      ->check(CLI::ExistingFile);
  command->add_option("MATCHER", options->matchers,
                      "of the alerts: name=value, !=, =~, !~; a bare word is an alertname");
  for (const auto& [name, help] :
       {std::pair("since", std::string("a time, or an age as in 7d (30d)")),
        std::pair("until", std::string("a time, or an age (now)")),
        std::pair("alert", std::string("the id of one alert, or the beginning of it")),
        std::pair("kind", std::string("transition, notification, suppressed or comment")),
        std::pair("why", "the reason of what was suppressed: " + model::suppression_words()),
        std::pair("target", std::string("a receiver, or one of its integrations")),
        std::pair("limit", std::string("entries, the newest (1000)"))}) {
    command->add_option(std::string("--") + name, (*said)[name], help);
  }
  auto* bridge = command->add_flag("--bridge", options->bridge,
                                   "starts, stops and reloads of the daemon itself");
  for (const char* other : {"MATCHER", "--alert", "--kind", "--why", "--target"})
    bridge->excludes(command->get_option(other));
  command->add_option("-o", *output, "json: as the API gives it")->check(CLI::IsMember({"json"}));
  command->callback([options, output, said, &action] {
    options->json = *output == "json";
    for (const auto& [name, value] : *said)
      if (!value.empty()) options->asked.emplace_back(name, value);
    action = [options] { return history_command(*options, std::cout, std::cerr); };
  });
}

using SilenceAction = int (*)(const SilenceOptions&, std::ostream&, std::ostream&);

struct SilenceFlags {
  SilenceOptions options;
  std::string duration, start, end, file;

  void read() {
    if (!duration.empty()) options.duration = duration_of("--duration", duration);
    if (!start.empty()) options.start = time_of("--start", start);
    if (!end.empty()) options.end = time_of("--end", end);
    answer_from_terminal(options.consent);
  }
};

std::shared_ptr<SilenceFlags> silence_flags(CLI::App& command, SilenceAction run, Action& action) {
  auto flags = std::make_shared<SilenceFlags>();
  flags->options.author = person();
  add_url(command, flags->options.url);
  command.callback([flags, run, &action] {
    flags->read();
    action = [flags, run] { return run(flags->options, std::cout, std::cerr); };
  });
  return flags;
}

void add_silence_add(CLI::App& silence, Action& action) {
  auto* add = add_command(silence, "add", "make a silence; prints its id",
                          "alarum silence add LinkDown 'subject=~\"bms-1.*\"' -d 2h -c \"rack 7\"");
  auto flags = silence_flags(*add, silence_add, action);
  add->add_option("CHOICE", flags->options.words, kChoice)->required();
  auto* duration = add->add_option("-d,--duration", flags->duration, "how long, as in 2h (1h)");
  add->add_option("--start", flags->start, "when it begins, as in 2026-11-30T22:00:00Z (now)");
  add->add_option("--end", flags->end, "when it ends")->excludes(duration);
  add->add_option("-a,--author", flags->options.author, "who ($USER)");
  add->add_option("-c,--comment", flags->options.comment, "why");
  add->add_flag("--until-resolved", flags->options.until_resolved,
                "ends sooner: when nothing that it matches fires any more");
  add->add_flag("--dry-run", flags->options.dry_run,
                "say what it matches now and would have hidden in the last 7 days; make none");
  add_consent(*add, flags->options.consent);
  add_json(*add, flags->options.json);
}

void add_silence_query(CLI::App& silence, Action& action) {
  auto* query = add_command(silence, "query", "list silences", "alarum silence query LinkDown");
  auto flags = silence_flags(*query, silence_query, action);
  query->add_option("MATCHER", flags->options.words, kMatcher);
  query->add_flag("--expired", flags->options.expired, "those that are over, too");
  query->add_flag("-q,--quiet", flags->options.quiet, "ids alone");
  add_json(*query, flags->options.json);
}

void add_silence_changes(CLI::App& silence, Action& action) {
  constexpr auto kId = "of the silence, or the beginning of it";
  auto* update =
      add_command(silence, "update", "give a silence another end, counted from now; prints its id",
                  "alarum silence update 5232 -d 4h");
  auto flags = silence_flags(*update, silence_update, action);
  update->add_option("ID", flags->options.words, kId)->required();
  auto* duration = update->add_option("-d,--duration", flags->duration, "how long from now");
  update->add_option("--end", flags->end, "when it ends")->excludes(duration);
  update->add_option("-c,--comment", flags->options.comment, "why");
  auto* expire = add_command(silence, "expire", "end silences", "alarum silence expire 5232 9f01");
  flags = silence_flags(*expire, silence_expire, action);
  expire->add_option("ID", flags->options.words, kId)->required();
  add_consent(*expire, flags->options.consent);
}

int import_from(const SilenceFlags& flags) {
  if (flags.file.empty() || flags.file == "-")
    return silence_import(flags.options, std::cin, std::cout, std::cerr);
  std::ifstream file(flags.file);
  return silence_import(flags.options, file, std::cout, std::cerr);
}

void add_silence_import(CLI::App& silence, Action& action) {
  auto* command = add_command(silence, "import",
                              "make the silences that `query -o json` printed; prints their ids",
                              "alarum silence query -o json > silences.json\n"
                              "alarum silence import silences.json");
  auto flags = std::make_shared<SilenceFlags>();
  add_url(*command, flags->options.url);
  command->add_option("FILE", flags->file, "without one, or with -: standard input");
  command->callback([flags, &action] {
    if (!flags->file.empty() && flags->file != "-" && access(flags->file.c_str(), R_OK) != 0)
      throw CLI::ValidationError("FILE", flags->file + " cannot be read");
    action = [flags] { return import_from(*flags); };
  });
}

void add_silence(CLI::App& app, Action& action) {
  auto* command =
      add_command(app, "silence", "suppress the notifications of some alerts for a while",
                  "alarum silence add LinkDown 'subject=~\"bms-1.*\"' -d 2h -c \"moving rack 7\"");
  command->require_subcommand(1);
  add_silence_add(*command, action);
  add_silence_query(*command, action);
  add_silence_changes(*command, action);
  add_silence_import(*command, action);
}

using CareAction = int (*)(const CareOptions&, std::ostream&, std::ostream&);

// `duration`: it takes --for
void add_care(CLI::App& app, Action& action, const char* name, const char* summary,
              const char* example, CareAction run, bool with_duration) {
  auto* command = add_command(app, name, summary, example);
  auto options = std::make_shared<CareOptions>();
  auto duration = std::make_shared<std::string>();
  options->author = person();
  add_url(*command, options->url);
  command->add_option("CHOICE", options->words, kChoice)->required();
  command->add_option("-a,--author", options->author, "who ($USER)");
  command->add_option("-c,--comment", options->comment, "what is done, or why");
  if (with_duration)
    command->add_option("--for", *duration,
                        "how long, as in 4h; reminders resume then (until the alert ends)");
  command->add_flag("--dry-run", options->dry_run, "say which alerts are meant; do nothing");
  add_consent(*command, options->consent);
  add_json(*command, options->json);
  command->callback([options, duration, run, &action] {
    if (!duration->empty()) options->duration = duration_of("--for", *duration);
    answer_from_terminal(options->consent);
    action = [options, run] { return run(*options, std::cout, std::cerr); };
  });
}

void add_comment(CLI::App& app, Action& action) {
  auto* command = add_command(app, "comment", "say something about an alert, firing or ended",
                              "alarum comment 3f2a \"card is ordered, arrives on Monday\"");
  auto options = std::make_shared<CommentOptions>();
  options->author = person();
  add_url(*command, options->url);
  command->add_option("ID", options->id, "of the alert, or its first 4 or more digits")->required();
  command->add_option("TEXT", options->text, "what is said")->required();
  command->add_option("-a,--author", options->author, "who ($USER)");
  command->callback([options, &action] {
    action = [options] { return comment_command(*options, std::cout, std::cerr); };
  });
}

void add_care_commands(CLI::App& app, Action& action) {
  add_care(app, action, "ack",
           "acknowledge firing alerts: no reminders of them are sent until they end",
           "alarum ack 3f2a --for 4h -c \"card is ordered\"", ack_command, true);
  add_care(app, action, "unack", "take acknowledgements back: reminders resume",
           "alarum unack 3f2a -c \"wrong rack\"", unack_command, false);
  add_care(app, action, "resolve", "end firing alerts by hand, whatever their rules wait for",
           "alarum resolve NpuOverheated rack=r7 -c \"rack is off\"", resolve_command, false);
}

}  // namespace

void add_alert_commands(CLI::App& app, Action& action) {
  for (const auto add : {add_alerts, add_history, add_silence, add_care_commands, add_comment})
    add(app, action);
}

}  // namespace alarum::cli
