#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "journal/segment.h"

namespace alarum::journal {

/// All records from an offset on, in order, as they stand on disk: what replay reads. Damage is reported and passed over.
class Reader {
 public:
  /// Error `not_found`: retention has deleted records from `from` on. `io_error`.
  static Result<Reader> open(FileSystem& files, const std::string& folder, model::Offset from);

  /// The records of the next frame; empty at the end.
  Result<std::vector<model::Record>> next();
  const std::vector<Corruption>& corruptions() const { return corruptions_; }
  /// As the frame of the newest records has them.
  const Totals& totals() const { return totals_; }

 private:
  Reader(FileSystem& files, std::string folder, model::Offset from) : files_(files), folder_(std::move(folder)), from_(from) {}
  Result<bool> next_segment();
  void leave_segment();

  FileSystem& files_;
  std::string folder_;
  model::Offset from_;
  std::vector<SegmentName> names_;
  std::size_t at_ = 0;
  std::unique_ptr<SegmentReader> segment_;
  std::vector<Corruption> corruptions_;
  Totals totals_;
};

}  // namespace alarum::journal
