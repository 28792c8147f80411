#include "rules/rule_text.h"

#include <algorithm>

namespace alarum::rules {
namespace {

std::size_t indent_of(std::string_view line) {
  const auto first = line.find_first_not_of(' ');
  return first == line.npos ? line.size() : first;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == line.npos;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

}  // namespace

const Rule* find_rule(const RuleSet& set, const std::string& alert) {
  const auto found = std::ranges::find(set.rules, alert, &Rule::alert);
  return found == set.rules.end() ? nullptr : &*found;
}

std::string item_text(std::string_view text, int line) {
  const auto lines = lines_of(text);
  if (line < 1 || static_cast<std::size_t>(line) > lines.size()) return {};
  const auto first = static_cast<std::size_t>(line) - 1;
  const auto indent = indent_of(lines[first]);
  auto end = first + 1;
  while (end < lines.size() && (is_blank(lines[end]) || indent_of(lines[end]) > indent)) ++end;
  while (end > first + 1 && is_blank(lines[end - 1])) --end;
  std::string out;
  for (auto i = first; i < end; ++i)
    out += std::string(lines[i].substr(std::min(indent, lines[i].size()))) + '\n';
  return out;
}

std::string rule_text(const RuleSet& set, const Rule& rule) {
  const auto sources = unpack(set.text);
  if (!sources) return {};
  const auto file = std::ranges::find(sources->files, rule.place.file, &Sources::File::path);
  return file == sources->files.end() ? std::string() : item_text(file->text, rule.place.line);
}

}  // namespace alarum::rules
