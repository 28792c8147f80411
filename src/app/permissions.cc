#include "app/permissions.h"

#include <sys/stat.h>

#include <array>
#include <filesystem>

#include "base/log.h"

namespace alarum::app {
namespace {

namespace fs = std::filesystem;

constexpr auto kFolderMode = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec;
constexpr auto kFileMode = fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read;

// Everything that the daemon writes into its data folder.
constexpr std::array kOurs{"lock",
                           "book.sqlite",
                           "book.sqlite-wal",
                           "book.sqlite-shm",
                           "book.sqlite-journal",
                           "rejected.ndjson",
                           "rejected.ndjson.1",
                           "segments",
                           "generations",
                           "checkpoints",
                           "positions"};

void restrict_one(const fs::path& path) {
  std::error_code fault;
  const auto status = fs::symlink_status(path, fault);
  if (fault || (!fs::is_directory(status) && !fs::is_regular_file(status))) return;
  const auto allowed = fs::is_directory(status) ? kFolderMode : kFileMode;
  if ((status.permissions() & ~allowed) == fs::perms::none) return;
  fs::permissions(path, status.permissions() & allowed, fault);
  if (fault)
    log::warn("app", "others can read a file of the data folder, and that cannot be changed",
              {{"file", path.string()}, {"reason", fault.message()}});
}

}  // namespace

void restrict_new_files() {
  ::umask(0027);
}

void restrict_data_folder(const std::string& folder) {
  restrict_one(folder);
  for (const auto* name : kOurs) {
    const auto path = fs::path(folder) / name;
    restrict_one(path);
    std::error_code fault;
    for (fs::directory_iterator it(path, fault), end; !fault && it != end; it.increment(fault))
      restrict_one(it->path());
  }
}

}  // namespace alarum::app
