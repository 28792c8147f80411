#pragma once
#include "tests/bench/path_load/options.h"

namespace alarum::bench {

/// Sends events (requests, or lines over TCP), takes the webhooks that come of them, and says how
/// long each was on its way, from when it was due to be sent. A line "RATE COUNT" on standard input
/// is a phase: so many events, so many a second (0: as quickly as they are taken); when all were
/// told, or nothing came for 30 s, one line of JSON. Ends with the input.
int hooks(const Options& options);

}  // namespace alarum::bench
