#pragma once
#include <string>

#include "base/random.h"

namespace alarum::ingest {

/// 32 hex digits that nobody had before: for what comes without an id of its own.
std::string random_id(Random& random);

}  // namespace alarum::ingest
