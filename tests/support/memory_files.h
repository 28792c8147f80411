#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>

#include "base/file.h"

namespace alarum::testing {

/// A file system in memory that tells what is on disk from what is only written: crash() forgets
/// the rest, as a power cut does. Contents last from a file's sync(), names from their folder's
/// sync_folder().
class MemoryFiles final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, bool create) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  Result<void> make_folder(const std::string& path) override;
  Result<void> sync_folder(const std::string& path) override;
  Result<std::unique_ptr<File>> lock(const std::string& path) override;

  /// Asked before each sync of a file or a folder; an error is what the sync answers, and nothing
  /// becomes durable. May block.
  std::function<Result<void>(const std::string& path)> on_sync;
  /// Bytes of all files together: past it, `disk_full`
  std::uint64_t capacity = ~std::uint64_t{0};
  bool removes_fail = false;     ///< `io_error`
  std::uint64_t bytes_read = 0;  ///< by all reads so far
  /// Sync says yes and does nothing: what a test must notice
  bool syncs_lie = false;

  /// A power cut: names and contents as they were synced, and of what was written since, some
  /// sectors of 512 bytes.
  void crash(std::mt19937& random);

  /// As now written; also on disk, for tests that damage it
  std::string& bytes(const std::string& path);
  void damage(const std::string& path, std::size_t at);  ///< flips a bit, now and on disk
  bool exists(const std::string& path) const { return now_.contains(path); }

 private:
  friend class MemoryFile;
  struct Inode {
    std::string now, durable;
  };
  using Names = std::map<std::string, std::shared_ptr<Inode>>;
  Result<void> room_for(std::uint64_t more) const;

  // Guards all below: the sealer's thread and the writer's both come here
  mutable std::recursive_mutex mutex_;
  Names now_, durable_;
  std::set<std::string> locked_;
};

}  // namespace alarum::testing
