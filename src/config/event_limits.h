#pragma once
#include <cstdint>

namespace alarum::config {

/// `limits.event` and `limits.depth`: what one event may be, whichever way it comes.
struct EventLimits {
  std::uint64_t bytes = 1 << 20;
  /// Nested arrays and objects of its data; 1 to kMaxJsonDepth (base/json.h), which no JSON text
  /// may exceed
  std::uint64_t depth = 128;

  friend bool operator==(const EventLimits&, const EventLimits&) = default;
};

}  // namespace alarum::config
