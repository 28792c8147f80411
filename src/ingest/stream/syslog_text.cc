#include "ingest/stream/syslog_text.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/utf8.h"

namespace alarum::ingest {

std::string_view syslog_word(std::string_view text) {
  return text.substr(0, text.find(' '));
}

std::string_view take_syslog_word(std::string_view& text) {
  const auto word = syslog_word(text);
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

bool take_syslog_char(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

void skip_syslog_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

std::optional<int> take_syslog_number(std::string_view& text, std::size_t least, std::size_t most) {
  int value = 0;
  std::size_t n = 0;
  for (; n < text.size() && is_digit(text[n]); ++n) {
    if (n == most) return std::nullopt;
    value = value * 10 + (text[n] - '0');
  }
  if (n < least) return std::nullopt;
  text.remove_prefix(n);
  return value;
}

std::string valid_syslog_text(std::string_view text) {
  std::string out;
  while (true) {
    const auto good = valid_utf8_prefix(text);
    out += text.substr(0, good);
    if (good == text.size()) return out;
    out += "\xEF\xBF\xBD";
    text.remove_prefix(good + 1);
  }
}

bool all_digits(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, is_digit);
}

}  // namespace alarum::ingest
