#include "cli/match_command.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/printable.h"
#include "cli/pattern_lines.h"
#include "match/matcher.h"

namespace alarum::cli {
namespace {

Result<bool> match_line(const std::string& text) {
  if (auto valid = check_json(text); !valid) return std::unexpected(valid.error());
  const auto pattern = line_member(text, "pattern");
  if (!pattern) return std::unexpected(pattern.error());
  const auto event = line_member(text, "event");
  if (!event) return std::unexpected(event.error());
  return match_texts(*pattern, *event);
}

std::string matches_json(const std::vector<std::uint32_t>& found,
                         const std::vector<std::string>& names) {
  std::string out;
  for (const auto i : found) out += (out.empty() ? "" : ",") + json_quote(names[i]);
  return "[" + out + "]";
}

}  // namespace

Result<bool> match_texts(std::string_view pattern, std::string_view event) {
  auto compiled = read_pattern(pattern);
  if (!compiled) return std::unexpected(compiled.error());
  std::vector<std::uint32_t> found;
  if (auto read = match::Matcher({std::move(*compiled)}).match_json(event, found); !read)
    return fail("bad_event", read.error().message);
  return !found.empty();
}

int match_jsonl(std::istream& in, std::ostream& out) {
  std::string text;
  while (std::getline(in, text)) {
    const auto verdict = match_line(text);
    if (verdict) {
      out << (*verdict ? "true\n" : "false\n");
    } else {
      out << "error: " << printable_line(verdict.error().message) << '\n';
    }
  }
  out.flush();
  return 0;
}

int match_files(std::istream& patterns, std::istream& events, std::ostream& out,
                std::ostream& err) {
  const auto read = read_patterns(patterns, err);
  if (!read) return 1;
  const match::Matcher matcher(read->patterns);
  std::string text;
  for (std::size_t number = 1; std::getline(events, text); ++number) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    std::vector<std::uint32_t> found;
    if (auto valid = matcher.match_json(text, found); !valid) {
      out << R"({"line":)" << number << R"(,"error":)" << json_quote(valid.error().message)
          << "}\n";
      continue;
    }
    if (!found.empty())
      out << R"({"line":)" << number << R"(,"matches":)" << matches_json(found, read->names)
          << "}\n";
  }
  out.flush();
  return 0;
}

}  // namespace alarum::cli
