#include "ingest/stream/tailed_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/hash.h"
#include "ingest/random_id.h"

namespace alarum::ingest {
namespace {

std::optional<struct stat> status_of(int handle) {
  struct stat status {};
  return ::fstat(handle, &status) == 0 ? std::optional(status) : std::nullopt;
}

}  // namespace

std::optional<TailedFile::Identity> TailedFile::identify(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return Identity{status.st_dev, status.st_ino};
}

Result<std::unique_ptr<TailedFile>> TailedFile::open(const std::string& path, Random& random) {
  const int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (handle < 0) return fail("cannot_read", fmt::format("{}: {}", path, std::strerror(errno)));
  const auto status = status_of(handle);
  TailPlace place;
  place.path = path;
  if (status) place.device = status->st_dev, place.inode = status->st_ino;
  std::unique_ptr<TailedFile> file(new TailedFile(handle, std::move(place), random));
  if (!status || !S_ISREG(status->st_mode)) return fail("cannot_read", path + ": no regular file");
  file->begin_anew();
  return file;
}

TailedFile::~TailedFile() {
  close();
}

void TailedFile::close() {
  if (is_open()) ::close(std::exchange(handle_, -1));
}

Result<void> TailedFile::wake() {
  struct stat status {};
  if (is_open() || ::stat(place_.path.c_str(), &status) != 0 ||
      Identity{status.st_dev, status.st_ino} != identity())
    return {};
  if (static_cast<std::uint64_t>(status.st_size) == size_ && waiting() == 0 &&
      status.st_ctim.tv_sec == changed_.tv_sec && status.st_ctim.tv_nsec == changed_.tv_nsec)
    return {};
  const int handle = ::open(place_.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (handle < 0)
    return fail("cannot_read", fmt::format("{}: {}", place_.path, std::strerror(errno)));
  const auto opened = status_of(handle);
  if (!opened || Identity{opened->st_dev, opened->st_ino} != identity())
    return ::close(handle), Result<void>();
  handle_ = handle;
  reopened_ = true;
  return {};
}

void TailedFile::begin_anew() {
  place_.incarnation = random_id(random_);
  place_.offset = place_.head = 0;
  place_.mark.clear();
  place_.passing_over = false;
}

std::string TailedFile::mark_of(std::uint64_t head) const {
  std::string bytes(head, '\0');
  const auto size = ::pread(handle_, bytes.data(), bytes.size(), 0);
  bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return hex64(fnv1a(bytes));
}

bool TailedFile::resume(const TailPlace& place) {
  const auto status = status_of(handle_);
  const bool same = status && static_cast<std::uint64_t>(status->st_size) >= place.offset &&
                    (place.head == 0 || mark_of(place.head) == place.mark);
  if (!same) return false;
  const auto path = place_.path;
  const auto device = place_.device;
  place_ = place;
  place_.path = path, place_.device = device;
  return true;
}

TailedFile::Look TailedFile::look(std::uint64_t& unread) {
  const auto status = status_of(handle_);
  if (!status) return Look::same;
  changed_ = status->st_ctim;
  const bool reopened = std::exchange(reopened_, false);
  const auto before = std::exchange(size_, static_cast<std::uint64_t>(status->st_size));
  const bool shrunk = size_ < place_.offset || size_ < before;
  const bool other = !shrunk && (size_ != before || reopened) && place_.head > 0 &&
                     mark_of(place_.head) != place_.mark;
  if (!shrunk && !other) return Look::same;
  unread = before > place_.offset ? before - place_.offset : 0;
  begin_anew();
  return Look::truncated;
}

Result<std::string> TailedFile::read(std::size_t most) {
  std::string bytes(std::min<std::uint64_t>(most, waiting()), '\0');
  const auto size = ::pread(handle_, bytes.data(), bytes.size(), static_cast<off_t>(place_.offset));
  if (size < 0)
    return fail("cannot_read", fmt::format("{}: {}", place_.path, std::strerror(errno)));
  bytes.resize(static_cast<std::size_t>(size));
  return bytes;
}

void TailedFile::advance(std::uint64_t bytes, bool passing_over) {
  place_.offset += bytes;
  place_.passing_over = passing_over;
  if (place_.head == TailPlace::kHead || place_.offset <= place_.head) return;
  place_.head = std::min(place_.offset, TailPlace::kHead);
  place_.mark = mark_of(place_.head);
}

bool TailedFile::unlinked() const {
  if (!is_open()) return false;
  const auto status = status_of(handle_);
  return !status || status->st_nlink == 0;
}

}  // namespace alarum::ingest
