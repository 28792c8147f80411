#pragma once
#include <optional>
#include <string_view>

#include "base/time.h"

namespace alarum {

/// Reads an HTTP date (RFC 9110 section 5.6.7) of a `Date` or `Retry-After` header. It accepts the
/// form in use, `Fri, 27 Nov 2026 11:00:00 GMT`, and the two obsolete ones: `Friday, 27-Nov-26
/// 11:00:00 GMT` (RFC 850) and `Fri Nov 27 11:00:00 2026` (asctime). The result has whole seconds.
/// nullopt if the text is none of them, for example a number of seconds.
std::optional<Time> http_date(std::string_view text);

}  // namespace alarum
