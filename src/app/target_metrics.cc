#include "app/target_metrics.h"

#include <algorithm>

namespace alarum::app {
namespace {

using Labels = api::MetricsPage::Labels;

double count_of(std::uint64_t value) {
  return static_cast<double>(value);
}

Labels with(Labels labels, const std::string& name, const std::string& value) {
  labels.emplace_back(name, value);
  return labels;
}

void add_requests(api::MetricsPage& page, const api::TargetState& target, const Labels& labels) {
  std::uint64_t failed = 0;
  for (const auto& [reason, count] : target.failed) {
    failed += count;
    page.counter("alarum_target_failed_requests_total",
                 "Requests to a target that failed, by reason.", count_of(count),
                 with(labels, "reason", reason));
  }
  const auto name = "alarum_target_requests_total";
  const auto help = "Requests to a target that have ended, by outcome.";
  page.counter(name, help, count_of(target.accepted), with(labels, "outcome", "accepted"));
  page.counter(name, help, count_of(failed), with(labels, "outcome", "failed"));
  page.histogram("alarum_target_request_duration_seconds",
                 "Duration of the requests to a target that have ended, accepted or not.",
                 target.durations, labels);
  page.gauge("alarum_target_requests_in_flight", "Requests to a target that are in flight.",
             count_of(target.in_flight), labels);
}

void add_state(api::MetricsPage& page, const api::TargetState& target, const Labels& labels) {
  page.gauge("alarum_target_circuit_open",
             "1 if the target gets one request at a time because its requests fail, else 0.",
             target.circuit_open ? 1 : 0, labels);
  if (target.last_success)
    page.gauge("alarum_target_last_success_timestamp_seconds",
               "Unix time at which the target accepted a request last.",
               api::unix_seconds(*target.last_success), labels);
  if (target.last_failure)
    page.gauge("alarum_target_last_failure_timestamp_seconds",
               "Unix time at which a request to the target failed last.",
               api::unix_seconds(*target.last_failure), labels);
}

}  // namespace

void add_targets(api::MetricsPage& page, const api::TargetStates& targets) {
  const auto name = "alarum_target_notifications_total";
  const auto help =
      "Notifications of a target that have ended, by outcome. Dropped are those of an alert about "
      "Alarum itself that ended before any was delivered.";
  for (const auto& target : targets) {
    const Labels labels{{"target", target.target}};
    page.counter(name, help, count_of(target.delivered), with(labels, "outcome", "delivered"));
    page.counter(name, help, count_of(target.dead), with(labels, "outcome", "dead"));
    page.counter(name, help, count_of(target.dropped), with(labels, "outcome", "dropped"));
    add_requests(page, target, labels);
    add_state(page, target, labels);
  }
}

void add_pending(api::MetricsPage& page, const api::TargetStates& targets,
                 const std::vector<alert::Book::Pending>& pending, Time now) {
  for (const auto& target : targets) {
    const auto found = std::ranges::find(pending, target.target, &alert::Book::Pending::target);
    const bool any = found != pending.end();
    const Labels labels{{"target", target.target}};
    page.gauge("alarum_target_pending_notifications",
               "Notifications of a target that are not delivered yet.",
               any ? count_of(found->count) : 0, labels);
    const auto age = any ? std::max(now - found->oldest, Duration::zero()) : Duration::zero();
    page.gauge("alarum_target_oldest_pending_seconds",
               "Age of the oldest notification of a target that is not delivered yet; 0 if there "
               "is none.",
               std::chrono::duration<double>(age).count(), labels);
  }
}

}  // namespace alarum::app
