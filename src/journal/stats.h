#pragma once
#include <array>
#include <cstdint>

#include "base/clock.h"
#include "journal/view.h"

namespace alarum::journal {

/// Upper bounds of the buckets in which sync times are counted, in seconds.
constexpr std::array<double, 10> kSyncBuckets{0.0001, 0.0002, 0.0005, 0.001, 0.002,
                                              0.005,  0.01,   0.05,   0.25,  1.0};

/// The health of a journal and what its metrics are made of: a moment's view, of which values may
/// be a group of submissions apart.
struct Stats {
  Totals totals;
  std::uint64_t commits = 0, failed_commits = 0;
  std::uint64_t queued = 0;         ///< events that wait for the writer
  std::uint64_t bytes_on_disk = 0;  ///< of all records
  std::uint64_t segments = 0;       ///< files of the embedded log; what has none says 0
  std::uint64_t dedup_size = 0;     ///< identities that are remembered
  double dedup_window_seconds = 0;  ///< how far back they reach
  model::Offset end_offset = 0;
  double sync_seconds = 0;  ///< of all commits together
  /// By bucket, the last for what is slower.
  std::array<std::uint64_t, kSyncBuckets.size() + 1> syncs{};
  Duration clock_ahead{};         ///< of engine time before the wall clock (model::Stamp)
  Duration clock_back{};          ///< how far the wall clock went back, when it last did so
  std::uint64_t clock_backs = 0;  ///< how often it did, by more than a minute, since the start
  bool full = false;              ///< the last commit failed for want of room
  std::uint64_t corruptions = 0;  ///< damaged places found since the start
};

}  // namespace alarum::journal
