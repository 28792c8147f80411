#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/alert.h"

namespace re2 {
class RE2;
}

namespace alarum::model {

/// One condition on a label, as Alertmanager has it: `=`, `!=`, `=~`, `!~`. A label that an alert
/// does not have counts as the empty string. A regular expression (RE2 syntax) must match the whole
/// value.
///
/// An immutable value. Copies share the compiled expression. Any thread may use it.
class Matcher {
 public:
  enum class Op : std::uint8_t { equal = 1, not_equal = 2, regex = 3, not_regex = 4 };

  /// Error `bad_matcher`: the expression does not compile (or needs more than 8 MiB), the name is
  /// empty, or a text is not UTF-8.
  static Result<Matcher> make(std::string name, Op op, std::string value);

  /// Whether a label with this value satisfies the condition. Linear in the value: RE2 does not
  /// backtrack.
  bool matches(std::string_view value) const;
  bool matches(const Labels& labels) const;

  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }
  Op op() const { return op_; }
  bool is_regex() const { return op_ == Op::regex || op_ == Op::not_regex; }
  bool is_equal() const { return op_ == Op::equal || op_ == Op::regex; }
  /// `name="value"`, as parse_matcher() reads it. The name is quoted if is_classic_name() is false.
  std::string text() const;
  friend bool operator==(const Matcher& a, const Matcher& b) {
    return a.name_ == b.name_ && a.op_ == b.op_ && a.value_ == b.value_;
  }

 private:
  Matcher() = default;
  bool same(std::string_view value) const;
  std::string name_, value_;
  Op op_ = Op::equal;
  std::shared_ptr<const re2::RE2> expression_;
  // Every value that matches the expression lies between the two texts. Most values that do not
  // match are rejected by this comparison alone.
  std::shared_ptr<const std::pair<std::string, std::string>> range_;
};

using Matchers = std::vector<Matcher>;

std::string_view to_text(Matcher::Op);
/// Whether the labels satisfy all matchers. True if there are none.
bool all_match(const Matchers& matchers, const Labels& labels);
/// `{a="b",c=~"d"}`
std::string to_text(const Matchers& matchers);
/// Whether a name is one of Prometheus' classic names, which need no quotes:
/// `[a-zA-Z_:][a-zA-Z0-9_:]*`.
bool is_classic_name(std::string_view name);

/// Reads a list of matchers with or without braces, as Alertmanager does in its fallback mode
/// (matcher/compat). Both grammars are tried. If both accept the text and read it differently, or
/// only the classic one accepts it, the classic reading wins. Error `bad_matcher` with the place of
/// the fault, in code points.
Result<Matchers> parse_matchers(std::string_view text);
/// The UTF-8 grammar alone (Alertmanager's matcher/parse). Names and values may be quoted, with the
/// escapes of Go's string literals.
Result<Matchers> parse_matchers_utf8(std::string_view text);
/// The classic grammar alone (Alertmanager's pkg/labels).
Result<Matchers> parse_matchers_classic(std::string_view text);
/// Exactly one matcher without braces, as `filter=` of Alertmanager's API has it (compat.Matcher in
/// fallback mode). Error `bad_matcher`: none, several, or a broken one.
Result<Matcher> parse_matcher(std::string_view text);

}  // namespace alarum::model
