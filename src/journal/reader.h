#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/segment.h"
#include "journal/view.h"

namespace alarum::journal {

/// Reads records of segment files from an offset on, in order, a frame at a time. It takes no lock,
/// and a daemon may write the log meanwhile: the reader lists the segments once, in open(), and
/// reads the last one as far as it has whole frames. Damage is added to damage() and passed over.
/// One thread; `files` outlives it. Memory: one frame and a piece of 1 MiB.
class Reader final : public RecordReader {
 public:
  /// Errors: `not_found` (the journal begins after `from`, because retention has deleted records),
  /// `newer_format`, `io_error`.
  static Result<Reader> open(FileSystem& files, const std::string& folder, model::Offset from);

  /// See RecordReader::next(). Records below `from` in the first frame are left out.
  Result<std::vector<model::Record>> next() override;
  const std::vector<Unreadable>& damage() const override { return damage_; }
  const Totals& totals() const override { return totals_; }

 private:
  Reader(FileSystem& files, std::string folder, model::Offset from)
      : files_(files), folder_(std::move(folder)), from_(from) {}
  Result<bool> next_segment();
  void leave_segment();

  FileSystem& files_;
  std::string folder_;
  model::Offset from_;
  std::vector<SegmentName> names_;          // by number
  std::size_t at_ = 0;                      // the next one to open
  std::unique_ptr<SegmentReader> segment_;  // the one that is open, if any
  std::vector<Unreadable> damage_;
  Totals totals_;
};

}  // namespace alarum::journal
