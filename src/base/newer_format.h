#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"

namespace alarum {

/// The error `newer_format` for a file whose version number is higher than the highest that this
/// program knows. An older program must not go on with such a file, because it would lose what it
/// does not understand. `what` begins the message and names the file or its part. The message has
/// both versions and tells the operator to start the newer program again.
inline std::unexpected<Error> newer_format(const std::string& what, std::uint64_t version,
                                           std::uint64_t newest_known) {
  return fail("newer_format", what + " is of version " + std::to_string(version) +
                                  ", written by a newer alarum; this one reads up to version " +
                                  std::to_string(newest_known) + ": start that one or a newer one");
}

}  // namespace alarum
