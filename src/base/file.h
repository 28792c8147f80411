#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace alarum {

/// One open file. All methods block, so they belong on a thread that may wait for a disk.
///
/// - Errors: `disk_full` if there is no space or quota left, `not_found`, else `io_error`. The
///   message has the path and the system's text for errno.
/// - Positions and sizes are in bytes from the beginning of the file. There is no file position, so
///   reads on one thread do not disturb a writer on another.
/// - The owner destroys the object to close the file. Closing does not sync.
class File {
 public:
  virtual ~File() = default;
  /// Writes all bytes or fails; after an error a part of them may be in the file. What was written
  /// can be lost in a power cut until sync() has returned.
  virtual Result<void> write(std::uint64_t at, std::string_view bytes) = 0;
  /// As write(), for bytes that are not contiguous in memory. The pieces end up one behind the
  /// other, with as few system calls as possible (64 pieces each). The default copies them into one
  /// string.
  virtual Result<void> write_pieces(std::uint64_t at, std::span<const std::string_view> pieces);
  /// Returns `size` bytes, or fewer if the file ends before. At or behind the end of the file the
  /// result is empty, which is no error.
  virtual Result<std::string> read(std::uint64_t at, std::size_t size) = 0;
  /// fdatasync(2): when it returns without an error, everything written before is on disk. After an
  /// error it is not known how much of that is on disk, and calling it again does not help.
  virtual Result<void> sync() = 0;
  /// Reserves disk blocks for the first `size` bytes and makes the file at least that long, filled
  /// with zeros (posix_fallocate). So later writes within this range cannot fail with `disk_full`.
  virtual Result<void> allocate(std::uint64_t size) = 0;
  /// Sets the length of the file. A longer file is filled with zeros.
  virtual Result<void> truncate(std::uint64_t size) = 0;
  /// The length of the file, reserved bytes included.
  virtual Result<std::uint64_t> size() = 0;
  /// An upper bound for the end of what was written, without reading the file: from the result to
  /// the end of the file there are only zeros. At least `from`. Uses SEEK_DATA and SEEK_HOLE of
  /// lseek(2); if the file system does not support them, the result is the length of the file.
  virtual Result<std::uint64_t> data_end(std::uint64_t from) = 0;
};

/// What the daemon needs from a file system for its data folder. Tests put an implementation in its
/// place that fails on command or forgets what was not synced, as a power cut does. Paths are
/// absolute or relative to the working directory. Methods block; any thread may call them. The
/// daemon owns one FileSystem, and it outlives every File that it opened.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  /// Opens a file for reading and writing. If `create` is true, a missing file is created with mode
  /// 0640 (less the umask). Error `not_found`: it does not exist, and `create` is false.
  virtual Result<std::unique_ptr<File>> open(const std::string& path, bool create) = 0;
  /// Replaces `to` atomically if it exists. It is durable after sync_folder().
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  /// Removes a file. Error `not_found` if there is none.
  virtual Result<void> remove(const std::string& path) = 0;
  /// The names of the regular files in the folder, without the folder's path, sorted bytewise.
  virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;
  /// Creates the folder and its missing parents. An existing folder is not an error.
  virtual Result<void> make_folder(const std::string& path) = 0;
  /// fsync(2) of the folder. Until then a power cut may undo creations, renames and removals in it.
  virtual Result<void> sync_folder(const std::string& path) = 0;
  /// Takes an exclusive lock (flock(2)) on the file, which is created if it is missing, and on its
  /// folder if the file system can lock folders. The lock lasts until the returned object is
  /// destroyed or the process ends in any way. Never waits. Error `locked`: another process has the
  /// lock.
  virtual Result<std::unique_ptr<File>> lock(const std::string& path) = 0;
};

/// The file system of the machine.
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

/// Replaces a small file as a whole. After a crash at any moment the file has either its old or its
/// new content. It writes `name.tmp` in the same folder, syncs it, renames it, and syncs the
/// folder. After an error `name.tmp` may be left behind; the next call overwrites it.
Result<void> replace_file(FileSystem& files, const std::string& folder, const std::string& name,
                          std::string_view bytes);
/// Reads a whole file into memory. Error `not_found` if there is none.
Result<std::string> read_file(FileSystem& files, const std::string& path);
/// Appends a text, which ends with a line break, to a file that is opened for this call alone. So
/// it goes to a new file after a log rotation. A missing file is created. If the file ends within a
/// line, as a crash or an error leaves it, a line break is written first. After an error a part of
/// the text may be in the file. It does not sync.
Result<void> append_line(FileSystem& files, const std::string& path, std::string_view text);
/// The length of a file in bytes. Error `not_found` if there is none.
Result<std::uint64_t> file_size(FileSystem& files, const std::string& path);

}  // namespace alarum
