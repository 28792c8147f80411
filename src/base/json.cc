#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_scan.h"
#include "base/utf8.h"

namespace alarum {
namespace {

// Lines and columns count from 1, bytes from 0.
std::string place_of(std::string_view text, std::size_t at) {
  const auto before = text.substr(0, at);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return fmt::format("line {}, column {} (byte {})", line, at - line_start + 1, at);
}

// A strict reader of the grammar of RFC 8259. It stores nothing and finds the place of the first
// fault. The recursion is bounded by `max_depth`.
class Checker {
 public:
  Checker(std::string_view text, std::size_t max_depth) : text_(text), max_depth_(max_depth) {}

  Result<void> check() {
    space();
    if (value(0)) {
      space();
      if (at_ == text_.size()) return {};
      wrong("the text goes on after its value");
    }
    return located();
  }

 private:
  bool value(std::size_t depth) {
    switch (peek()) {
      case '{':
        return enter(depth) && members(depth + 1);
      case '[':
        return enter(depth) && elements(depth + 1);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool enter(std::size_t depth) {
    if (depth == max_depth_) {
      reason_ = "too_deep";
      return wrong(fmt::format("nested deeper than {}", max_depth_));
    }
    ++at_;
    space();
    return true;
  }

  bool members(std::size_t depth) {
    if (take('}')) return true;
    do {
      space();
      if (peek() != '"') return wrong("a member name in double quotes is wanted");
      if (!string()) return false;
      space();
      if (!take(':')) return wrong("\":\" is wanted after the member name");
      space();
      if (!value(depth)) return false;
      space();
    } while (take(','));
    return take('}') || wrong("\",\" or \"}\" is wanted");
  }

  bool elements(std::size_t depth) {
    if (take(']')) return true;
    do {
      space();
      if (!value(depth)) return false;
      space();
    } while (take(','));
    return take(']') || wrong("\",\" or \"]\" is wanted");
  }

  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return wrong("a value is wanted");
    at_ += expected.size();
    return true;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return wrong("a value is wanted");
    if (take('.') && !digits()) return wrong("digits are wanted after the decimal point");
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return wrong("digits are wanted in the exponent");
    }
    return true;
  }

  bool digits() {
    const auto first = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > first;
  }

  bool string() {
    ++at_;
    while (at_ < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c < 0x20) return wrong("a control character inside a string must be escaped");
      ++at_;
      if (c == '"') return true;
      if (c == '\\' && !escape()) return false;
    }
    return wrong("the text ends inside a string");
  }

  bool escape() {
    if (take('u')) return unicode();
    if (at_ == text_.size() ||
        std::string_view("\"\\/bfnrt").find(text_[at_]) == std::string_view::npos) {
      return wrong("unknown escape in a string");
    }
    ++at_;
    return true;
  }

  bool unicode() {
    const auto first = code_unit();
    if (first < 0) return wrong("four hexadecimal digits are wanted after \\u");
    if (first < 0xD800 || first > 0xDFFF) return true;
    if (first < 0xDC00 && take('\\') && take('u')) {
      const auto second = code_unit();
      if (second >= 0xDC00 && second <= 0xDFFF) return true;
    }
    return wrong("a lone surrogate is not a character");
  }

  int code_unit() {
    int unit = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const auto digit = std::string_view("0123456789abcdef")
                             .find(static_cast<char>(peek() | (peek() >= 'A' ? 0x20 : 0)));
      if (at_ >= text_.size() || digit == std::string_view::npos) return -1;
      unit = unit * 16 + static_cast<int>(digit);
    }
    return unit;
  }

  void space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char wanted) {
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  bool wrong(std::string what) {
    fault_ = std::move(what);
    return false;
  }

  std::unexpected<Error> located() const {
    return fail(reason_, fmt::format("not valid JSON at {}: {}", place_of(text_, at_), fault_));
  }

  std::string_view text_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
  std::string reason_ = "bad_json";
  std::string fault_;
};

// Larger texts are left to the Checker, because an index takes four times the memory of its text
// and each thread keeps one.
bool fast_check(std::string_view text, std::size_t max_depth) {
  thread_local JsonIndex index;
  JsonSinkOfNothing nothing;
  return text.size() <= JsonIndex::kKept &&
         JsonScan<JsonSinkOfNothing>(index, nothing, max_depth).read(text, {}, false);
}

}  // namespace

Result<void> check_json(std::string_view text, std::size_t max_depth) {
  if (fast_check(text, max_depth)) return {};
  if (const auto good = valid_utf8_prefix(text); good != text.size()) {
    return fail("bad_utf8", fmt::format("not valid UTF-8 at {}", place_of(text, good)));
  }
  return Checker(text, max_depth).check();
}

std::string json_quote(std::string_view text) {
  // Nearly every text needs no escapes. The others are left to the library.
  bool plain = true;
  for (const char c : text) plain &= c >= ' ' && c <= '~' && c != '"' && c != '\\';
  if (plain) return fmt::format("\"{}\"", text);
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace alarum
