#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace alarum {

/// One open file. Errors: `disk_full` (no room, quota), `io_error`; the message has the path and
/// the system's words.
class File {
 public:
  virtual ~File() = default;
  virtual Result<void> write(std::uint64_t at, std::string_view bytes) = 0;  ///< all of it
  /// The same of what stands in several places: one write, as far as the system lets it be.
  virtual Result<void> write_pieces(std::uint64_t at, std::span<const std::string_view> pieces);
  /// Up to `size` bytes, fewer only at the end of the file.
  virtual Result<std::string> read(std::uint64_t at, std::size_t size) = 0;
  /// Fdatasync: what was written is on disk
  virtual Result<void> sync() = 0;
  /// Reserves blocks and grows the file with zeros
  virtual Result<void> allocate(std::uint64_t size) = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
  virtual Result<std::uint64_t> size() = 0;
  /// Where what was written ends, as far as the file system knows without reading it: from there on
  /// the file reads as zeros to its end. At least `from`; the file's size where nothing is known.
  virtual Result<std::uint64_t> data_end(std::uint64_t from) = 0;
};

/// What the bridge needs of a file system for what it keeps, so that tests can put one in its place
/// that forgets what was not synced.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  /// Error `not_found` when it is not there and `create` is false.
  virtual Result<std::unique_ptr<File>> open(const std::string& path, bool create) = 0;
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  virtual Result<void> remove(const std::string& path) = 0;
  /// Names of files, sorted
  virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;
  /// With its parents; existing is fine
  virtual Result<void> make_folder(const std::string& path) = 0;
  /// Creations, renames and removals are on disk
  virtual Result<void> sync_folder(const std::string& path) = 0;
  /// An exclusive lock that lasts as long as the object. Error `locked`: another process has it.
  virtual Result<std::unique_ptr<File>> lock(const std::string& path) = 0;
};

/// The machine's own.
class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, bool create) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  Result<void> make_folder(const std::string& path) override;
  Result<void> sync_folder(const std::string& path) override;
  Result<std::unique_ptr<File>> lock(const std::string& path) override;
};

/// Writes a whole small file so that after a crash there is either the old one or the new one.
Result<void> replace_file(FileSystem& files, const std::string& folder, const std::string& name,
                          std::string_view bytes);
Result<std::string> read_file(FileSystem& files, const std::string& path);
/// Adds a text that ends with a line break at the end of the file, which is opened for it alone (so
/// that a new one begins after a rotation) and made where it is missing. Error: a part of it may be
/// there. Where the file does not end with a line break, as a crash or an error leaves it, one
/// stands before the text.
Result<void> append_line(FileSystem& files, const std::string& path, std::string_view text);
/// Error `not_found`: it is not there
Result<std::uint64_t> file_size(FileSystem& files, const std::string& path);

}  // namespace alarum
