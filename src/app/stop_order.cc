#include "app/stop_order.h"

#include <future>

#include "base/log.h"
#include "base/time.h"

namespace alarum::app {
namespace {

constexpr auto kLeast = std::chrono::seconds(1);

}  // namespace

StopOrder::~StopOrder() {
  for (auto& thread : left_) thread.join();
}

std::vector<std::string> StopOrder::run() {
  for (const auto& part : parts_) {
    if (part.begin_stop) part.begin_stop();
  }
  const auto deadline = std::chrono::steady_clock::now() + whole_;
  std::vector<std::string> left;
  for (const auto& part : parts_) {
    if (ends_in_time(part, deadline)) continue;
    log::error("app", "a part did not stop in its time; the stop goes on without it",
               {{"part", part.name}, {"limit", format_duration(part.limit)}});
    left.push_back(part.name);
  }
  return left;
}

bool StopOrder::ends_in_time(const Part& part, Deadline deadline) {
  const auto now = std::chrono::steady_clock::now();
  const auto limit = std::min(now + part.limit, std::max(deadline, now + kLeast));
  std::packaged_task<void()> task(part.join);
  const auto ended = task.get_future();
  std::thread thread(std::move(task));
  const bool in_time = ended.wait_until(limit) == std::future_status::ready;
  if (in_time)
    thread.join();
  else
    left_.push_back(std::move(thread));
  return in_time;
}

}  // namespace alarum::app
