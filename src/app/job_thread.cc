#include "app/job_thread.h"

#include <sys/resource.h>
#include <unistd.h>

#include "base/thread_name.h"

namespace alarum::app {
namespace {

constexpr int kNice = 10;

}  // namespace

JobThread::JobThread(const char* name) {
  thread_ = std::thread([this, name] {
    name_thread(name);
    // On Linux this is the priority of the one thread. Without permission it stays as it is.
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
    while (auto jobs = jobs_.take_all(std::chrono::hours(1))) {
      for (const auto& job : *jobs) job();
    }
  });
}

void JobThread::stop() {
  stopping_ = true;
  jobs_.close();
  if (thread_.joinable()) thread_.join();
}

}  // namespace alarum::app
