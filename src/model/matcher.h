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

/// One condition on a label, as Alertmanager has it: `=`, `!=`, `=~`, `!~`. A label that is not
/// there is the empty string; a regular expression (RE2) must match the whole value. An immutable
/// value; copies share the compiled expression.
class Matcher {
 public:
  enum class Op : std::uint8_t { equal = 1, not_equal = 2, regex = 3, not_regex = 4 };

  /// Error `bad_matcher`: the expression does not compile, or the name is empty or not UTF-8.
  static Result<Matcher> make(std::string name, Op op, std::string value);

  bool matches(std::string_view value) const;
  bool matches(const Labels& labels) const;

  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }
  Op op() const { return op_; }
  bool is_regex() const { return op_ == Op::regex || op_ == Op::not_regex; }
  bool is_equal() const { return op_ == Op::equal || op_ == Op::regex; }
  /// `name="value"`; the name is quoted where it has to be.
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
  // What matches the expression lies between the two: most values need no more
  std::shared_ptr<const std::pair<std::string, std::string>> range_;
};

using Matchers = std::vector<Matcher>;

std::string_view to_text(Matcher::Op);
/// Whether all of them match; true of none.
bool all_match(const Matchers& matchers, const Labels& labels);
/// `{a="b",c=~"d"}`
std::string to_text(const Matchers& matchers);
/// Whether a name needs no quotes: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
bool is_classic_name(std::string_view name);

/// `name op value` lists with or without braces, as Alertmanager reads them (matcher/compat,
/// fallback mode): by the UTF-8 grammar, and where that refuses the text or reads it otherwise, by
/// the classic one. Error `bad_matcher` with the place of the fault.
Result<Matchers> parse_matchers(std::string_view text);
/// The UTF-8 grammar alone (matcher/parse). Names and values may be quoted with Go's escapes.
Result<Matchers> parse_matchers_utf8(std::string_view text);
/// The classic grammar alone (pkg/labels).
Result<Matchers> parse_matchers_classic(std::string_view text);
/// Exactly one matcher without braces, as Alertmanager's API reads `filter=` (compat.Matcher,
/// fallback mode). Error `bad_matcher`: none, more, or half of one.
Result<Matcher> parse_matcher(std::string_view text);

}  // namespace alarum::model
