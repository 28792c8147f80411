#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "journal/journal.h"

namespace alarum::journal {

/// Settings of the embedded journal, which is a log in segment files in the data folder of one
/// machine (docs/formats/journal.md).
struct Options {
  std::string folder;  ///< holds `segments/`, `generations/`, `checkpoints/` and `lock`
  std::uint64_t segment_size = 64ULL << 20;  ///< bytes that are reserved at a time
  std::uint64_t max_size = 10ULL << 30;      ///< bytes of all segments together
  /// Segments whose newest record is older than this may be deleted.
  Duration retention = std::chrono::hours(24 * 7);
  bool keep_all = true;  ///< false (`keep: matched`): events that no rule matches are not written
  /// How long an identity (source, id) is remembered to recognise duplicates.
  Duration dedup_window = std::chrono::hours(24);
  std::size_t dedup_max = 4'000'000;  ///< identities remembered; the oldest are forgotten first
  std::size_t queue_events = 50'000;  ///< events in the queue; past it submit() refuses
  std::uint64_t group_bytes = 4ULL << 20;  ///< about so much is written and synced at once
};

/// Opens the journal to write it and recovers what is on disk: cuts a torn tail, reports damage,
/// and loads the identities by which duplicates are recognised. `files` and `clock` outlive the
/// journal. Errors: `locked` (another process has the folder), `newer_format`, `bad_record` (a
/// frame is whole, but not as this version writes it), `io_error`, `disk_full`.
Result<std::unique_ptr<Journal>> open_embedded(Options options, FileSystem& files, Clock& clock);

/// Opens the journal of a data folder to read it, whether or not a daemon writes it at the same
/// time. No file is read before the first call, so opening cannot fail. `files` outlives the view.
std::unique_ptr<JournalView> view_embedded(FileSystem& files, std::string folder);

}  // namespace alarum::journal
