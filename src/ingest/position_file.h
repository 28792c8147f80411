#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace alarum::ingest {

/// The folder for what a source keeps, in the file system that it is in. The file system outlives
/// whoever has it.
struct DataFolder {
  FileSystem& files;
  std::string path;
};

/// Where it stands how far a source was read: a file in `<data>/positions/` by the source's name. A
/// value; its calls block on the disk.
class PositionFile {
 public:
  PositionFile(const DataFolder& data, const std::string& source,
               std::string_view suffix = ".json");

  /// What was written last; nullopt: nothing was. Makes the folder. Errors: of the disk.
  Result<std::optional<std::string>> read() const;
  /// A crash leaves the old text or this one. Errors: of the disk.
  Result<void> write(std::string_view text) const;
  /// Puts a file whose text does not read back beside its name, as NAME.damaged, where a person can
  /// look at it. The sentence that says so, with `instead`: how the source begins without it.
  /// Errors: of the disk.
  Result<std::string> set_aside(const Error& why, std::string_view instead) const;

 private:
  FileSystem& files_;
  std::string folder_, name_, source_;
};

}  // namespace alarum::ingest
