#include <CLI/CLI.hpp>

#include "cli/manual.h"

namespace alarum::cli {
namespace {

std::string path_of(const CLI::App& app) {
  const auto* parent = app.get_parent();
  return parent ? path_of(*parent) + ' ' + app.get_name() : app.get_name();
}

// CLI11 writes `TEXT:{json,wide}` of one that takes these values only.
std::vector<std::string> choices_of(const std::string& type) {
  const auto begin = type.find('{'), end = type.find('}');
  std::vector<std::string> out;
  if (begin == type.npos || end == type.npos || end < begin) return out;
  for (auto at = begin + 1; at < end;) {
    const auto next = std::min(type.find(',', at), end);
    out.push_back(type.substr(at, next - at));
    at = next + 1;
  }
  return out;
}

std::string value_of(const CLI::Option& option, const std::vector<std::string>& choices) {
  if (option.get_expected_max() == 0) return {};
  if (!choices.empty()) {
    std::string out;
    for (const auto& one : choices) out += (out.empty() ? "" : "|") + one;
    return out;
  }
  const auto type = option.get_type_name();
  if (type.find("FILE") != type.npos) return "FILE";
  const auto word = type.substr(0, type.find_first_of(": "));
  return word == "TEXT" || word == "UINT" || word == "INT" || word == "FLOAT" || word.empty()
             ? (word == "TEXT" || word.empty() ? "TEXT" : "NUMBER")
             : word;
}

}  // namespace

CommandText describe(const CLI::App& app) {
  CommandText out;
  out.path = path_of(app);
  out.summary = app.get_description();
  out.example = app.get_footer();
  out.group = app.get_group();
  for (const auto* option : app.get_options()) {
    if (option == app.get_help_ptr() || option->get_group().empty()) continue;
    OptionText one;
    one.help = option->get_description();
    one.choices = choices_of(option->get_type_name());
    one.repeats = option->get_expected_max() > 1;
    one.required = option->get_required();
    one.names = option->get_positional() ? option->get_name(true) : option->get_name(false, true);
    if (option->get_positional()) {
      out.arguments.push_back(std::move(one));
    } else {
      one.value = value_of(*option, one.choices);
      out.options.push_back(std::move(one));
    }
  }
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    out.commands.push_back(describe(*command));
  return out;
}

}  // namespace alarum::cli
