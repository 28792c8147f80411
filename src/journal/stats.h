#pragma once
#include <array>
#include <cstdint>

#include "base/clock.h"
#include "journal/view.h"

namespace alarum::journal {

/// Upper bounds of the buckets in which sync times are counted, in seconds.
constexpr std::array<double, 10> kSyncBuckets{0.0001, 0.0002, 0.0005, 0.001, 0.002,
                                              0.005,  0.01,   0.05,   0.25,  1.0};

/// The health of a journal, as its metrics show it. Journal::stats() returns a copy, and any thread
/// may read it. The values are taken at slightly different moments: they may differ by one group of
/// submissions.
struct Stats {
  Totals totals;
  /// Frames of submissions, and groups that could not be committed. Control records do not count.
  std::uint64_t commits = 0, failed_commits = 0;
  std::uint64_t queued = 0;         ///< events in the writer's queue
  std::uint64_t bytes_on_disk = 0;  ///< of all segments, with what is reserved
  std::uint64_t segments = 0;       ///< files of the embedded log; 0 for a journal without files
  std::uint64_t dedup_size = 0;     ///< identities that are remembered
  double dedup_window_seconds = 0;  ///< age of the oldest of them
  model::Offset end_offset = 0;     ///< the next record's
  double sync_seconds = 0;          ///< duration of all commits together, writing included
  /// Commits by duration, one for each bucket; the last is for longer ones.
  std::array<std::uint64_t, kSyncBuckets.size() + 1> syncs{};
  Duration clock_ahead{};         ///< how far engine time is ahead of the wall clock (model::Stamp)
  Duration clock_back{};          ///< how far the wall clock went back the last time it did
  std::uint64_t clock_backs = 0;  ///< how often it went back by more than a minute since the start
  bool full = false;              ///< the last commit failed because disk or journal were full
  std::uint64_t corruptions = 0;  ///< damaged places that are known in this run
};

}  // namespace alarum::journal
