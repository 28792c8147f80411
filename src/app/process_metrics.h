#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/metrics.h"

namespace alarum::app {

/// What the kernel says of this process, as the standard `process_*` metrics of Prometheus have it.
struct ProcessFigures {
  double start_seconds = 0;  ///< Unix time
  std::uint64_t virtual_bytes = 0, resident_bytes = 0;
};
/// Reads `/proc/self/stat` (proc(5)) and the line `btime` of `/proc/stat`. nullopt: these are no
/// such texts. `ticks`: a second's; `page`: bytes. Pure.
std::optional<ProcessFigures> process_figures(std::string_view self, std::string_view system,
                                              long ticks, long page);

/// Adds the `process_*` metrics of this process. What the kernel does not say is left out.
void add_process(api::MetricsPage& page);
/// Adds the room of the file system that `folder` is on, and the size of the history's files:
/// `book` and the log that SQLite has beside it. What cannot be determined is left out.
void add_disk(api::MetricsPage& page, const std::string& folder, const std::string& book);

}  // namespace alarum::app
