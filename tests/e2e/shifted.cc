// A wall clock that is moved, for LD_PRELOAD: CLOCK_REALTIME is ahead by as many seconds as
// SHIFTED_FILE says, read again each time. Other clocks are left alone: a machine whose clock is
// stepped, or that was off for a while.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

namespace {

long shift() {
  static const char* const path = std::getenv("SHIFTED_FILE");
  const int fd = path ? ::open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return 0;
  char text[32] = {};
  const auto length = ::read(fd, text, sizeof text - 1);
  ::close(fd);
  return length > 0 ? std::strtol(text, nullptr, 10) : 0;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  using Real = int (*)(clockid_t, timespec*);
  static const auto real = reinterpret_cast<Real>(::dlsym(RTLD_NEXT, "clock_gettime"));
  const int outcome = real(clock, time);
  if (outcome == 0 && clock == CLOCK_REALTIME) time->tv_sec += shift();
  return outcome;
}
