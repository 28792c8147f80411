#pragma once
// Replaces getaddrinfo() of the whole test program, so that a test can make one name hang without a
// DNS server. Include it in one .cc file of a program only, because it defines the function.
#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>

namespace alarum {

/// While one of these lives, looking up `hangs.example` blocks, for a minute at most; then the
/// look-up fails with EAI_AGAIN. Other names are looked up as usual. One at a time in a process;
/// look-ups may come from any thread.
class HangingName {
 public:
  HangingName() {
    const std::lock_guard lock(mutex_);
    hangs_ = true;
  }
  ~HangingName() { let_go(); }

  /// A URL on that host.
  std::string url() const { return std::string("http://") + kName + "/"; }
  /// Whether a look-up has waited for the whole minute. A test asserts that none did: the code that
  /// it tests must give up first.
  bool given_up() const { return given_up_; }

  // For the getaddrinfo() below.
  static bool is(const char* node) { return node && std::strcmp(node, kName) == 0; }
  /// Blocks until no HangingName lives, or for a minute.
  static void wait() {
    std::unique_lock lock(mutex_);
    if (!looked_.wait_for(lock, std::chrono::minutes(1), [] { return !hangs_; })) given_up_ = true;
  }

 private:
  static constexpr const char* kName = "hangs.example";
  static void let_go() {
    const std::lock_guard lock(mutex_);
    hangs_ = false;
    looked_.notify_all();
  }
  // Guards hangs_, which libcurl's look-up threads read.
  static inline std::mutex mutex_;
  static inline std::condition_variable looked_;
  static inline bool hangs_ = false;
  static inline std::atomic<bool> given_up_ = false;
};

}  // namespace alarum

// Takes precedence over the C library's function, which is called for all other names.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  if (alarum::HangingName::is(node)) {
    alarum::HangingName::wait();
    return EAI_AGAIN;
  }
  static const auto real =
      reinterpret_cast<int (*)(const char*, const char*, const addrinfo*, addrinfo**)>(
          dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(node, service, hints, found);
}
