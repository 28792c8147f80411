#include "model/matcher.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/utf8.h"

namespace alarum::model {
namespace {

std::shared_ptr<const re2::RE2> compile(const std::string& expression) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  // Only an upper bound: an alternative of ten thousand host names fits.
  options.set_max_mem(8 << 20);
  return std::make_shared<re2::RE2>(expression, options);
}

std::string shortened(std::string_view expression) {
  const auto shown = utf8_prefix(expression, 200);
  return std::string(shown) + (shown.size() < expression.size() ? "…" : "");
}

}  // namespace

Result<Matcher> Matcher::make(std::string name, Op op, std::string value) {
  if (name.empty()) return fail("bad_matcher", "a matcher's label name is empty");
  if (valid_utf8_prefix(name) != name.size() || valid_utf8_prefix(value) != value.size()) {
    return fail("bad_matcher", "a matcher is not valid UTF-8");
  }
  Matcher matcher;
  matcher.name_ = std::move(name);
  matcher.op_ = op;
  matcher.value_ = std::move(value);
  if (matcher.is_regex()) {
    matcher.expression_ = compile(matcher.value_);
    if (!matcher.expression_->ok()) {
      return fail("bad_matcher", "the regular expression \"" + shortened(matcher.value_) +
                                     "\" of \"" + matcher.name_ + "\" does not compile (RE2): " +
                                     shortened(matcher.expression_->error()));
    }
    std::string low, high;
    if (matcher.expression_->PossibleMatchRange(&low, &high, 32))
      matcher.range_ = std::make_shared<const std::pair<std::string, std::string>>(std::move(low),
                                                                                   std::move(high));
  }
  return matcher;
}

bool Matcher::same(std::string_view value) const {
  if (!expression_) return value == value_;
  if (range_ && (value < range_->first || value > range_->second)) return false;
  return re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *expression_);
}

bool Matcher::matches(std::string_view value) const {
  return same(value) == is_equal();
}

bool Matcher::matches(const Labels& labels) const {
  const auto found = labels.find(name_);
  return matches(found == labels.end() ? std::string_view() : std::string_view(found->second));
}

std::string Matcher::text() const {
  return (is_classic_name(name_) ? name_ : json_quote(name_)) + std::string(to_text(op_)) +
         json_quote(value_);
}

std::string_view to_text(Matcher::Op op) {
  constexpr std::array<std::string_view, 5> names{"", "=", "!=", "=~", "!~"};
  return names[static_cast<std::size_t>(op)];
}

bool all_match(const Matchers& matchers, const Labels& labels) {
  return std::ranges::all_of(matchers,
                             [&](const Matcher& matcher) { return matcher.matches(labels); });
}

std::string to_text(const Matchers& matchers) {
  std::string out = "{";
  for (const auto& matcher : matchers) out += (out.size() > 1 ? "," : "") + matcher.text();
  return out + "}";
}

bool is_classic_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
           (c >= '0' && c <= '9');
  };
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::ranges::all_of(name, fits);
}

}  // namespace alarum::model
