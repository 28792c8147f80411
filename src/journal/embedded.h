#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "journal/journal.h"

namespace alarum::journal {

/// Of the embedded journal: a log in segment files in the data folder of one machine
/// (docs/formats/journal.md).
struct Options {
  std::string folder;  ///< `segments/`, `generations/` and `checkpoints/` stand in it
  std::uint64_t segment_size = 64ULL << 20;  ///< bytes preallocated at a time
  std::uint64_t max_size = 10ULL << 30;      ///< bytes of all segments together
  Duration retention = std::chrono::hours(24 * 7);
  bool keep_all = true;  ///< false: `keep: matched`
  Duration dedup_window = std::chrono::hours(24);
  std::size_t dedup_max = 4'000'000;
  std::size_t queue_events = 50'000;       ///< that wait for the writer; past it submit() refuses
  std::uint64_t group_bytes = 4ULL << 20;  ///< written and synced at once
};

/// The one to write, recovered: a torn tail is cut, damage reported, and it is known what counts as
/// a duplicate. `files` and `clock` outlive it. Errors: `locked` (another process has the folder),
/// `newer_format`, `io_error`, `disk_full`.
Result<std::unique_ptr<Journal>> open_embedded(Options options, FileSystem& files, Clock& clock);

/// The one to read that stands in a data folder, beside a daemon that writes it or without one.
/// `files` outlives it. Nothing is looked at before it is asked.
std::unique_ptr<JournalView> view_embedded(FileSystem& files, std::string folder);

}  // namespace alarum::journal
