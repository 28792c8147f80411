#include "cli/match_command.h"

#include <simdjson.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/node.h"
#include "match/matcher.h"

namespace alarum::cli {
namespace {

namespace ondemand = simdjson::ondemand;

// One member of a JSON object: a value as its raw text, or with `_text` behind the name as the string that it is.
class Line {
 public:
  explicit Line(const std::string& text) : text_(text) {}

  Result<std::string> member(std::string_view name) {
    if (auto raw = find(name)) return *raw;
    auto quoted = find(std::string(name) + "_text");
    if (!quoted)
      return fail("bad_line",
                  "the line has neither \"" + std::string(name) + "\" nor \"" + std::string(name) + "_text\"");
    ondemand::parser parser;
    const simdjson::padded_string padded(*quoted);
    ondemand::document document;
    std::string_view decoded;
    if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
        document.get_string().get(decoded) != simdjson::SUCCESS) {
      return fail("bad_line", "\"" + std::string(name) + "_text\" is not a string");
    }
    return std::string(decoded);
  }

 private:
  std::optional<std::string> find(std::string_view name) {
    ondemand::parser parser;
    ondemand::document document;
    ondemand::object object;
    if (parser.iterate(text_).get(document) != simdjson::SUCCESS ||
        document.get_object().get(object) != simdjson::SUCCESS)
      return std::nullopt;
    for (auto field : object) {
      std::string_view key;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS || key != name) continue;
      return raw(field.value());
    }
    return std::nullopt;
  }

  static std::optional<std::string> raw(simdjson::simdjson_result<ondemand::value> value) {
    ondemand::json_type type;
    if (value.type().get(type) != simdjson::SUCCESS) return std::nullopt;
    std::string_view text;
    if (type == ondemand::json_type::object) {
      if (value.get_object().value().raw_json().get(text) != simdjson::SUCCESS) return std::nullopt;
    } else if (type == ondemand::json_type::array) {
      if (value.get_array().value().raw_json().get(text) != simdjson::SUCCESS) return std::nullopt;
    } else {
      text = value.raw_json_token().value();
    }
    return std::string(text);
  }

  simdjson::padded_string text_;
};

Result<rules::Pattern> read_pattern(std::string_view text) {
  Diagnostics faults;
  std::optional<rules::Clause> clause;
  if (const auto node = parse_json(text, "pattern", faults)) clause = rules::parse_pattern(*node, faults);
  if (!clause) return fail("bad_pattern", faults.sorted().empty() ? "not a pattern" : faults.sorted().front().message);
  return rules::Pattern{{std::move(*clause)}};
}

Result<bool> match_line(const std::string& text) {
  if (auto valid = check_json(text); !valid) return std::unexpected(valid.error());
  Line line(text);
  const auto pattern = line.member("pattern");
  if (!pattern) return std::unexpected(pattern.error());
  const auto event = line.member("event");
  if (!event) return std::unexpected(event.error());
  return match_texts(*pattern, *event);
}

// A message may quote texts of the pattern, line breaks and all.
std::string on_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text;
}

std::string matches_json(const std::vector<std::uint32_t>& found, const std::vector<std::string>& names) {
  std::string out;
  for (const auto i : found) out += (out.empty() ? "" : ",") + json_quote(names[i]);
  return "[" + out + "]";
}

bool read_patterns(std::istream& in, std::vector<std::string>& names, std::vector<rules::Pattern>& patterns,
                   std::ostream& err) {
  bool ok = true;
  std::string text;
  for (std::size_t number = 1; std::getline(in, text); ++number) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    Line line(text);
    auto valid = check_json(text);
    auto name = valid ? line.member("name") : Result<std::string>(std::unexpected(valid.error()));
    auto raw = name ? line.member("pattern") : name;
    auto pattern = raw ? read_pattern(*raw) : Result<rules::Pattern>(std::unexpected(raw.error()));
    if (!pattern) {
      err << "patterns:" << number << ": error: " << pattern.error().message << '\n';
      ok = false;
      continue;
    }
    Diagnostics unused;
    const auto node = parse_json(*name, "name", unused);
    names.push_back(node ? node->text : *name);
    patterns.push_back(std::move(*pattern));
  }
  return ok;
}

}  // namespace

Result<bool> match_texts(std::string_view pattern, std::string_view event) {
  auto compiled = read_pattern(pattern);
  if (!compiled) return std::unexpected(compiled.error());
  const auto flat = model::FlatEvent::of_json(event);
  if (!flat) return fail("bad_event", flat.error().message);
  std::vector<std::uint32_t> found;
  match::Matcher({std::move(*compiled)}).match(*flat, found);
  return !found.empty();
}

int match_jsonl(std::istream& in, std::ostream& out) {
  std::string text;
  while (std::getline(in, text)) {
    const auto verdict = match_line(text);
    if (verdict) {
      out << (*verdict ? "true\n" : "false\n");
    } else {
      out << "error: " << on_one_line(verdict.error().message) << '\n';
    }
  }
  out.flush();
  return 0;
}

int match_files(std::istream& patterns, std::istream& events, std::ostream& out, std::ostream& err) {
  std::vector<std::string> names;
  std::vector<rules::Pattern> compiled;
  if (!read_patterns(patterns, names, compiled, err)) return 1;
  const match::Matcher matcher(std::move(compiled));
  std::string text;
  for (std::size_t number = 1; std::getline(events, text); ++number) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    const auto flat = model::FlatEvent::of_json(text);
    if (!flat) {
      out << R"({"line":)" << number << R"(,"error":)" << json_quote(flat.error().message) << "}\n";
      continue;
    }
    std::vector<std::uint32_t> found;
    matcher.match(*flat, found);
    if (!found.empty()) out << R"({"line":)" << number << R"(,"matches":)" << matches_json(found, names) << "}\n";
  }
  out.flush();
  return 0;
}

}  // namespace alarum::cli
