#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"

namespace alarum {

/// Error `newer_format`: `what` was written by a newer alarum. Says both versions and what to do:
/// an older one that went on would lose what it does not know of.
inline std::unexpected<Error> newer_format(const std::string& what, std::uint64_t version,
                                           std::uint64_t newest_known) {
  return fail("newer_format", what + " is of version " + std::to_string(version) +
                                  ", written by a newer alarum; this one reads up to version " +
                                  std::to_string(newest_known) + ": start that one or a newer one");
}

}  // namespace alarum
