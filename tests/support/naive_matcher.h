#pragma once
#include <optional>
#include <string_view>

namespace alarum::support {

/// Whether an EventBridge pattern fits an event, worked out in the plainest way there is and with
/// no code of src/: what random patterns and events are held against. Exponential; for small
/// events. The pattern must be a valid one. nullopt: one of the two cannot be judged here (not
/// JSON, a number past binary64, equals-ignore-case of a letter that it does not know).
std::optional<bool> naive_match(std::string_view pattern, std::string_view event);

}  // namespace alarum::support
