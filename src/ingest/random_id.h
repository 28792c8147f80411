#pragma once
#include <string>

namespace alarum::ingest {

/// 32 hex digits that nobody had before: for what comes without an id of its own. Any thread.
std::string random_id();

}  // namespace alarum::ingest
