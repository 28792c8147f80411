#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "journal/journal.h"

namespace alarum::journal {

class Checkpoints;

/// The draft of one, a file; of its Checkpoints, which outlive it.
class FileDraft final : public CheckpointDraft {
 public:
  Result<void> add(std::string_view part) override;
  Result<void> finish() override;
  void give_up() override;

 private:
  friend class Checkpoints;
  FileDraft(Checkpoints& among, std::unique_ptr<File> file, model::Offset offset);

  Checkpoints& among_;
  std::unique_ptr<File> file_;
  model::Offset offset_;
  std::uint64_t end_ = 0, synced_ = 0;
  std::uint32_t sum_ = 0;
};

/// The newest few checkpoints, a file each, under `<folder>/checkpoints/`.
class Checkpoints {
 public:
  static constexpr std::size_t kKept = 3;
  Checkpoints(FileSystem& files, std::string folder)
      : files_(files), folder_(std::move(folder) + "/checkpoints") {}

  /// Brings to disk what no checkpoint is of use without: it has succeeded before one counts. On
  /// the thread of finish().
  void rely_on(std::function<Result<void>()> sync) { relied_on_.push_back(std::move(sync)); }

  /// One is written in parts, one at a time.
  Result<std::unique_ptr<FileDraft>> begin(model::Offset offset);
  /// The newest readable one with offset ≤ `bound`; each damaged one passed over is added to
  /// `damaged`.
  std::optional<Checkpoint> load(model::Offset bound, std::vector<std::string>& damaged);
  /// Retention must keep everything from here on: the oldest checkpoint's offset; nullopt while
  /// there are fewer than two, so that one damaged file never leaves us without the records.
  std::optional<model::Offset> oldest();

 private:
  friend class FileDraft;
  Result<void> keep(FileDraft& made);  // then deletes what is past kKept
  std::vector<std::string> names();    // oldest first
  Result<void> sync_relied_on();
  std::string draft() const { return folder_ + "/draft.tmp"; }
  FileSystem& files_;
  std::string folder_;
  std::vector<std::function<Result<void>()>> relied_on_;
};

}  // namespace alarum::journal
