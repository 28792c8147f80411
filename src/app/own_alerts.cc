#include "app/own_alerts.h"

#include "base/hash.h"
#include "base/log.h"

namespace alarum::app {

void OwnAlerts::post(alert::Posted posted) {
  const auto name = posted.labels.at("alertname");
  const std::lock_guard lock(mutex_);
  auto& waiting = waiting_[name];
  waiting = {std::move(posted), ++numbers_, false};
  submit(name, waiting);
}

void OwnAlerts::retry() {
  const std::lock_guard lock(mutex_);
  for (auto& [name, waiting] : waiting_) {
    if (!waiting.under_way) submit(name, waiting);
  }
}

// The caller has locked mutex_. The journal answers later, on its writer's thread.
void OwnAlerts::submit(const std::string& name, Waiting& waiting) {
  const auto id =
      "own-" + hex64(fnv1a(std::to_string(clock_.wall().time_since_epoch().count()) + name));
  journal::Submission submission;
  submission.items.push_back({alert::event_of(waiting.posted, id, "alarum"), std::nullopt});
  submission.done = [this, name,
                     number = waiting.number](Result<std::vector<journal::Outcome>> outcome) {
    ended(name, number, outcome ? "" : outcome.error().reason);
  };
  waiting.under_way = journal_.submit(std::move(submission));
  if (!waiting.under_way)
    log::error("app", "an alert of our own was not taken; it is tried again",
               {{"alert", name}, {"reason", "the journal's queue is full"}});
}

void OwnAlerts::ended(const std::string& name, std::uint64_t number, const std::string& fault) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(name);
  // A newer alert of that name has replaced it.
  if (found == waiting_.end() || found->second.number != number) return;
  found->second.under_way = false;
  if (fault.empty())
    waiting_.erase(found);
  else
    log::error("app", "an alert of our own was not taken; it is tried again",
               {{"alert", name}, {"reason", fault}});
}

}  // namespace alarum::app
