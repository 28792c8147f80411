#pragma once
#include <optional>
#include <string_view>

#include "base/yaml_quote.h"

namespace alarum {

/// What a person did to a YAML text that the parser refused, in their words: the first of a quote
/// that is not closed, a bracket that is not closed or closes nothing, wrong indentation, a tab in
/// it, an unquoted `{{`, an unquoted `: `, a key without `: `, a character that begins no plain
/// text. nullopt when none of them is found up to `last_line`, where the parser gave up. For
/// refused texts only: legal ones of rare forms (`? key`) may be misread. Cost: the length of the
/// text.
std::optional<YamlFault> find_slip(const YamlLines& lines, int last_line);

/// The parser's own sentence (yaml-cpp 0.7, exceptions.h) in words that say what to do.
std::string reworded(std::string_view parser_message);

}  // namespace alarum
