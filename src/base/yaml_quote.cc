#include "base/yaml_quote.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "base/ascii.h"

namespace alarum {
namespace {

constexpr std::size_t kShown = 40;  // bytes of a line in a message

YamlFault not_closed(const YamlLines& lines, std::size_t at, int swallowed) {
  const char quote = lines.text()[at];
  return {
      lines.line_of(at), lines.column_of(at),
      fmt::format(
          "the quote {} that opens here is not closed on its line, and line {} ({}) would become "
          "part of the text: close the quote, or write a text of several lines behind \"|\"",
          quote, swallowed, shown_line(lines.line(swallowed)))};
}

YamlFault never_closed(const YamlLines& lines, std::size_t at) {
  return {lines.line_of(at), lines.column_of(at),
          fmt::format("the quote {} that opens here is never closed: write {} where the text ends",
                      lines.text()[at], lines.text()[at])};
}

// The first line after the opening quote's that cannot belong to the text; 0 if there is none.
int swallowed_line(const YamlLines& lines, std::size_t at, std::size_t end, int parent) {
  const int last = lines.line_of(end == std::string_view::npos ? lines.text().size() : end - 1);
  for (int number = lines.line_of(at) + 1; number <= last; ++number) {
    const auto line = lines.line(number);
    const auto blanks = line.find_first_not_of(" \t");
    if (blanks == std::string_view::npos) continue;
    if (looks_like_keys(line)) return number;
    const bool only_end = end != std::string_view::npos &&
                          lines.offset(number, static_cast<int>(blanks) + 1) == end - 1;
    if (static_cast<int>(blanks) < parent && line.front() != '\t' && !only_end) return number;
  }
  return 0;
}

// What stands on the line behind a closing quote and must not be there; empty if nothing does.
std::string_view behind(std::string_view text, std::size_t end) {
  const auto begin = text.find_first_not_of(" \t\r", end);
  if (begin == std::string_view::npos ||
      std::string_view("\n,:]}").find(text[begin]) != std::string_view::npos)
    return {};
  return text[begin] == '#' && begin > end ? std::string_view()
                                           : text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

YamlLines::YamlLines(std::string_view text) : text_(text), starts_{0} {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts_.push_back(i + 1);
  }
}

std::string_view YamlLines::line(int number) const {
  if (number < 1 || static_cast<std::size_t>(number) > starts_.size()) return {};
  const auto begin = starts_[static_cast<std::size_t>(number) - 1];
  auto line = text_.substr(begin, text_.find('\n', begin) - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::size_t YamlLines::offset(int line, int column) const {
  if (line < 1 || static_cast<std::size_t>(line) > starts_.size()) return text_.size();
  return std::min(text_.size(), starts_[static_cast<std::size_t>(line) - 1] +
                                    static_cast<std::size_t>(std::max(column, 1)) - 1);
}

int YamlLines::line_of(std::size_t offset) const {
  return static_cast<int>(std::ranges::upper_bound(starts_, offset) - starts_.begin());
}

int YamlLines::column_of(std::size_t offset) const {
  return static_cast<int>(offset - starts_[static_cast<std::size_t>(line_of(offset)) - 1]) + 1;
}

bool looks_like_keys(std::string_view line) {
  static const re2::RE2 key(R"([ \t]*(- +)*[\[{]*[ ]*[A-Za-z_$][\w.$/-]*:([ \t].*)?)");
  return re2::RE2::FullMatch(line, key);
}

bool looks_like_entry(std::string_view line) {
  const auto text = trimmed(line, " \t");
  return text.starts_with("- ") || text == "-" || looks_like_keys(line);
}

std::string shown_line(std::string_view line) {
  auto text = trimmed(line, " \t\r");
  if (text.size() <= kShown) return std::string(text);
  auto cut = kShown;
  // Do not cut within a UTF-8 character.
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return std::string(text.substr(0, cut)) + "…";
}

std::size_t quote_end(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (auto i = at + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\')
      ++i;
    else if (text[i] == quote && quote == '\'' && text.substr(i + 1, 1) == "'")
      ++i;
    else if (text[i] == quote)
      return i + 1;
  }
  return std::string_view::npos;
}

std::optional<YamlFault> check_quote(const YamlLines& lines, std::size_t at, int parent) {
  const auto end = quote_end(lines.text(), at);
  if (const int line = swallowed_line(lines, at, end, parent); line > 0)
    return not_closed(lines, at, line);
  if (end == std::string_view::npos) return never_closed(lines, at);
  const auto rest = behind(lines.text(), end);
  if (rest.empty()) return std::nullopt;
  const auto within = lines.text()[at] == '"' ? "\\\"" : "''";
  return YamlFault{lines.line_of(at), lines.column_of(at),
                   fmt::format("the text in quotes that begins here ends before \"{}\"{}: close "
                               "the quote where the text ends, and write {} for a {} inside of it",
                               shown_line(rest),
                               lines.line_of(end) == lines.line_of(at)
                                   ? ""
                                   : fmt::format(" in line {}", lines.line_of(end)),
                               within, lines.text()[at])};
}

}  // namespace alarum
