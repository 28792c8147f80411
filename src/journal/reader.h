#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/segment.h"
#include "journal/view.h"

namespace alarum::journal {

/// All records from an offset on, in order, as they stand in segment files; a block is a frame.
/// Damage is reported and passed over.
class Reader final : public RecordReader {
 public:
  /// Error `not_found`: retention has deleted records from `from` on. `io_error`.
  static Result<Reader> open(FileSystem& files, const std::string& folder, model::Offset from);

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
  std::vector<SegmentName> names_;
  std::size_t at_ = 0;
  std::unique_ptr<SegmentReader> segment_;
  std::vector<Unreadable> damage_;
  Totals totals_;
};

}  // namespace alarum::journal
