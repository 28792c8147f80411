#include "app/job_thread.h"

#include "base/thread_name.h"

namespace alarum::app {

JobThread::JobThread(const char* name) {
  thread_ = std::thread([this, name] {
    name_thread(name);
    yield_to_others();
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
