// A file layer that forgets what was not synced, for LD_PRELOAD. It keeps a shadow of
// FORGETFUL_DATA in FORGETFUL_SHADOW in which a file has the contents of its last fsync or
// fdatasync, and a folder the names of its last fsync. After a SIGKILL the shadow is what a power
// cut would have left (what the kill tore in the middle of a sync is torn there too). Folders
// themselves last at once. With FORGETFUL_LIES no sync does anything.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>

namespace {

namespace fs = std::filesystem;

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

class Shadow {
 public:
  Shadow()
      : data_(setting("FORGETFUL_DATA")),
        shadow_(setting("FORGETFUL_SHADOW")),
        lies_(!setting("FORGETFUL_LIES").empty()) {
    if (data_.empty()) return;
    fs::remove_all(shadow_);
    fs::create_directories(inodes());
    if (fs::exists(data_)) take_folder(data_);
    std::ofstream(shadow_ / ".ready") << "1";
  }

  int sync(int fd) {
    if (data_.empty() || lies_) return 0;
    const auto link = "/proc/self/fd/" + std::to_string(fd);
    const std::lock_guard lock(mutex_);
    std::error_code gone;
    const auto path = fs::read_symlink(link, gone);
    if (gone || path.native().rfind(data_.native(), 0) != 0) return 0;
    if (fs::is_directory(path)) {
      sync_names(path);
    } else {
      copy(link);
    }
    return 0;
  }

 private:
  fs::path inodes() const { return shadow_ / ".inodes"; }
  fs::path twin(const fs::path& folder) const {
    return folder == data_ ? shadow_ : shadow_ / fs::relative(folder, data_);
  }

  // Who a file is, whatever its name: an inode's number is used again, with another time of birth.
  static std::string key(const fs::path& path) {
    struct statx status {};
    if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &status) != 0) return "";
    return std::to_string(status.stx_ino) + "-" + std::to_string(status.stx_btime.tv_sec) + "." +
           std::to_string(status.stx_btime.tv_nsec);
  }

  // In place, so that all its names see it.
  void copy(const fs::path& from) const {
    const int in = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
    const int out = ::open((inodes() / key(from)).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    static char piece[1 << 18];
    off_t at = 0;
    for (ssize_t got = 0; (got = ::pread(in, piece, sizeof piece, at)) > 0; at += got) {
      if (::pwrite(out, piece, static_cast<size_t>(got), at) != got) std::abort();
    }
    if (::ftruncate(out, at) != 0) std::abort();
    ::close(in);
    ::close(out);
  }

  void sync_names(const fs::path& folder) const {
    const auto there = twin(folder);
    fs::create_directories(there);
    // Key of a file -> its name in the shadow that is no longer in the folder
    std::map<std::string, fs::path> stale;
    for (const auto& entry : fs::directory_iterator(there)) {
      if (entry.is_regular_file() && entry.path() != shadow_ / ".ready" &&
          !fs::exists(folder / entry.path().filename())) {
        stale[key(entry.path())] = entry.path();
      }
    }
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      const auto inode = inodes() / key(entry.path()), name = there / entry.path().filename();
      if (!fs::exists(inode)) std::ofstream{inode};
      const auto renamed = stale.find(key(inode));
      if (renamed != stale.end()) {
        fs::rename(renamed->second, name);
        stale.erase(renamed);
      } else if (!fs::exists(name) || !fs::equivalent(name, inode)) {
        fs::remove(there / ".link");
        fs::create_hard_link(inode, there / ".link");
        fs::rename(there / ".link", name);
      }
    }
    for (const auto& [key, path] : stale) fs::remove(path);
  }

  void take_folder(const fs::path& folder) const {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.is_directory()) take_folder(entry.path());
      if (entry.is_regular_file()) copy(entry.path());
    }
    sync_names(folder);
  }

  const fs::path data_, shadow_;
  const bool lies_;
  std::mutex mutex_;  // several threads of the daemon sync
};

Shadow& shadow() {
  static auto* one = new Shadow;  // never destroyed: threads may still sync at exit
  return *one;
}

__attribute__((constructor)) void begin() {
  shadow();
}

}  // namespace

extern "C" int fdatasync(int fd) {
  return shadow().sync(fd);
}
extern "C" int fsync(int fd) {
  return shadow().sync(fd);
}
