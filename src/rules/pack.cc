#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "rules/rule_set.h"

namespace alarum::rules {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;

Json list_of(const std::vector<Sources::File>& files) {
  auto list = Json::array();
  for (const auto& file : files) list.push_back({{"path", file.path}, {"text", file.text}});
  return list;
}

std::vector<Sources::File> files_of(const Json& list) {
  std::vector<Sources::File> files;
  for (const auto& file : list) files.push_back({file.at("path").get<std::string>(), file.at("text").get<std::string>()});
  return files;
}

}  // namespace

std::string pack(const Sources& sources) {
  const Json json{{"version", kVersion}, {"files", list_of(sources.files)}, {"tables", list_of(sources.tables)}};
  // What is not UTF-8 never compiles, so that nothing is lost by replacing it here.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Sources> unpack(std::string_view text) {
  try {
    const auto json = Json::parse(text);
    if (const auto& version = json.at("version"); version != kVersion) {
      return fail("bad_generation", fmt::format("generation of version {}; this binary reads version {}", version.dump(), kVersion));
    }
    return Sources{files_of(json.at("files")), files_of(json.at("tables"))};
  } catch (const nlohmann::json::exception& fault) {
    return fail("bad_generation", fmt::format("not a generation: {}", fault.what()));
  }
}

}  // namespace alarum::rules
