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

constexpr std::size_t kMaxTemplateText = 65536;  ///< bytes
constexpr std::size_t kMaxTemplateDepth = 16;    ///< sections in sections

/// A Mustache text (mustache.github.io, variables, sections and comments): `{{subject}}: NPU
/// {{npu}} lost`. A dotted name such as `content.npu` is one name. Partials, delimiter changes and
/// `{{.}}` are refused when it is parsed; there are no lambdas. Immutable, cheap to copy, may be
/// used by any thread.
class Template {
 public:
  /// The value of a name; nullopt where it is missing.
  using Lookup = std::function<std::optional<std::string>(std::string_view name)>;
  /// Makes a value safe for where it goes (HTML, JSON string, Slack link, …); `{{{x}}}` and
  /// `{{&x}}` go through it as well.
  using Escape = std::function<std::string(std::string_view value)>;

  /// Error `bad_template`, whose message names the tag and its byte in `text`.
  static Result<Template> parse(std::string_view text);

  /// All names that the text asks for, each once, in order of appearance, so that a loader can
  /// refuse what cannot exist.
  const std::vector<std::string>& names() const;
  const std::string& text() const;

  /// A missing name renders `<no name>` (with its name for `name`) and adds one to `missing`. A
  /// section stands where its name has a value other than the empty text and `false`.
  std::string render(const Lookup& lookup, std::size_t& missing, const Escape& escape = {}) const;

 private:
  struct Body;
  explicit Template(std::shared_ptr<const Body> body) : body_(std::move(body)) {}
  std::shared_ptr<const Body> body_;
};

}  // namespace alarum
