#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/newer_format.h"
#include "rules/rule_set.h"

namespace alarum::rules {
namespace {

using Json = nlohmann::ordered_json;

// Without an inventory the text is the same as before there were inventories. So a generation that
// is in force in an old journal keeps its id.
constexpr int kVersion = 2, kPlain = 1;

Json list_of(const std::vector<Sources::File>& files) {
  auto list = Json::array();
  for (const auto& file : files) list.push_back({{"path", file.path}, {"text", file.text}});
  return list;
}

std::vector<Sources::File> files_of(const Json& list) {
  std::vector<Sources::File> files;
  for (const auto& file : list)
    files.push_back({file.at("path").get<std::string>(), file.at("text").get<std::string>()});
  return files;
}

}  // namespace

std::string pack(const Sources& sources) {
  Json json{{"version", sources.inventory ? kVersion : kPlain}};
  if (sources.inventory)
    json["inventory"] = {{"path", sources.inventory->path}, {"sha256", sources.inventory->sha256}};
  json["files"] = list_of(sources.files);
  json["tables"] = list_of(sources.tables);
  // Texts that are not UTF-8 never compile, so replacing bytes here loses nothing.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Sources> unpack(std::string_view text, const FindInventory& find) {
  try {
    const auto json = Json::parse(text);
    if (const auto& version = json.at("version"); version != kPlain && version != kVersion) {
      if (version.is_number_unsigned() && version > kVersion)
        return newer_format("the generation", version, kVersion);
      return fail("bad_generation",
                  fmt::format("generation of version {}; this binary reads versions {} and {}",
                              version.dump(), kPlain, kVersion));
    }
    Sources sources{files_of(json.at("files")), files_of(json.at("tables")), nullptr};
    if (!json.contains("inventory")) return sources;
    InventoryText inventory{json["inventory"].at("path"), {}, json["inventory"].at("sha256")};
    if (auto found = find ? find(inventory.sha256) : Result<std::string>())
      inventory.text = std::move(*found);
    else
      return std::unexpected(found.error());
    sources.inventory = std::make_shared<const InventoryText>(std::move(inventory));
    return sources;
  } catch (const nlohmann::json::exception& fault) {
    return fail("bad_generation", fmt::format("not a generation: {}", fault.what()));
  }
}

}  // namespace alarum::rules
