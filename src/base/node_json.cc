#include <fmt/format.h>

#include <algorithm>

#include "base/node.h"
#include "base/utf8.h"

namespace alarum {
namespace {

constexpr std::string_view kSpace = " \t\n\r";

// A reader for RFC 8259 by recursive descent. nlohmann and simdjson give neither the places of
// values nor the text of long integers. `fault_` is set at the first fault; then every function
// returns false.
class JsonReader {
 public:
  JsonReader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  std::optional<Node> read(Diagnostics& out) {
    Node root;
    skip_space();
    bool good = value(root, 0);
    if (good) {
      skip_space();
      good = at_ == text_.size() || fail("unexpected text after the end of the JSON value");
    }
    if (good) return root;
    out.error(place(), "not valid JSON: " + fault_);
    return std::nullopt;
  }

 private:
  bool value(Node& node, std::size_t depth) {
    node.place = place();
    node.json = true;
    if (at_ == text_.size()) return fail("the text ends where a value is needed");
    switch (text_[at_]) {
      case '{':
        return object(node, depth);
      case '[':
        return array(node, depth);
      case '"':
        return string(node);
      case 't':
        return word(node, "true", Node::Kind::boolean);
      case 'f':
        return word(node, "false", Node::Kind::boolean);
      case 'n':
        return word(node, "null", Node::Kind::null);
      default:
        return number(node);
    }
  }

  bool object(Node& node, std::size_t depth) {
    node.kind = Node::Kind::mapping;
    if (!open(depth)) return false;
    if (take('}')) return true;
    while (true) {
      skip_space();
      auto& [key, member] = node.members.emplace_back();
      key.place = place();
      key.json = true;
      if (!next_is('"')) return fail("a member name in double quotes is needed");
      if (!string(key)) return false;
      skip_space();
      if (!take(':')) return fail("\":\" is needed after a member name");
      skip_space();
      if (!value(member, depth + 1)) return false;
      skip_space();
      if (take('}')) return true;
      if (!take(',')) return fail("\",\" or \"}\" is needed");
    }
  }

  bool array(Node& node, std::size_t depth) {
    node.kind = Node::Kind::sequence;
    if (!open(depth)) return false;
    if (take(']')) return true;
    while (true) {
      skip_space();
      if (!value(node.items.emplace_back(), depth + 1)) return false;
      skip_space();
      if (take(']')) return true;
      if (!take(',')) return fail("\",\" or \"]\" is needed");
    }
  }

  bool open(std::size_t depth) {
    if (depth >= kMaxNodeDepth)
      return fail(fmt::format("nested deeper than {} levels", kMaxNodeDepth));
    ++at_;
    skip_space();
    return true;
  }

  bool word(Node& node, std::string_view word, Node::Kind kind) {
    if (!text_.substr(at_).starts_with(word)) return fail("not a JSON value");
    at_ += word.size();
    node.kind = kind;
    node.text = word;
    return true;
  }

  bool number(Node& node) {
    const auto start = at_;
    take('-');
    if (!take('0') && digits() == 0) {
      at_ = start;
      return fail("not a JSON value");
    }
    if (take('.') && digits() == 0) return fail("a digit is needed after the decimal point");
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (digits() == 0) return fail("a digit is needed in the exponent");
    }
    if (at_ < text_.size() && is_digit(text_[at_])) return fail("a number does not begin with 0");
    node.kind = Node::Kind::number;
    node.text = text_.substr(start, at_ - start);
    return true;
  }

  bool string(Node& node) {
    node.kind = Node::Kind::string;
    node.quoted = true;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') return ++at_, true;
      if (static_cast<unsigned char>(c) < 0x20)
        return fail("a control character in a string must be escaped");
      if (c != '\\') {
        node.text += c;
      } else if (!escape(node.text)) {
        return false;
      }
    }
    return fail("a string is not closed");
  }

  // `at_` is at the backslash, and afterwards at the last character of the escape.
  bool escape(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt", kMeans = "\"\\/\b\f\n\r\t";
    if (at_ + 1 == text_.size()) return fail("a string is not closed");
    if (text_[at_ + 1] == 'u') return unicode(out);
    const auto which = kNames.find(text_[at_ + 1]);
    if (which == std::string_view::npos) return fail("no such escape in JSON");
    out += kMeans[which];
    ++at_;
    return true;
  }

  bool unicode(std::string& out) {
    const auto first = hex4(at_);
    if (!first) return fail("\\u needs four hex digits");
    if (*first < 0xD800 || *first > 0xDFFF) {
      append_utf8(out, *first);
      at_ += 5;
      return true;
    }
    const auto second = hex4(at_ + 6);
    if (*first > 0xDBFF || !second || *second < 0xDC00 || *second > 0xDFFF)
      return fail("a surrogate without its other half");
    append_utf8(out, 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00));
    at_ += 11;
    return true;
  }

  // The code unit of the `\uXXXX` at `at`.
  std::optional<char32_t> hex4(std::size_t at) const {
    if (at + 6 > text_.size() || text_[at] != '\\' || text_[at + 1] != 'u') return std::nullopt;
    char32_t value = 0;
    for (const char c : text_.substr(at + 2, 4)) {
      const char lower = static_cast<char>(c | 0x20);
      if (is_digit(c))
        value = value * 16 + static_cast<char32_t>(c - '0');
      else if (lower >= 'a' && lower <= 'f')
        value = value * 16 + static_cast<char32_t>(lower - 'a' + 10);
      else
        return std::nullopt;
    }
    return value;
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(char c) { return next_is(c) ? (++at_, true) : false; }

  std::size_t digits() {
    const auto start = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ - start;
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size()); }

  bool fail(std::string why) {
    fault_ = std::move(why);
    return false;
  }

  // Continues to count lines from the last place, because places are asked for in rising order.
  Place place() {
    for (; counted_ < at_; ++counted_) {
      if (text_[counted_] != '\n') continue;
      ++line_;
      line_start_ = counted_ + 1;
    }
    return {file_, line_, static_cast<int>(at_ - line_start_) + 1};
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0, counted_ = 0, line_start_ = 0;
  int line_ = 1;
  std::string fault_;
};

}  // namespace

std::optional<Node> parse_json(std::string_view text, const std::string& file, Diagnostics& out) {
  if (!check_utf8(text, file, out)) return std::nullopt;
  return JsonReader(text, file).read(out);
}

}  // namespace alarum
