#include "cli/rules_command.h"

#include <fmt/format.h>

#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/data_folder.h"
#include "tools/plan.h"

namespace alarum::cli {
namespace {

using Generation = std::shared_ptr<const match::Generation>;

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

}  // namespace

int rules_ls_command(const RulesOptions& options, std::ostream& out, std::ostream& err) {
  const auto folder = folder_of(options, err);
  if (!folder) return 1;
  tools::PastEngine past(folder->generations(), folder->hashes());
  if (auto done = catch_up(*folder, past); !done) return refuse(done.error(), err);
  if (!past.engine().generation())
    return refuse({"not_found", "the journal names no rules yet"}, err);
  std::map<std::string, std::size_t> firing;
  for (const auto& [id, live] : past.engine().active_alerts().all()) ++firing[id.first];
  auto json = nlohmann::ordered_json::array();
  for (const auto& rule : past.engine().generation()->rules().rules) {
    const auto severity = rule.severity_template ? std::string("template")
                                                 : std::string(model::to_text(rule.severity));
    json.push_back({{"alert", rule.alert},
                    {"severity", severity},
                    {"firing", firing[rule.alert]},
                    {"place", place_text(rule.place)}});
    if (!options.json)
      out << fmt::format("{:<32} {:<9} {:>6} firing  {}\n", rule.alert, severity,
                         firing[rule.alert], place_text(rule.place));
  }
  if (options.json) out << json.dump(2) << '\n';
  return 0;
}

int rules_plan_command(const RulesOptions& options, std::ostream& out, std::ostream& err) {
  const auto next = compile(options.paths, err);
  if (!next) {
    err << "the new rules do not load: a reload would change nothing\n";
    return 1;
  }
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
