#pragma once
#include <iosfwd>
#include <string>

namespace alarum::cli {

struct BenchOptions {
  std::string patterns, events;
  unsigned threads = 1;
  unsigned rounds = 5;
};

/// `alarum bench match`: one JSON object `{"rules", "events", "threads", "build_seconds",
/// "bytes_per_rule", "events_per_second": {"min", "median", "max"}, "events_per_cpu_second",
/// "matches", "simdjson": {"dom", "four_fields"}, "ratio_to_dom", "ratio_to_four_fields"}`. A round
/// is every event once on each thread, everything from its JSON text to its matches; building is
/// everything from the parsed patterns to the index. The simdjson figures are of one thread,
/// between the rounds, with the same flags. They and the ratios are of CPU time, so that they hold
/// beside other work; events_per_second is by the clock. Exit code 1: an input is at fault.
int bench_match(const BenchOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
