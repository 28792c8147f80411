#include "cli/rules_command.h"

#include <fmt/format.h>

#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "base/percent.h"
#include "cli/api_client.h"
#include "cli/data_folder.h"
#include "cli/rule_request.h"
#include "rules/rule_text.h"
#include "tools/plan.h"

namespace alarum::cli {
namespace {

using Generation = std::shared_ptr<const match::Generation>;

constexpr const char* kNothingWouldChange =
    "the new rules do not load: a reload would change nothing\n";
constexpr auto kAll = std::numeric_limits<std::size_t>::max();

// Brings an engine to the end of the journal, as a start of the daemon would.
Result<void> catch_up(DataFolder& folder, tools::PastEngine& past) {
  const auto first = tools::first_offset(*folder.journal);
  if (!first) return std::unexpected(first.error());
  std::vector<std::string> damaged;
  auto from = *first;
  if (const auto newest =
          folder.journal->load_checkpoint(std::numeric_limits<model::Offset>::max(), damaged)) {
    if (past.restore(newest->state)) from = newest->offset;
  }
  const auto read =
      tools::read_past(*folder.journal, from, [&](const model::Record& record) -> Result<bool> {
        if (auto done = past.step(record); !done) return std::unexpected(done.error());
        return true;
      });
  return read ? Result<void>() : std::unexpected(read.error());
}

std::unique_ptr<DataFolder> folder_of(const RulesOptions& options, std::ostream& err) {
  Diagnostics faults;
  auto folder = open_data(options.data, options.config, faults);
  err << faults.text();
  return folder;
}

Generation compile(const std::vector<std::string>& paths, std::ostream& err) {
  Diagnostics faults;
  auto set = rules::compile(rules::with_unknown_fault(rules::read_sources(paths, faults)), faults);
  err << faults.text();
  return set && faults.ok() ? std::make_shared<const match::Generation>(std::move(*set)) : nullptr;
}

std::string place_text(const Place& place) {
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

bool is_of_daemon(const RulesOptions& options) {
  return asks_daemon(options.url, !options.data.empty() || !options.config.empty(), client_world());
}

using Rules = std::optional<nlohmann::ordered_json>;

nlohmann::ordered_json rule_entry(const rules::Rule& rule, std::size_t firing) {
  return {{"alert", rule.alert},
          {"severity", rule.severity_template ? std::string("template")
                                              : std::string(model::to_text(rule.severity))},
          {"firing", firing},
          {"place", place_text(rule.place)}};
}

// The rules that the journal's end names; `only`: that one, with its text. nullopt: it was said
// what is wrong.
Rules past_rules(const std::string& only, const RulesOptions& options, std::ostream& err) {
  const auto folder = folder_of(options, err);
  if (!folder) return std::nullopt;
  tools::PastEngine past(folder->generations(), folder->hashes());
  if (auto done = catch_up(*folder, past); !done) return refuse(done.error(), err), std::nullopt;
  const auto generation = past.engine().generation();
  if (!generation)
    return refuse({"not_found", "the journal names no rules yet"}, err), std::nullopt;
  const auto& firing = past.engine().active_alerts().by_rule();
  const auto firing_of = [&](const std::string& rule) {
    const auto found = firing.find(rule);
    return found == firing.end() ? 0 : found->second;
  };
  auto list = nlohmann::ordered_json::array();
  for (const auto& rule : generation->rules().rules) {
    if (!only.empty() && rule.alert != only) continue;
    list.push_back(rule_entry(rule, firing_of(rule.alert)));
    if (!only.empty()) list.back()["text"] = rules::rule_text(generation->rules(), rule);
  }
  return list;
}

Rules rules_of_folder(const RulesOptions& options, std::ostream& err) {
  return past_rules("", options, err);
}

Rules rules_of_daemon(const RulesOptions& options, std::ostream& err) {
  return ApiClient(options.url, err).get("/api/v1/rules");
}

Rules rule_of_folder(const std::string& name, const RulesOptions& options, std::ostream& err) {
  auto rules = past_rules(name, options, err);
  if (!rules) return std::nullopt;
  if (rules->empty())
    return refuse({"not_found", "no rule that is in force is called \"" + name + '"'}, err),
           std::nullopt;
  return rules->front();
}

// What the daemon would make of NEW, or without NEW of the files that its config names.
int plan_of_daemon(const RulesOptions& options, std::ostream& out, std::ostream& err) {
  constexpr const char* kPath = "/api/v1/rules/plan";
  Rules request;
  if (!options.paths.empty() && !(request = rule_request(options.paths, {}, err)))
    return err << kNothingWouldChange, 1;
  ApiClient client(options.url, err);
  const auto json = request ? client.post(kPath, *request) : client.get(kPath);
  if (!json) return 1;
  if (options.json) {
    out << client.body();
  } else {
    const auto text =
        request ? client.post_for(kPath, "text/plain", request->dump()) : client.get_text(kPath);
    if (!text) return 1;
    out << *text;
  }
  for (const auto& rule : json->value("rules", nlohmann::ordered_json::array()))
    if (rule.value("ends", 0) > 0) return 3;
  return 0;
}

Rules rule_of_daemon(const std::string& name, const RulesOptions& options, std::ostream& err) {
  return ApiClient(options.url, err).get("/api/v1/rules/" + percent_encode(name));
}

}  // namespace

int rules_ls_command(const RulesOptions& options, std::ostream& out, std::ostream& err) {
  const auto rules =
      is_of_daemon(options) ? rules_of_daemon(options, err) : rules_of_folder(options, err);
  if (!rules) return 1;
  if (options.json) return out << rules->dump(2) << '\n', 0;
  for (const auto& rule : *rules)
    out << fmt::format("{:<32} {:<9} {:>6} firing  {}\n", rule.value("alert", ""),
                       rule.value("severity", ""), rule.value("firing", std::size_t{0}),
                       rule.value("place", ""));
  return 0;
}

int rules_show_command(const RulesOptions& options, std::ostream& out, std::ostream& err) {
  const auto& name = options.paths.front();
  const auto rule = is_of_daemon(options) ? rule_of_daemon(name, options, err)
                                          : rule_of_folder(name, options, err);
  if (!rule) return 1;
  if (options.json) return out << rule->dump(2) << '\n', 0;
  out << fmt::format("# {}: {}, {} firing", rule->value("place", ""), rule->value("severity", ""),
                     rule->value("firing", std::size_t{0}));
  if (rule->contains("matches"))
    out << fmt::format("; events that fitted since the start: {}", rule->value("matches", 0));
  out << '\n' << rule->value("text", "");
  return 0;
}

int rules_plan_command(const RulesOptions& options, std::ostream& out, std::ostream& err) {
  if (options.paths.empty() || is_of_daemon(options)) return plan_of_daemon(options, out, err);
  const auto next = compile(options.paths, err);
  if (!next) return err << kNothingWouldChange, 1;
  const auto folder = folder_of(options, err);
  if (!folder) return 1;
  tools::PastEngine past(folder->generations(), folder->hashes());
  if (auto done = catch_up(*folder, past); !done) return refuse(done.error(), err);
  const auto now = past.engine().generation()
                       ? folder->generations()(past.engine().generation()->rules().hash)
                       : Result<Generation>(nullptr);
  if (!now) return refuse(now.error(), err);
  const auto plan = tools::plan_reload(*now ? &(*now)->rules() : nullptr, next->rules(),
                                       engine::Preview(next->rules()).of(past.engine()));
  out << (options.json ? tools::plan_json(plan, kAll) : tools::plan_text(plan, kAll));
  return plan.ends() == 0 ? 0 : 3;
}

}  // namespace alarum::cli
