#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace alarum::ingest {

// The smallest steps of the syslog grammars. Each takes something from the front of `text`, or
// leaves `text` as it was. None looks back, and none looks further than the next blank, so that a
// header costs one pass.

/// Up to the next blank, which goes too.
std::string_view take_syslog_word(std::string_view& text);

/// The same without taking it.
std::string_view syslog_word(std::string_view text);

bool take_syslog_char(std::string_view& text, char c);

void skip_syslog_blanks(std::string_view& text);

/// A number of `least` to `most` digits (most <= 9) that no further digit follows.
std::optional<int> take_syslog_number(std::string_view& text, std::size_t least, std::size_t most);

/// The text as UTF-8: bytes that are none become U+FFFD.
std::string valid_syslog_text(std::string_view text);

/// Not empty, and nothing but digits.
bool all_digits(std::string_view word);

}  // namespace alarum::ingest
