#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace alarum::ingest {

/// The daemon's data folder, in which sources store how far they came. `files` must outlive every
/// copy of this; the simulator passes a file system of its own.
struct DataFolder {
  FileSystem& files;
  std::string path;
};

/// The file that says how far a source was read: `<data>/positions/<hash of the name>`. A value
/// that may be copied to another thread. Its calls block on the disk, so they belong to the thread
/// `source-files`.
class PositionFile {
 public:
  /// `source`: the source's name, of which the file's name is a hash (FNV-1a, in hex). `suffix`
  /// tells several files of one source from each other.
  PositionFile(const DataFolder& data, const std::string& source,
               std::string_view suffix = ".json");

  /// The text that was written last; nullopt if there is none. Makes the folder if it is missing.
  /// Errors: of the disk.
  Result<std::optional<std::string>> read() const;
  /// Replaces the file by rename and sync: a crash leaves the old text or the new one. Errors: of
  /// the disk.
  Result<void> write(std::string_view text) const;
  /// Renames a file whose text cannot be parsed to NAME.damaged, for a person to look at. Returns a
  /// sentence about it for log and readiness; `instead` ends that sentence: how the source begins
  /// without the file. Errors: of the disk.
  Result<std::string> set_aside(const Error& why, std::string_view instead) const;

 private:
  FileSystem& files_;
  std::string folder_, name_, source_;
};

}  // namespace alarum::ingest
