#pragma once
#include <algorithm>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_scan.h"
#include "base/utf8.h"
#include "model/alert.h"

namespace alarum::alert {

/// Reads JSON that codec.cc has written, member after member in the order in which it writes. That
/// is seven times as fast as a tree, and a book has many thousands of such texts. If the text was
/// written differently (by an older version, or damaged), good() becomes false and everything that
/// was read is worthless: the caller must then use a parser for any JSON. A value on one thread;
/// `text` outlives it.
class Written {
 public:
  explicit Written(std::string_view text)
      : rest_(text), good_(valid_utf8_prefix(text) == text.size()) {}

  /// Whether everything so far was as expected, and, for the second, nothing is left to read.
  bool good() const { return good_; }
  bool good_to_the_end() const { return good_ && rest_.empty(); }

  /// Whether these bytes come next; if so, goes past them.
  bool skip(std::string_view bytes) {
    if (!rest_.starts_with(bytes)) return false;
    rest_.remove_prefix(bytes.size());
    return true;
  }
  /// Goes past these bytes; good() becomes false if others come next.
  void expect(std::string_view bytes) { good_ = skip(bytes) && good_; }

  /// A JSON string, with its escapes replaced.
  std::string text() {
    expect("\"");
    std::size_t end = 0;
    bool escaped = false;
    for (; end < rest_.size() && rest_[end] != '"'; ++end) {
      if (static_cast<unsigned char>(rest_[end]) < 0x20) return wrong();
      if (rest_[end] == '\\') escaped = true, ++end;
    }
    if (end >= rest_.size()) return wrong();
    std::string out(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    if (!escaped) return out;
    if (!are_json_escapes(out)) return wrong();
    std::string plain(out.size(), '\0');
    plain.resize(decode_json_string(out, plain.data()));
    return plain;
  }
  /// A JSON number without fraction or exponent that fits the type.

  template <std::integral Number>
  Number number() {
    Number value{};
    const auto* const begin = rest_.data();
    const auto [end, fault] = std::from_chars(begin, begin + rest_.size(), value);
    const auto digits = rest_.substr(rest_.starts_with('-') ? 1 : 0);
    const bool padded =
        digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9';
    good_ = good_ && fault == std::errc() && !padded;
    rest_.remove_prefix(static_cast<std::size_t>(end - begin));
    return value;
  }

  /// `true` or `false`.
  bool boolean() {
    if (skip("true")) return true;
    expect("false");
    return false;
  }

  /// An object whose values are all texts.
  model::Labels labels() {
    model::Labels out;
    each('{', '}', [&] {
      auto name = text();
      expect(":");
      out.insert_or_assign(out.end(), std::move(name), text());
    });
    return out;
  }

  /// A list of texts.
  std::vector<std::string> list() {
    std::vector<std::string> out;
    each('[', ']', [&] { out.push_back(text()); });
    return out;
  }

  /// Calls `read` for each element between the brackets. `read` has to take the whole element.
  template <class Read>
  void each(char begin, char end, Read read) {
    expect({&begin, 1});
    if (skip({&end, 1})) return;
    do {
      read();
    } while (good_ && skip(","));
    expect({&end, 1});
  }

 private:
  std::string wrong() {
    good_ = false;
    return {};
  }

  std::string_view rest_;  // what is not read yet
  bool good_;
};

}  // namespace alarum::alert
