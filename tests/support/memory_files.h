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

/// A file system in memory for unit tests. It knows which bytes and names are durable and which are
/// only written, and crash() loses the latter as a power cut does. Contents become durable by a
/// file's sync(), names by their folder's sync_folder(). Any thread may use it; the tests set the
/// public members before they start threads. The simulator has a stricter one
/// (tests/simulation/disk.h).
class MemoryFiles final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, bool create) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  Result<void> make_folder(const std::string& path) override;
  Result<void> sync_folder(const std::string& path) override;
  Result<std::unique_ptr<File>> lock(const std::string& path) override;

  /// Called before each sync of a file or a folder. If it returns an error, the sync fails with it,
  /// and nothing becomes durable. May block, to hold a sync up.
  std::function<Result<void>(const std::string& path)> on_sync;
  /// Bytes that all files together may have; past it writes fail with `disk_full`
  std::uint64_t capacity = ~std::uint64_t{0};
  bool removes_fail = false;     ///< removing a file fails with `io_error`
  std::uint64_t bytes_read = 0;  ///< by all reads so far, for tests of how much is read
  /// sync() reports success and makes nothing durable; proves that a crash test would notice
  bool syncs_lie = false;

  /// A power cut: names and contents go back to what was synced, except for some sectors of 512
  /// bytes of what was written since, which `random` chooses.
  void crash(std::mt19937& random);

  /// The content as now written, without counting as a read. The reference is valid until the file
  /// is removed.
  std::string& bytes(const std::string& path);
  void damage(const std::string& path, std::size_t at);  ///< flips a bit, now and on disk
  bool exists(const std::string& path) const { return now_.contains(path); }

 private:
  friend class MemoryFile;
  struct Inode {
    std::string now, durable;  // the content as written; as it survives a crash
  };
  using Names = std::map<std::string, std::shared_ptr<Inode>>;
  // `disk_full` if so many more bytes would exceed capacity.
  Result<void> room_for(std::uint64_t more) const;

  // Guards all members below, because the journal's writer and its sealer use the files at once.
  mutable std::recursive_mutex mutex_;
  Names now_, durable_;           // as written; as they survive a crash
  std::set<std::string> locked_;  // paths that lock() has given out
};

}  // namespace alarum::testing
