// Preloaded, the disk hangs for the book: writing its log does not return while the file
// ALARUM_HUNG is there.
#include <dlfcn.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

bool is_book(int fd) {
  char link[64], path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const auto size = ::readlink(link, path, sizeof path);
  return size > 0 &&
         std::string_view(path, static_cast<std::size_t>(size)).ends_with("book.sqlite-wal");
}

void hang(int fd) {
  static const char* const flag = std::getenv("ALARUM_HUNG");
  while (flag && ::access(flag, F_OK) == 0 && is_book(fd)) ::usleep(10'000);
}

template <class Call>
Call* real(const char* name) {
  return reinterpret_cast<Call*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  static const auto call = real<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  hang(fd);
  return call(fd, bytes, size, at);
}

extern "C" ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return pwrite64(fd, bytes, size, at);
}
