#include "ingest/random_id.h"

#include <random>

#include "base/hash.h"

namespace alarum::ingest {

std::string random_id() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return hex64(random()) + hex64(random());
}

}  // namespace alarum::ingest
