#pragma once
// A program that includes this once looks up names by the getaddrinfo below.
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

/// A name that no server answers for while this lives, or until the patience of a minute is over.
class HangingName {
 public:
  HangingName() {
    const std::lock_guard lock(mutex_);
    hangs_ = true;
  }
  ~HangingName() { let_go(); }

  std::string url() const { return std::string("http://") + kName + "/"; }
  /// Whoever looked it up has waited until there was no patience left.
  bool given_up() const { return given_up_; }

  static bool is(const char* node) { return node && std::strcmp(node, kName) == 0; }
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
  static inline std::mutex mutex_;  // guards hangs_
  static inline std::condition_variable looked_;
  static inline bool hangs_ = false;
  static inline std::atomic<bool> given_up_ = false;
};

}  // namespace alarum

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
