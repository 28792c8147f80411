#include "cli/rule_request.h"

#include <nlohmann/json.hpp>

#include "rules/rule_set.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;

Json files_json(const std::vector<rules::Sources::File>& files) {
  auto list = Json::array();
  for (const auto& file : files) list.push_back({{"file", file.path}, {"text", file.text}});
  return list;
}

}  // namespace

std::optional<Json> rule_request(const std::vector<std::string>& paths,
                                 const std::string& inventory, std::ostream& err) {
  Diagnostics faults;
  const auto sources = rules::read_sources(paths, faults, inventory);
  if (!inventory.empty()) rules::expect_inventory(sources, inventory, faults);
  const auto set = rules::compile(rules::with_unknown_fault(sources), faults);
  err << faults.text();
  if (!set || !faults.ok()) return std::nullopt;
  Json request{{"rules", files_json(sources.files)},
               {"tables", files_json(sources.tables)},
               {"complete", true}};
  if (sources.inventory)
    request["inventory"] = {{"file", sources.inventory->path}, {"text", sources.inventory->text}};
  return request;
}

}  // namespace alarum::cli
