#pragma once
#include <optional>
#include <string_view>

#include "base/yaml_quote.h"

namespace alarum {

/// Explains a YAML text that the parser refused by what its author probably did. It finds the first
/// of: a quote or bracket that is not closed, a bracket that closes nothing, wrong indentation, a
/// tab in the indentation, an unquoted `{{`, an unquoted `: `, a key without `: `, and a character
/// that cannot begin a plain text. nullopt if there is none of them up to `last_line`, the line at
/// which the parser gave up; then use reworded().
///
/// Call it for refused texts only: it may call a rare legal form (`? key`) wrong. Cost: the length
/// of the text. Any thread.
std::optional<YamlFault> find_slip(const YamlLines& lines, int last_line);

/// The message of the parser itself (yaml-cpp 0.7, exceptions.h) in words that say what to do. A
/// message that is not known comes back behind `not valid YAML: `.
std::string reworded(std::string_view parser_message);

}  // namespace alarum
