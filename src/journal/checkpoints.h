#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "model/record.h"

namespace alarum::journal {

/// What the engine remembers after every record below `offset`.
struct Checkpoint {
  model::Offset offset = 0;
  std::string state;
};

/// A checkpoint that is being written, in parts. Nothing is found of it before finish(), whatever happens.
class Draft {
 public:
  Result<void> add(std::string_view part);

 private:
  friend class Checkpoints;
  Draft(std::unique_ptr<File> file, model::Offset offset) : file_(std::move(file)), offset_(offset) {}

  std::unique_ptr<File> file_;
  model::Offset offset_;
  std::uint64_t end_ = 0, synced_ = 0;
  std::uint32_t sum_ = 0;
};

/// The newest few checkpoints, a file each, under `<folder>/checkpoints/`.
class Checkpoints {
 public:
  static constexpr std::size_t kKept = 3;
  Checkpoints(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder) + "/checkpoints") {}

  /// Brings to disk what no checkpoint is of use without: it has succeeded before one counts. On the thread of finish().
  void rely_on(std::function<Result<void>()> sync) { relied_on_.push_back(std::move(sync)); }

  /// One is written in parts, one at a time.
  Result<Draft> begin(model::Offset offset);
  /// A crash leaves it whole or not at all. Then deletes what is past kKept.
  Result<void> finish(Draft draft);
  /// Gives its room back.
  void give_up(Draft draft);
  /// The newest readable one with offset ≤ `bound`; each damaged one passed over is added to `damaged`.
  std::optional<Checkpoint> load(model::Offset bound, std::vector<std::string>& damaged);
  /// Retention must keep everything from here on: the oldest checkpoint's offset; nullopt while there are fewer than two, so that
  /// one damaged file never leaves us without the records.
  std::optional<model::Offset> oldest();

 private:
  std::vector<std::string> names();  // oldest first
  Result<void> sync_relied_on();
  std::string draft() const { return folder_ + "/draft.tmp"; }
  FileSystem& files_;
  std::string folder_;
  std::vector<std::function<Result<void>()>> relied_on_;
};

}  // namespace alarum::journal
