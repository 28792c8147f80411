#pragma once
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace alarum {

/// Names the calling thread in `top -H`, gdb and /proc/PID/task/*/comm. Linux allows 15 characters;
/// a longer name is ignored. A thread inherits the name of the thread that created it.
inline void name_thread(const char* name) {
  (void)::pthread_setname_np(::pthread_self(), name);
}

/// Lowers the priority of the calling thread (nice 10), so that it yields the processor to threads
/// that somebody waits for. On Linux this is a property of one thread. Without permission the
/// priority stays as it is.
inline void yield_to_others() {
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 10);
}

/// Gives a name to the threads that the calling thread creates while this object exists, by taking
/// that name itself meanwhile. It is for a library's thread pool, whose threads run none of our
/// code before their first task. Create and destroy it on the same thread.
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
