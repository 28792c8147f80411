#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace alarum {
namespace {

std::unexpected<Error> failed(std::string_view what, const std::string& path, int code) {
  const char* reason = code == ENOSPC || code == EDQUOT ? "disk_full"
                       : code == ENOENT                 ? "not_found"
                                                        : "io_error";
  return fail(reason, fmt::format("{} {}: {}", what, path, std::strerror(code)));
}

// Pieces in one system call; Linux allows IOV_MAX, 1024.
constexpr std::size_t kMostPieces = 64;

class PosixFile final : public File {
 public:
  PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixFile() override { ::close(fd_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Result<void> write(std::uint64_t at, std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto done = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at));
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) return failed("cannot write", path_, done < 0 ? errno : ENOSPC);
      bytes.remove_prefix(static_cast<std::size_t>(done));
      at += static_cast<std::uint64_t>(done);
    }
    return {};
  }

  Result<void> write_pieces(std::uint64_t at, std::span<const std::string_view> pieces) override {
    std::array<iovec, kMostPieces> parts;
    while (!pieces.empty()) {
      const auto count = std::min(pieces.size(), parts.size());
      std::ranges::transform(pieces.first(count), parts.begin(), [](std::string_view piece) {
        return iovec{const_cast<char*>(piece.data()), piece.size()};  // pwritev only reads it
      });
      auto done = ::pwritev(fd_, parts.data(), static_cast<int>(count), static_cast<off_t>(at));
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) return failed("cannot write", path_, done < 0 ? errno : ENOSPC);
      at += static_cast<std::uint64_t>(done);
      while (!pieces.empty() && static_cast<std::size_t>(done) >= pieces.front().size()) {
        done -= static_cast<ssize_t>(pieces.front().size());
        pieces = pieces.subspan(1);
      }
      if (done == 0) continue;
      // The system call wrote only a part of this piece.
      const auto rest = pieces.front().substr(static_cast<std::size_t>(done));
      if (auto written = write(at, rest); !written) return written;
      at += rest.size();
      pieces = pieces.subspan(1);
    }
    return {};
  }

  Result<std::string> read(std::uint64_t at, std::size_t size) override {
    std::string out;
    int code = 0;
    // Reads into uninitialised memory, because filling it with zeros before would cost a pass.
    out.resize_and_overwrite(size, [&](char* to, std::size_t) {
      std::size_t have = 0;
      while (have < size) {
        const auto done = ::pread(fd_, to + have, size - have, static_cast<off_t>(at + have));
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) code = errno;
        if (done <= 0) break;
        have += static_cast<std::size_t>(done);
      }
      return have;
    });
    if (code != 0) return failed("cannot read", path_, code);
    return out;
  }

  Result<void> sync() override {
    if (::fdatasync(fd_) != 0) return failed("cannot sync", path_, errno);
    return {};
  }
  Result<void> allocate(std::uint64_t size) override {
    const int code = ::posix_fallocate(fd_, 0, static_cast<off_t>(size));
    if (code != 0) return failed("cannot reserve room for", path_, code);
    return {};
  }
  Result<void> truncate(std::uint64_t size) override {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0)
      return failed("cannot truncate", path_, errno);
    return {};
  }
  Result<std::uint64_t> size() override {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) return failed("cannot read the size of", path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }
  // Reserved blocks that were never written are a hole for SEEK_DATA. If the file system has no
  // holes, everything is data. Goes from data to hole until no data follows.
  Result<std::uint64_t> data_end(std::uint64_t from) override {
    for (auto end = static_cast<off_t>(from);;) {
      const auto data = ::lseek(fd_, end, SEEK_DATA);
      if (data < 0 && errno == ENXIO) return static_cast<std::uint64_t>(end);
      const auto hole = data < 0 ? data : ::lseek(fd_, data, SEEK_HOLE);
      if (hole < 0 && (errno == EINVAL || errno == EOPNOTSUPP))
        return std::max(from, size().value_or(from));
      if (hole < 0) return failed("cannot find the end of", path_, errno);
      end = hole;
    }
  }
  int fd() const { return fd_; }
  void keep(std::unique_ptr<PosixFile> other) { with_ = std::move(other); }

 private:
  int fd_;
  std::string path_;
  std::unique_ptr<PosixFile> with_;  // stays open as long as this file
};

Result<std::unique_ptr<PosixFile>> open_file(const std::string& path, bool create) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0640);
  if (fd < 0) return failed("cannot open", path, errno);
  return std::make_unique<PosixFile>(fd, path);
}

}  // namespace

Result<void> File::write_pieces(std::uint64_t at, std::span<const std::string_view> pieces) {
  std::string all;
  for (const auto piece : pieces) all += piece;
  return write(at, all);
}

Result<std::unique_ptr<File>> PosixFileSystem::open(const std::string& path, bool create) {
  auto file = open_file(path, create);
  if (!file) return std::unexpected(file.error());
  return std::unique_ptr<File>(std::move(*file));
}

Result<void> PosixFileSystem::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failed("cannot rename", from, errno);
  return {};
}

Result<void> PosixFileSystem::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return failed("cannot remove", path, errno);
  return {};
}

Result<std::vector<std::string>> PosixFileSystem::list(const std::string& folder) {
  std::error_code code;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator it(folder, code), end; !code && it != end;
       it.increment(code)) {
    if (it->is_regular_file(code)) names.push_back(it->path().filename().string());
  }
  if (code) return failed("cannot list", folder, code.value());
  std::sort(names.begin(), names.end());
  return names;
}

Result<void> PosixFileSystem::make_folder(const std::string& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) return failed("cannot create folder", path, code.value());
  return {};
}

Result<void> PosixFileSystem::sync_folder(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return failed("cannot open", path, errno);
  const int code = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  if (code != 0) return failed("cannot sync", path, code);
  return {};
}

// Locks the folder too. With the lock file alone, somebody who deletes it would let a second daemon
// in. If the folder cannot be locked (NFS), only the file is.
Result<std::unique_ptr<File>> PosixFileSystem::lock(const std::string& path) {
  auto file = open_file(path, true);
  if (!file) return std::unexpected(file.error());
  const auto name = std::filesystem::path(path).parent_path().string();
  auto folder =
      std::make_unique<PosixFile>(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), name);
  const bool locked = ::flock((*file)->fd(), LOCK_EX | LOCK_NB) == 0;
  if (!locked && errno != EWOULDBLOCK) {
    return fail("io_error", fmt::format("{} cannot be locked: {}; the data folder needs a file "
                                        "system with locks (NFS: with its lock service)",
                                        path, std::strerror(errno)));
  }
  const auto is_taken = [](int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) != 0; };
  if (!locked || (is_taken(folder->fd()) && errno == EWOULDBLOCK)) {
    return fail("locked", fmt::format("{} is locked: another alarum uses this data folder; stop it "
                                      "or name another with --data",
                                      path));
  }
  (*file)->keep(std::move(folder));
  return std::unique_ptr<File>(std::move(*file));
}

Result<void> replace_file(FileSystem& files, const std::string& folder, const std::string& name,
                          std::string_view bytes) {
  const auto temporary = folder + '/' + name + ".tmp";
  auto file = files.open(temporary, true);
  if (!file) return std::unexpected(file.error());
  if (auto done = (*file)->truncate(0); !done) return done;
  if (auto done = (*file)->write(0, bytes); !done) return done;
  if (auto done = (*file)->sync(); !done) return done;
  if (auto done = files.rename(temporary, folder + '/' + name); !done) return done;
  return files.sync_folder(folder);
}

Result<std::string> read_file(FileSystem& files, const std::string& path) {
  auto file = files.open(path, false);
  if (!file) return std::unexpected(file.error());
  const auto size = (*file)->size();
  if (!size) return std::unexpected(size.error());
  return (*file)->read(0, *size);
}

Result<void> append_line(FileSystem& files, const std::string& path, std::string_view text) {
  auto file = files.open(path, true);
  if (!file) return std::unexpected(file.error());
  const auto size = (*file)->size();
  if (!size) return std::unexpected(size.error());
  const auto last = *size > 0 ? (*file)->read(*size - 1, 1) : Result<std::string>("\n");
  if (!last) return std::unexpected(last.error());
  return *last == "\n" ? (*file)->write(*size, text)
                       : (*file)->write(*size, "\n" + std::string(text));
}

Result<std::uint64_t> file_size(FileSystem& files, const std::string& path) {
  auto file = files.open(path, false);
  if (!file) return std::unexpected(file.error());
  return (*file)->size();
}

}  // namespace alarum
