#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace alarum {

/// The deepest nesting of arrays and objects that is accepted. It bounds the recursion of every
/// reader, and so the stack that a hostile text can use.
constexpr std::size_t kMaxJsonDepth = 128;

/// Checks that `text` is one whole JSON text (RFC 8259): its grammar, escapes, no lone surrogates,
/// UTF-8, and at most `max_depth` nested arrays and objects. Numbers may have any length. Duplicate
/// member names are allowed. Error: `bad_json`, `bad_utf8` or `too_deep`; the message has line,
/// column and byte of the first fault. Never reads past the end of `text`. Any thread; each thread
/// keeps a few megabytes of scratch memory at most. Cost: linear; a valid text takes one fast pass,
/// a text that is not valid or larger than 1 MiB a slow second one, which finds the place of the
/// fault.
Result<void> check_json(std::string_view text, std::size_t max_depth = kMaxJsonDepth);

/// A copy of `json` that Go's encoding/json would read in the same way: each byte that is not
/// UTF-8, and each escaped surrogate without its other half, is replaced by U+FFFD. Alertmanager
/// accepts such texts, so its API here does too. The grammar is not checked.
std::string json_with_replacements(std::string_view json);

/// `text` as a JSON string with its quotes. `text` should be UTF-8; other bytes become U+FFFD.
std::string json_quote(std::string_view text);

}  // namespace alarum
