#include "app/tried_rules.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace alarum::app {
namespace {

using Json = nlohmann::ordered_json;
using Files = std::vector<rules::Sources::File>;

Result<rules::Sources::File> file_of(const Json& json, const std::string& member) {
  const auto text = [&](const char* name) {
    return json.is_object() && json.contains(name) && json[name].is_string();
  };
  if (!text("file") || !text("text") || json.size() != 2 || json["file"] == "")
    return fail("bad_request",
                "\"" + member + "\" must have files as {\"file\": name, \"text\": text}");
  return rules::Sources::File{json["file"].get<std::string>(), json["text"].get<std::string>()};
}

Result<Files> files_of(const Json& request, const std::string& member) {
  Files files;
  if (!request.contains(member)) return files;
  if (!request[member].is_array())
    return fail("bad_request", "\"" + member + "\" must be a list of {\"file\", \"text\"}");
  for (const auto& one : request[member]) {
    auto file = file_of(one, member);
    if (!file) return std::unexpected(file.error());
    files.push_back(std::move(*file));
  }
  return files;
}

void put(const Files& files, Files& into) {
  for (const auto& file : files) {
    const auto old = std::ranges::find_if(
        into, [&](const auto& one) { return is_same_name(one.path, file.path); });
    if (old == into.end())
      into.push_back(file);
    else
      old->text = file.text;
  }
}

}  // namespace

bool is_same_name(const std::string& a, const std::string& b) {
  using std::filesystem::path;
  return path(a).lexically_normal() == path(b).lexically_normal();
}

Result<void> only_members(const Json& request, const std::vector<std::string>& known) {
  if (!request.is_object()) return fail("bad_request", "the body must be a JSON object");
  for (const auto& [name, value] : request.items()) {
    if (std::ranges::find(known, name) == known.end())
      return fail("bad_request", "unknown member \"" + name + "\"" + did_you_mean(name, known));
  }
  return {};
}

Result<TriedRules> read_tried_rules(const Json& request) {
  auto files = files_of(request, "rules");
  if (!files) return std::unexpected(files.error());
  auto tables = files_of(request, "tables");
  if (!tables) return std::unexpected(tables.error());
  TriedRules tried{std::move(*files), std::move(*tables), nullptr, false};
  if (request.contains("inventory")) {
    auto file = file_of(request["inventory"], "inventory");
    if (!file) return std::unexpected(file.error());
    tried.inventory = rules::inventory_text(file->path, std::move(file->text));
  }
  if (!request.contains("complete")) return tried;
  if (!request["complete"].is_boolean())
    return fail("bad_request", "\"complete\" must be true or false");
  tried.complete = request["complete"];
  return tried;
}

Result<rules::Sources> sources_with(const TriedRules& tried, const rules::RuleSet& in_force,
                                    journal::JournalView& journal) {
  auto sources = rules::unpack(
      in_force.text, [&](const std::string& hash) { return journal.load_attached(hash); });
  if (!sources) return std::unexpected(sources.error());
  if (tried.complete) sources->files.clear(), sources->tables.clear();
  put(tried.files, sources->files);
  put(tried.tables, sources->tables);
  if (tried.inventory) sources->inventory = tried.inventory;
  return rules::with_unknown_fault(std::move(*sources));
}

Result<std::shared_ptr<const match::Generation>> compile_tried(const TriedRules& tried,
                                                               const rules::RuleSet& in_force,
                                                               journal::JournalView& journal,
                                                               Diagnostics& faults) {
  const auto sources = sources_with(tried, in_force, journal);
  if (!sources) return std::unexpected(sources.error());
  auto set = rules::compile(*sources, faults);
  if (!set || !faults.ok()) return nullptr;
  return std::make_shared<const match::Generation>(std::move(*set));
}

}  // namespace alarum::app
