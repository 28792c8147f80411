#pragma once
#include <pthread.h>

namespace alarum {

/// What this thread is called in `top -H`, gdb and /proc/PID/task/*/comm: at most 15 characters.
/// Threads that it begins are called the same until they say otherwise.
inline void name_thread(const char* name) {
  (void)::pthread_setname_np(::pthread_self(), name);
}

/// What threads are called that this one begins while it exists: for a pool, whose threads run no
/// line of ours before their first task.
class NameOfNewThreads {
 public:
  explicit NameOfNewThreads(const char* name) {
    (void)::pthread_getname_np(::pthread_self(), own_, sizeof own_);
    name_thread(name);
  }
  ~NameOfNewThreads() { name_thread(own_); }
  NameOfNewThreads(const NameOfNewThreads&) = delete;
  NameOfNewThreads& operator=(const NameOfNewThreads&) = delete;

 private:
  char own_[16] = {};
};

}  // namespace alarum
