#pragma once
#include <optional>
#include <string>
#include <vector>

#include "journal/file.h"
#include "model/record.h"

namespace alarum::journal {

/// What the engine remembers after every record below `offset`.
struct Checkpoint {
  model::Offset offset = 0;
  std::string state;
};

/// The newest few checkpoints, a file each, under `<folder>/checkpoints/`.
class Checkpoints {
 public:
  static constexpr std::size_t kKept = 3;
  Checkpoints(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder) + "/checkpoints") {}

  /// Writes it so that a crash leaves it whole or not at all, then deletes what is past kKept.
  Result<void> save(const Checkpoint& checkpoint);
  /// The newest readable one with offset ≤ `bound`; each damaged one passed over is added to `damaged`.
  std::optional<Checkpoint> load(model::Offset bound, std::vector<std::string>& damaged);
  /// Retention must keep everything from here on: the oldest checkpoint's offset; nullopt while there are fewer than two, so that
  /// one damaged file never leaves us without the records.
  std::optional<model::Offset> oldest();

 private:
  std::vector<std::string> names();  // oldest first
  FileSystem& files_;
  std::string folder_;
};

}  // namespace alarum::journal
