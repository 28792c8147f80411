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

/// JSON written as it goes, byte for byte what the dump of a tree is: a tree for each of thousands
/// of alerts a second costs more than everything else that is done with them.
class JsonWriter {
 public:
  void raw(std::string_view text) { out_ += text; }
  /// What is not UTF-8 becomes U+FFFD.
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
  void number(std::integral auto value) {
    char digits[24];
    out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }
  void labels(const model::Labels& labels) {
    out_ += '{';
    for (bool first = true; const auto& [name, value] : labels) {
      if (!std::exchange(first, false)) out_ += ',';
      text(name), out_ += ':', text(value);
    }
    out_ += '}';
  }
  void list(const std::vector<std::string>& texts) {
    out_ += '[';
    for (bool first = true; const auto& one : texts) {
      if (!std::exchange(first, false)) out_ += ',';
      text(one);
    }
    out_ += ']';
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace alarum::alert
