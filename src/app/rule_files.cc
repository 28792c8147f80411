#include "app/rule_files.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/test_files.h"
#include "app/tried_rules.h"

namespace alarum::app {
namespace {

using Json = nlohmann::ordered_json;

Json rules_in(const rules::RuleSet& set, const std::string& file) {
  auto list = Json::array();
  for (const auto* rules : {&set.rules, &set.disabled}) {
    for (const auto& rule : *rules)
      if (rule.place.file == file)
        list.push_back({{"alert", rule.alert}, {"line", rule.place.line}});
  }
  return list;
}

Json tests_of_file(const std::string& file) {
  auto list = Json::array();
  try {
    for (const auto& path : tests_beside(file)) {
      if (const auto text = text_of_file(path)) list.push_back({{"file", path}, {"text", *text}});
    }
  } catch (const std::filesystem::filesystem_error&) {
    return list;  // the folder is gone, or cannot be read: the rules in force are shown all the
                  // same
  }
  return list;
}

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

Result<std::string> rule_file_list(const match::Generation& in_force) {
  const auto sources = rules::unpack(in_force.rules().text);
  if (!sources) return std::unexpected(sources.error());
  auto list = Json::array();
  for (const auto& file : sources->files) {
    auto names = Json::array();
    for (const auto& rule : rules_in(in_force.rules(), file.path)) names.push_back(rule["alert"]);
    list.push_back({{"file", file.path}, {"rules", names}, {"bytes", file.text.size()}});
  }
  return line_of(list);
}

Result<std::string> rule_file(const match::Generation& in_force, const std::string& file) {
  const auto sources = rules::unpack(in_force.rules().text);
  if (!sources) return std::unexpected(sources.error());
  for (const auto& one : sources->files) {
    if (!is_same_name(one.path, file)) continue;
    return line_of({{"file", one.path},
                    {"text", one.text},
                    {"rules", rules_in(in_force.rules(), one.path)},
                    {"tests", tests_of_file(one.path)}});
  }
  return fail("not_found", "no rule file that is in force is called \"" + file + "\"");
}

}  // namespace alarum::app
