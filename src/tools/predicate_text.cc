#include <fmt/format.h>

#include "base/json.h"
#include "tools/verdict.h"

namespace alarum::tools {
namespace {

using Op = rules::Predicate::Op;

std::string operands(const rules::Predicate& predicate) {
  std::string list;
  for (const auto& operand : predicate.operands) {
    list += (list.empty() ? "" : ",") +
            (operand.op == Op::number ? operand.text : json_quote(operand.text));
  }
  return predicate.operands.size() == 1 ? list : '[' + list + ']';
}

std::string bounds(const rules::Predicate& predicate) {
  if (predicate.low && predicate.high && predicate.low->value == predicate.high->value)
    return fmt::format("\"=\",{}", predicate.low->value);
  std::string text;
  if (predicate.low)
    text = fmt::format("\"{}\",{}", predicate.low->inclusive ? ">=" : ">", predicate.low->value);
  if (predicate.high)
    text += fmt::format("{}\"{}\",{}", text.empty() ? "" : ",",
                        predicate.high->inclusive ? "<=" : "<", predicate.high->value);
  return text;
}

std::string named(std::string_view name, const std::string& operand) {
  return fmt::format("{{\"{}\":{}}}", name, operand);
}
std::string but(std::string_view name, const rules::Predicate& predicate) {
  return named("anything-but", named(name, operands(predicate)));
}
std::string any_case(std::string_view name, const std::string& text) {
  return named(name, named("equals-ignore-case", text));
}

}  // namespace

std::string to_text(const rules::Predicate& predicate) {
  const auto text = json_quote(predicate.text);
  switch (predicate.op) {
    case Op::null:
      return "null";
    case Op::boolean:
    case Op::number:
      return predicate.text;
    case Op::string:
      return predicate.flag ? named("exactly", text) : text;
    case Op::prefix:
      return named("prefix", text);
    case Op::suffix:
      return named("suffix", text);
    case Op::equals_ignore_case:
      return named("equals-ignore-case", text);
    case Op::wildcard:
      return named("wildcard", text);
    case Op::prefix_ignore_case:
      return any_case("prefix", text);
    case Op::suffix_ignore_case:
      return any_case("suffix", text);
    case Op::numeric:
      return named("numeric", '[' + bounds(predicate) + ']');
    case Op::exists:
      return named("exists", predicate.flag ? "true" : "false");
    case Op::cidr:
      return named("cidr", text);
    case Op::anything_but_values:
      return named("anything-but", operands(predicate));
    case Op::anything_but_prefix:
      return but("prefix", predicate);
    case Op::anything_but_suffix:
      return but("suffix", predicate);
    case Op::anything_but_ignore_case:
      return but("equals-ignore-case", predicate);
    case Op::anything_but_wildcard:
      return but("wildcard", predicate);
  }
  return text;
}

std::string shown_path(const std::string& path) {
  return path.starts_with('#') ? path.substr(path.find('.') + 1) : path;
}

}  // namespace alarum::tools
