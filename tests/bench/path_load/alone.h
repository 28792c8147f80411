#pragma once
#include "tests/bench/path_load/options.h"

namespace alarum::bench {

/// What the path is measured beside, each one line of JSON.

/// simdjson's DOM parser over the file, an event at a time: CPU time of each, median of rounds.
int parse(const Options& options);
/// `count` times 4 KiB appended to a new file in the folder `file`, and fdatasync: p50, p99.
int sync(const Options& options);
/// The daemon's set of known identities with `count` of them: bytes of each, CPU time of asking for
/// it and adding it.
int ids(const Options& options);

}  // namespace alarum::bench
