#pragma once
#include <string>

#include "base/random.h"

namespace alarum::ingest {

/// 128 random bits as 32 hex digits: the id of an event that came without one.
std::string random_id(Random& random);

}  // namespace alarum::ingest
