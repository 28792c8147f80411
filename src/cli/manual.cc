#include "cli/manual.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/diagnostics.h"

namespace alarum::cli {
namespace {

constexpr std::size_t kWidth = 100;    // columns
constexpr std::size_t kMostLeft = 30;  // columns of names, before their help begins on a new line

// `text` in lines of at most `width` columns, the first after `left` columns that are there.
std::string wrapped(std::string_view text, std::size_t left) {
  std::string out;
  std::size_t at = left;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    if (at > left && at + 1 + word.size() > kWidth) {
      out += "\n" + std::string(left, ' ');
      at = left;
    } else if (at > left) {
      out += ' ';
      ++at;
    }
    out += word;
    at += word.size();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string left_of(const OptionText& option, bool is_argument) {
  if (is_argument) return option.names + (option.repeats ? "…" : "");
  auto names = option.names;
  if (const auto comma = names.find(','); comma != names.npos) names.insert(comma + 1, " ");
  if (!names.starts_with('-') || names.starts_with("--")) names = "    " + names;
  return names + (option.value.empty() ? "" : ' ' + option.value);
}

using HelpRow = std::pair<std::string, std::string>;

// Columns of what a terminal shows, of texts whose only other character is `…`.
std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string rows_text(const std::string& heading, const std::vector<HelpRow>& rows) {
  if (rows.empty()) return {};
  std::size_t left = 0;
  for (const auto& [name, help] : rows)
    if (columns(name) <= kMostLeft) left = std::max(left, columns(name));
  std::string out = "\n" + heading + "\n";
  for (const auto& [name, help] : rows) {
    out += "  " + name;
    if (columns(name) > left)
      out += "\n" + std::string(left + 4, ' ');
    else
      out += std::string(left + 2 - columns(name), ' ');
    out += wrapped(help, left + 4) + "\n";
  }
  return out;
}

std::vector<HelpRow> rows_of(const std::vector<OptionText>& options, bool are_arguments) {
  std::vector<HelpRow> rows;
  for (const auto& one : options) rows.emplace_back(left_of(one, are_arguments), one.help);
  return rows;
}

std::string commands_text(const CommandText& command) {
  std::vector<std::string> groups;
  for (const auto& one : command.commands)
    if (std::ranges::find(groups, one.group) == groups.end()) groups.push_back(one.group);
  std::string out;
  for (const auto& group : groups) {
    std::vector<HelpRow> rows;
    for (const auto& one : command.commands)
      if (one.group == group) rows.emplace_back(one.name(), one.summary);
    out += rows_text(group + ":", rows);
  }
  return out;
}

}  // namespace

std::string CommandText::name() const {
  return path.substr(path.rfind(' ') + 1);
}

const CommandText* find_command(const CommandText& root, const std::vector<std::string>& words) {
  if (words.empty()) return nullptr;
  const auto* at = &root;
  for (const auto& word : words) {
    const auto found =
        std::ranges::find_if(at->commands, [&](const auto& one) { return one.name() == word; });
    if (found == at->commands.end()) return nullptr;
    at = &*found;
  }
  return at;
}

std::string wrong_command(const CommandText& root, const std::vector<std::string>& words) {
  const auto* at = &root;
  for (const auto& word : words) {
    if (at->commands.empty() || word.starts_with('-')) return {};
    std::vector<std::string> names;
    for (const auto& one : at->commands) names.push_back(one.name());
    const auto found = std::ranges::find(names, word);
    if (found == names.end()) {
      const auto guess = did_you_mean(word, names);
      if (at == &root) return fmt::format("there is no command \"{}\"{}", word, guess);
      return fmt::format("there is no command \"{}\" of \"{}\"{}", word, at->path,
                         guess.empty() ? fmt::format(", only {}", fmt::join(names, ", ")) : guess);
    }
    at = &at->commands[static_cast<std::size_t>(found - names.begin())];
  }
  return {};
}

std::string wrong_option(const CommandText& command, const std::vector<std::string>& words) {
  std::vector<std::string> known{"--help"};
  for (const auto& one : command.options) {
    for (std::size_t at = 0; at < one.names.size();) {
      const auto end = std::min(one.names.find(',', at), one.names.size());
      known.push_back(one.names.substr(at, end - at));
      at = end + 1;
    }
  }
  for (const auto& word : words) {
    if (word == "--") break;
    if (!word.starts_with("--")) continue;
    const auto name = word.substr(0, word.find('='));
    if (std::ranges::find(known, name) == known.end())
      return fmt::format("\"{}\" has no option {}{}", command.path, name,
                         did_you_mean(name, known));
  }
  return {};
}

std::string synopsis(const CommandText& command) {
  auto out = command.path;
  for (const auto& one : command.options) {
    if (one.required) out += ' ' + one.names.substr(one.names.rfind(',') + 1) + ' ' + one.value;
  }
  if (!command.options.empty()) out += " [OPTIONS]";
  if (!command.commands.empty()) out += " COMMAND";
  for (const auto& one : command.arguments) {
    const auto name = one.names + (one.repeats ? "…" : "");
    out += one.required ? ' ' + name : " [" + name + ']';
  }
  return out;
}

std::string help_text(const CommandText& command) {
  auto out = wrapped(command.summary, 0) + "\n\nUsage: " + synopsis(command) + "\n";
  out += commands_text(command);
  out += rows_text("Arguments:", rows_of(command.arguments, true));
  auto options = rows_of(command.options, false);
  options.emplace_back("-h, --help", "this text");
  out += rows_text("Options:", options);
  if (!command.example.empty()) {
    out += "\nExample:\n";
    for (std::size_t at = 0; at < command.example.size();) {
      const auto end = std::min(command.example.find('\n', at), command.example.size());
      out += "  " + command.example.substr(at, end - at) + "\n";
      at = end + 1;
    }
  }
  if (!command.commands.empty())
    out += fmt::format("\n`{} COMMAND --help` says more of a command.\n", command.path);
  return out;
}

}  // namespace alarum::cli
