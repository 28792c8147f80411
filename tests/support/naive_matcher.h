#pragma once
#include <optional>
#include <string_view>

namespace alarum::support {

/// Whether an EventBridge pattern matches an event, computed in the plainest way and without any
/// code of src/. Property tests and fuzz targets compare the real matcher with it. Both arguments
/// are JSON; the pattern must be valid. Costs exponential time in the size of the event, so it is
/// for small ones. nullopt if it cannot judge one of the two: no JSON, a number beyond binary64, or
/// equals-ignore-case with a letter whose cases it does not know.
std::optional<bool> naive_match(std::string_view pattern, std::string_view event);

}  // namespace alarum::support
