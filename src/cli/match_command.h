#pragma once
#include <iosfwd>
#include <string_view>

#include "base/result.h"

namespace alarum::cli {

/// Whether the pattern (EventBridge, strict JSON) fits the event (a JSON object). Errors:
/// `bad_pattern`, `bad_event`.
Result<bool> match_texts(std::string_view pattern, std::string_view event);

/// For each line `{"pattern" or "pattern_text", "event" or "event_text"}` one line: `true`, `false`
/// or `error: …`. Exit code.
int match_jsonl(std::istream& in, std::ostream& out);

/// Patterns: `{"name", "pattern"}` a line; events: a JSON object a line. Writes `{"line": n,
/// "matches": [names]}` for each event that matches, `{"line": n, "error": …}` for one that is not
/// valid. Exit code: 0, or 1 when a pattern is at fault.
int match_files(std::istream& patterns, std::istream& events, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
