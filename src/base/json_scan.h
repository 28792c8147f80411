#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/json.h"
#include "base/json_index.h"

namespace alarum {

/// The types of scalars, in the order of model::LeafKind, which is made from it by a cast.
enum class JsonType : std::uint8_t { null, boolean, number, string };

/// Whether the text is a number by RFC 8259 section 6, of any length and size.
inline bool is_json_number(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto digits = [&] {
    const char* const first = at;
    while (at != end && static_cast<unsigned char>(*at - '0') < 10) ++at;
    return at != first;
  };
  if (at != end && *at == '-') ++at;
  if (at != end && *at == '0') {
    ++at;
  } else if (!digits()) {
    return false;
  }
  if (at != end && *at == '.' && (++at, !digits())) return false;
  if (at != end && (*at | 0x20) == 'e') {
    if (++at != end && (*at == '+' || *at == '-')) ++at;
    if (!digits()) return false;
  }
  return at == end;
}

/// Whether every backslash within the text of a string begins an escape of RFC 8259 section 7, and
/// every escaped surrogate has its other half. `inside`: the text between the quotes.
bool are_json_escapes(std::string_view inside);
/// Writes the string that `inside` stands for, in UTF-8, to `out`, and returns how many bytes it
/// has: at most inside.size(). `inside` must have passed are_json_escapes(); there are no further
/// checks.
std::size_t decode_json_string(std::string_view inside, char* out);

/// A sink that wants no part of the text. A caller uses it to check whether a text is valid, and
/// other sinks derive from it.
struct JsonSinkOfNothing {
  struct Node {
    explicit operator bool() const { return false; }
  };
  static Node member(Node, std::string_view, bool) { return {}; }
  static void scalar(Node, JsonType, std::string_view, bool) {}
  static void begin_array(Node) {}
  static void next_element() {}
  static void end_array() {}
};

/// Reads a whole JSON text (RFC 8259) in one pass over its tokens. It checks the grammar of every
/// part and hands a sink the parts that the sink asks for, as views into the text. Nothing is
/// copied, and strings are not looked into unless there is a backslash in them. It recurses once
/// for each level, `max_depth` levels at most.
///
/// A sink has these members; JsonSinkOfNothing shows them all but `closed`:
/// - `Node`: a place in the tree that the sink wants. `Node()` is a place that it does not want,
///   and converts to false.
/// - `Node member(Node object, std::string_view name, bool escaped)`: asked for each member of a
///   wanted object. `name` is the text between the quotes, with its escapes if `escaped` is true.
/// - `void scalar(Node, JsonType, std::string_view text, bool escaped)`: a wanted scalar. A string
///   comes without its quotes; a number comes as it was written.
/// - `void begin_array(Node)`, `void next_element()`, `void end_array()`: around the elements of a
///   wanted array. The elements have the node of the array; next_element() follows each.
/// - `void closed(std::uint32_t open, std::uint32_t close)`, optional: called for each array and
///   object, wanted or not, with the numbers (in JsonIndex::tokens()) of its two brackets.
///
/// The scan borrows the index and the sink, and the text during read(). One thread.
template <class Sink>
class JsonScan {
 public:
  using Node = typename Sink::Node;

  JsonScan(JsonIndex& index, Sink& sink, std::size_t max_depth = kMaxJsonDepth)
      : index_(index), sink_(sink), max_depth_(max_depth) {}

  /// Scans the text; its outermost value has the node `root`. False if the text is not valid JSON,
  /// is nested too deeply, or (with `object_only`) is not an object. There is no reason and no
  /// place: check_json() finds them. What the sink received before a false result must be thrown
  /// away.
  bool read(std::string_view text, Node root, bool object_only) {
    if (!index_.read(text)) return false;
    text_ = text.data();
    at_ = index_.tokens().data();
    end_ = at_ + index_.tokens().size();
    text_end_ = text_ + text.size();
    next_escape_ = find_escape(text_);
    const char first = text_[*at_], last = text_[end_[-1]];
    if (object_only && first != '{') return false;
    // A text that begins with a bracket must end with one. So only a closing bracket can be the
    // last token, and the code below checks for the end of the tokens only behind a closing bracket
    // or value.
    const bool container = first == '{' || first == '[';
    if (container ? last != '}' && last != ']' : end_ - at_ != 1) return false;
    return value(root, 0) && at_ == end_;
  }

 private:
  static bool is_space(char c) {
    return static_cast<unsigned char>(c) <= ' ' &&
           (c == ' ' || c == '\n' || c == '\r' || c == '\t');
  }
  char here() const { return text_[*at_]; }

  // The token at `at_`, up to the white space before the next one.
  std::string_view token() const {
    const char* const begin = text_ + at_[0];
    const char* end = text_ + at_[1];
    while (end > begin + 1 && is_space(end[-1])) --end;
    return {begin, static_cast<std::size_t>(end - begin)};
  }

  bool value(Node node, std::size_t depth) {
    switch (here()) {
      case '"':
        return string(node);
      case '{':
        return object(node, depth);
      case '[':
        return array(node, depth);
      case 't':
        return word(node, JsonType::boolean, "true");
      case 'f':
        return word(node, JsonType::boolean, "false");
      case 'n':
        return word(node, JsonType::null, "null");
      default:
        return number(node);
    }
  }

  bool object(Node node, std::size_t depth) {
    if (depth == max_depth_) return false;
    const auto* const open = at_++;
    if (here() == '}') return close(open);
    for (;;) {
      if (here() != '"' || text_[at_[1]] != ':') return false;
      bool escaped = false;
      std::string_view name;
      if (!quoted(name, escaped)) return false;
      ++at_;
      const auto child = node ? sink_.member(node, name, escaped) : Node();
      if (here() == '"' ? !string(child) : !value(child, depth + 1)) return false;
      if (at_ == end_) return false;
      const char next = here();
      if (next == '}') return close(open);
      ++at_;
      if (next != ',') return false;
    }
  }

  // `at_` is at the closing bracket of what began at `open`.
  bool close(const std::uint32_t* open) {
    if constexpr (requires { sink_.closed(std::uint32_t{}, std::uint32_t{}); }) {
      const auto* const first = index_.tokens().data();
      sink_.closed(static_cast<std::uint32_t>(open - first),
                   static_cast<std::uint32_t>(at_ - first));
    }
    ++at_;
    return true;
  }

  bool array(Node node, std::size_t depth) {
    if (depth == max_depth_) return false;
    const auto* const open = at_++;
    if (here() == ']') return close(open);
    if (node) sink_.begin_array(node);
    for (;;) {
      if (!value(node, depth + 1)) return false;
      if (node) sink_.next_element();
      if (at_ == end_) return false;
      const char next = here();
      if (next == ']') break;
      ++at_;
      if (next != ',') return false;
    }
    if (node) sink_.end_array();
    return close(open);
  }

  const char* find_escape(const char* from) const {
    const void* const found = std::memchr(from, '\\', static_cast<std::size_t>(text_end_ - from));
    return found ? static_cast<const char*>(found) : text_end_;
  }

  // JsonIndex has checked that the string's closing quote stands before the next token.
  bool quoted(std::string_view& inside, bool& escaped) {
    const auto whole = token();
    inside = whole.substr(1, whole.size() - 2);
    ++at_;
    const char* const end = inside.data() + inside.size();
    if (next_escape_ >= end) return true;
    return escapes(inside, escaped);
  }

  // The text is searched for each backslash once, because strings come in the order of the text.
  bool escapes(std::string_view inside, bool& escaped) {
    const char* const end = inside.data() + inside.size();
    if (next_escape_ < inside.data()) next_escape_ = find_escape(inside.data());
    if (next_escape_ >= end) return true;
    escaped = true;
    next_escape_ = find_escape(end);
    return are_json_escapes(inside);
  }

  bool string(const Node& node) {
    bool escaped = false;
    std::string_view inside;
    if (!quoted(inside, escaped)) return false;
    if (node) sink_.scalar(node, JsonType::string, inside, escaped);
    return true;
  }

  bool word(const Node& node, JsonType type, std::string_view wanted) {
    if (token() != wanted) return false;
    if (node) sink_.scalar(node, type, wanted, false);
    ++at_;
    return true;
  }

  bool number(const Node& node) {
    const auto text = token();
    if (!is_json_number(text)) return false;
    if (node) sink_.scalar(node, JsonType::number, text, false);
    ++at_;
    return true;
  }

  JsonIndex& index_;
  Sink& sink_;
  const std::size_t max_depth_;
  const char* text_ = nullptr;
  const char* text_end_ = nullptr;
  const std::uint32_t* at_ = nullptr;
  const std::uint32_t* end_ = nullptr;
  const char* next_escape_ = nullptr;  // the first backslash that was not passed yet
};

}  // namespace alarum
