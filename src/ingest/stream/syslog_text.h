#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace alarum::ingest {

// The smallest steps of the syslog grammars. The take_ functions remove something from the front of
// `text`, or leave `text` unchanged. None looks back, and none looks further than the next blank,
// so that a header costs one pass. All are pure.

/// Removes and returns the text up to the next blank; the blank is removed, too.
std::string_view take_syslog_word(std::string_view& text);

/// The same word without removing it.
std::string_view syslog_word(std::string_view text);

/// Removes `c` if the text begins with it. False if it does not.
bool take_syslog_char(std::string_view& text, char c);

/// Removes spaces; no other white space.
void skip_syslog_blanks(std::string_view& text);

/// Removes a number of `least` to `most` digits (most <= 9) that no further digit follows; nullopt
/// if there is none.
std::optional<int> take_syslog_number(std::string_view& text, std::size_t least, std::size_t most);

/// The text as valid UTF-8; each byte that is none becomes U+FFFD.
std::string valid_syslog_text(std::string_view text);

/// Whether the word has only ASCII digits, and at least one.
bool all_digits(std::string_view word);

}  // namespace alarum::ingest
