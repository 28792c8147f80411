#include "cli/pattern_lines.h"

#include <simdjson.h>

#include <istream>
#include <ostream>

#include "base/json.h"
#include "base/node.h"

namespace alarum::cli {
namespace {

namespace ondemand = simdjson::ondemand;

// One member of a JSON object: a value as its raw text, or with `_text` behind the name as the
// string that it is.
class Line {
 public:
  explicit Line(const std::string& text) : text_(text) {}

  Result<std::string> member(std::string_view name) {
    if (auto raw = find(name)) return *raw;
    auto quoted = find(std::string(name) + "_text");
    if (!quoted)
      return fail("bad_line", "the line has neither \"" + std::string(name) + "\" nor \"" +
                                  std::string(name) + "_text\"");
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

}  // namespace

Result<std::string> line_member(const std::string& line, std::string_view name) {
  return Line(line).member(name);
}

Result<rules::Pattern> read_pattern(std::string_view text) {
  Diagnostics faults;
  std::optional<rules::Clause> clause;
  if (const auto node = parse_json(text, "pattern", faults))
    clause = rules::parse_pattern(*node, faults);
  if (!clause)
    return fail("bad_pattern",
                faults.sorted().empty() ? "not a pattern" : faults.sorted().front().message);
  return rules::Pattern{{std::move(*clause)}};
}

std::optional<NamedPatterns> read_patterns(std::istream& in, std::ostream& err) {
  NamedPatterns out;
  bool ok = true;
  std::string text;
  for (std::size_t number = 1; std::getline(in, text); ++number) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    auto valid = check_json(text);
    auto name =
        valid ? line_member(text, "name") : Result<std::string>(std::unexpected(valid.error()));
    auto raw = name ? line_member(text, "pattern") : name;
    auto pattern = raw ? read_pattern(*raw) : Result<rules::Pattern>(std::unexpected(raw.error()));
    if (!pattern) {
      err << "patterns:" << number << ": error: " << pattern.error().message << '\n';
      ok = false;
      continue;
    }
    Diagnostics unused;
    const auto node = parse_json(*name, "name", unused);
    out.names.push_back(node ? node->text : *name);
    out.patterns.push_back(std::move(*pattern));
  }
  return ok ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace alarum::cli
