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
/// Supported (mustache.github.io, mustache(5)): variables, sections, inverted sections, comments,
/// and partials where the caller of parse() has some. A dotted name such as `content.npu` is one
/// name and not a path. parse() refuses delimiter changes and `{{.}}`. There are no lambdas and no
/// loops, and partials are put in by parse(), so rendering takes one pass over the text.
///
/// Immutable. Copies share the parsed text. Any thread may render it at the same time.
class Template {
 public:
  /// Gives the value of a name; nullopt if there is none. Called during render() only.
  using Lookup = std::function<std::optional<std::string>(std::string_view name)>;
  /// Makes a value safe for its destination (HTML, a JSON string, a Slack link, …). It applies to
  /// every value, also to `{{{x}}}` and `{{&x}}`, so that a template's author cannot switch it off.
  using Escape = std::function<std::string(std::string_view value)>;

  /// Gives the text of a partial, `{{> name}}`, or an error whose message says why there is none.
  /// Called during parse() only. Unlike those of mustache(5) a partial has its sections to itself,
  /// is put in as it is, without indentation, and has no partials of its own.
  using Partials = std::function<Result<std::string>(std::string_view name)>;

  /// Error `bad_template`; the message names the tag and the byte at which it begins, from 1, and
  /// the partial that it stands in. Refused are texts of more than kMaxTemplateText bytes, partials
  /// included, sections nested deeper than kMaxTemplateDepth, and all partials if there is no
  /// `partials`.
  static Result<Template> parse(std::string_view text, const Partials& partials = {});

  /// Every name in the text once, in the order of appearance, so that a loader can refuse a name
  /// that can never have a value.
  const std::vector<std::string>& names() const;
  /// The text as it was given to parse(), with the partials in their places.
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
