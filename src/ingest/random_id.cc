#include "ingest/random_id.h"

#include "base/hash.h"

namespace alarum::ingest {

std::string random_id(Random& random) {
  auto id = hex64(random.next());
  return id += hex64(random.next());
}

}  // namespace alarum::ingest
