#pragma once
#include <algorithm>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "model/alert.h"

namespace alarum::alert {

/// Writes JSON text piece by piece, byte for byte as a dump of nlohmann's tree would be, without
/// making a tree: a tree for each of thousands of alerts a second would cost more than all other
/// work on them. The caller writes the braces, commas and names in the right order; nothing is
/// checked. A value on one thread.
class JsonWriter {
 public:
  /// Appends a piece that is JSON already.
  void raw(std::string_view text) { out_ += text; }
  /// A text with its quotes and escapes. Bytes that are not UTF-8 become U+FFFD.
  void text(std::string_view text) {
    const auto special = [](char c) {
      return static_cast<unsigned char>(c) - 0x20U >= 0x60U || c == '"' || c == '\\';
    };
    if (std::ranges::any_of(text, special)) {
      out_ += json_quote(text);
    } else {
      ((out_ += '"') += text) += '"';
    }
  }
  /// An integer in decimal digits.
  void number(std::integral auto value) {
    char digits[24];
    out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }
  /// An object with a text for each label, in the order of the names.
  void labels(const model::Labels& labels) {
    out_ += '{';
    for (bool first = true; const auto& [name, value] : labels) {
      if (!std::exchange(first, false)) out_ += ',';
      text(name), out_ += ':', text(value);
    }
    out_ += '}';
  }
  /// A list of texts.
  void list(const std::vector<std::string>& texts) {
    out_ += '[';
    for (bool first = true; const auto& one : texts) {
      if (!std::exchange(first, false)) out_ += ',';
      text(one);
    }
    out_ += ']';
  }
  /// The text so far; the writer is empty then.
  std::string take() { return std::move(out_); }

 private:
  std::string out_;  // the text so far
};

}  // namespace alarum::alert
