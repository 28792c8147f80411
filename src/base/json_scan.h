#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/json.h"
#include "base/json_index.h"

namespace alarum {

enum class JsonType : std::uint8_t { null, boolean, number, string };

/// Whether a token is a number as RFC 8259 §6 has it, of any length.
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

/// Whether every backslash in the inside of a string begins an escape of RFC 8259 §7, with no lone
/// surrogate.
bool are_json_escapes(std::string_view inside);
/// The string that the inside stands for; it has passed are_json_escapes. Writes at most
/// inside.size() bytes, returns how many.
std::size_t decode_json_string(std::string_view inside, char* out);

/// A sink that wants no part of the text: for whoever asks only whether it is valid, and to build
/// on.
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

/// Reads a whole JSON text (RFC 8259) in one pass over its tokens: checks the grammar of every
/// part, and tells a sink of the parts that it wants. Strings are not looked into unless the text
/// has a backslash somewhere; nothing is copied. Depth is bounded by `max_depth`.
///
/// Sink:
///   using Node = …;                 a place in the tree that the sink wants; `Node()` is none, and
///   converts to false Node member(Node, std::string_view name, bool escaped)   of an object that
///   is wanted; `name` as it stands between its quotes void scalar(Node, JsonType, std::string_view
///   text, bool escaped)   a wanted one; a string without its quotes void begin_array(Node),
///   next_element(), end_array()      around the elements of a wanted one; next_element() after
///   each void closed(open, close)        where it is there: numbers of the two tokens of each
///   array and object, wanted or not
template <class Sink>
class JsonScan {
 public:
  using Node = typename Sink::Node;

  JsonScan(JsonIndex& index, Sink& sink, std::size_t max_depth = kMaxJsonDepth)
      : index_(index), sink_(sink), max_depth_(max_depth) {}

  /// False: not valid. What the sink was told until then is of no worth. `object_only`: anything
  /// but an object is not valid either.
  bool read(std::string_view text, Node root, bool object_only) {
    if (!index_.read(text)) return false;
    text_ = text.data();
    at_ = index_.tokens().data();
    end_ = at_ + index_.tokens().size();
    text_end_ = text_ + text.size();
    next_escape_ = find_escape(text_);
    const char first = text_[*at_], last = text_[end_[-1]];
    if (object_only && first != '{') return false;
    // What begins with a bracket must end with one. No other token is the last one then, and so
    // only what stands behind a closing bracket is asked whether it is there.
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

  // At the closing bracket of what began at `open`.
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

  // The first stage has seen to it that a closing quote stands before the next token.
  bool quoted(std::string_view& inside, bool& escaped) {
    const auto whole = token();
    inside = whole.substr(1, whole.size() - 2);
    ++at_;
    const char* const end = inside.data() + inside.size();
    if (next_escape_ >= end) return true;
    return escapes(inside, escaped);
  }

  // Backslashes are met in the order of the text: each is looked for once.
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
