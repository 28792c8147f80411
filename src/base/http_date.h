#pragma once
#include <optional>
#include <string_view>

#include "base/time.h"

namespace alarum {

/// RFC 9110 §5.6.7: the form that is sent, `Fri, 27 Nov 2026 11:00:00 GMT`, and the two old ones
/// that are read too.
std::optional<Time> http_date(std::string_view text);

}  // namespace alarum
