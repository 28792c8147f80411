#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace alarum {

/// Bounds of one template, checked by Template::parse().
constexpr std::size_t kMaxTemplateText = 65536;  ///< bytes
constexpr std::size_t kMaxTemplateDepth = 16;    ///< sections in sections

/// A Mustache text, such as `{{subject}}: NPU {{npu}} lost`. Annotations of rules and payloads of
/// receivers are Templates.
///
/// Supported (mustache.github.io, mustache(5)): variables, sections, inverted sections and
/// comments. A dotted name such as `content.npu` is one name and not a path. parse() refuses
/// partials, delimiter changes and `{{.}}`. There are no lambdas and no loops, so rendering takes
/// one pass over the text.
///
/// Immutable. Copies share the parsed text. Any thread may render it at the same time.
class Template {
 public:
  /// Gives the value of a name; nullopt if there is none. Called during render() only.
  using Lookup = std::function<std::optional<std::string>(std::string_view name)>;
  /// Makes a value safe for its destination (HTML, a JSON string, a Slack link, …). It applies to
  /// every value, also to `{{{x}}}` and `{{&x}}`, so that a template's author cannot switch it off.
  using Escape = std::function<std::string(std::string_view value)>;

  /// Error `bad_template`; the message names the tag and the byte at which it begins, from 1. Texts
  /// of more than kMaxTemplateText bytes and sections nested deeper than kMaxTemplateDepth are
  /// refused.
  static Result<Template> parse(std::string_view text);

  /// Every name in the text once, in the order of appearance, so that a loader can refuse a name
  /// that can never have a value.
  const std::vector<std::string>& names() const;
  /// The text as it was given to parse().
  const std::string& text() const;

  /// Renders the text. A variable without a value becomes `<no NAME>` and adds one to `missing`. A
  /// section is rendered if its name has a value other than "" and "false"; an inverted section
  /// (`{{^x}}`) if not. There are no lists, so a section is rendered at most once.
  std::string render(const Lookup& lookup, std::size_t& missing, const Escape& escape = {}) const;

 private:
  struct Body;
  explicit Template(std::shared_ptr<const Body> body) : body_(std::move(body)) {}
  std::shared_ptr<const Body> body_;
};

}  // namespace alarum
