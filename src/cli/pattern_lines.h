#pragma once
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rules/pattern.h"

namespace alarum::cli {

/// The member `name` of the JSON object `line` (valid JSON), as its raw text; or with `_text`
/// behind the name as the string that it is. Error `bad_line`.
Result<std::string> line_member(const std::string& line, std::string_view name);

/// An EventBridge pattern, strict JSON. Error `bad_pattern`.
Result<rules::Pattern> read_pattern(std::string_view text);

struct NamedPatterns {
  std::vector<std::string> names;
  std::vector<rules::Pattern> patterns;
};
/// `{"name", "pattern"}` a line. Every fault goes to `err` with its line; nullopt when there is
/// one.
std::optional<NamedPatterns> read_patterns(std::istream& in, std::ostream& err);

}  // namespace alarum::cli
