#pragma once
#include "tests/bench/path_load/options.h"

namespace alarum::bench {

/// Sends events over all connections, each the next as soon as its last was answered, and prints
/// one line of JSON: how many, how long, percentiles of the answers, refused, CPU of this program.
int post(const Options& options);

}  // namespace alarum::bench
