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

/// The draft of one checkpoint, written to `checkpoints/draft.tmp`. The thread that writes
/// checkpoints owns it; its Checkpoints outlive it. It is synced every 4 MiB, so that the journal's
/// own syncs never wait for hundreds of megabytes. The file format is docs/formats/checkpoint.md.
class FileDraft final : public CheckpointDraft {
 public:
  /// Appends a part of the state. Errors: `disk_full`, `io_error`; the draft must then be given up.
  Result<void> add(std::string_view part) override;
  /// Writes the head with the CRC-32C of all parts, syncs the file and everything that
  /// Checkpoints::rely_on() names, and only then gives the file its final name.
  Result<void> finish() override;
  /// Removes the file. An error of the removal is ignored, because the next draft overwrites it.
  void give_up() override;

 private:
  friend class Checkpoints;
  FileDraft(Checkpoints& among, std::unique_ptr<File> file, model::Offset offset);

  Checkpoints& among_;
  std::unique_ptr<File> file_;
  model::Offset offset_;
  std::uint64_t end_ = 0, synced_ = 0;  // bytes written, and bytes of these that were synced
  std::uint32_t sum_ = 0;               // CRC-32C of the parts so far
};

/// The newest checkpoints, one file each, under `<folder>/checkpoints/`. The journal owns the
/// object that writes them. Any thread may make another object over the same folder to read,
/// because all state is in the files. `files` outlives it.
class Checkpoints {
 public:
  /// So many finished checkpoints stay on disk; finish() removes older ones.
  static constexpr std::size_t kKept = 3;
  Checkpoints(FileSystem& files, std::string folder)
      : files_(files), folder_(std::move(folder) + "/checkpoints") {}

  /// Names work that must succeed before a checkpoint counts, such as syncing the book. finish()
  /// calls `sync` on its own thread; if it fails, no checkpoint is made. Call this before the first
  /// begin().
  void rely_on(std::function<Result<void>()> sync) { relied_on_.push_back(std::move(sync)); }

  /// Begins a checkpoint of the state after every record below `offset`. Only one draft can be
  /// written at a time. An unfinished draft is overwritten. Errors: `disk_full`, `io_error`.
  Result<std::unique_ptr<FileDraft>> begin(model::Offset offset);
  /// The newest checkpoint with offset ≤ `bound` whose CRC is right; nullopt if there is none. The
  /// path of each damaged file that was passed over is added to `damaged`.
  std::optional<Checkpoint> load(model::Offset bound, std::vector<std::string>& damaged);
  /// Retention must keep every record from this offset on. It is the offset of the oldest
  /// checkpoint. nullopt while there are fewer than two: with a single checkpoint no record may be
  /// deleted, because that one file might turn out to be damaged.
  std::optional<model::Offset> oldest();

 private:
  friend class FileDraft;
  Result<void> keep(FileDraft& made);  // renames the draft, then deletes what is past kKept
  std::vector<std::string> names();    // oldest first
  Result<void> sync_relied_on();
  std::string draft() const { return folder_ + "/draft.tmp"; }
  FileSystem& files_;
  std::string folder_;
  std::vector<std::function<Result<void>()>> relied_on_;
};

}  // namespace alarum::journal
