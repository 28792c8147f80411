#pragma once
#include <cstdint>

namespace alarum::config {

/// `limits.event` and `limits.depth`: how large and how deep one event may be, however it arrives.
struct EventLimits {
  std::uint64_t bytes = 1 << 20;  ///< 1 KiB to 64 MiB
  /// Nested arrays and objects of its data: 1 to 128, which is kMaxJsonDepth (base/json.h).
  std::uint64_t depth = 128;

  friend bool operator==(const EventLimits&, const EventLimits&) = default;
};

}  // namespace alarum::config
