#include "app/target_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"

namespace alarum::app {
namespace {

using deliver::Moment;
using deliver::Queue;

constexpr std::size_t kMostTargets = 20;
constexpr auto kPostTargetsEvery = std::chrono::seconds(50);

std::uint64_t waiting_for(const TargetWatch::Seen& seen, const std::string& target) {
  const auto found = seen.waiting.find(target);
  return found == seen.waiting.end() ? 0 : found->second;
}

std::string duration_since(const Queue::Failing& one, Moment now) {
  return format_duration(std::chrono::floor<std::chrono::seconds>(
      std::chrono::duration_cast<Duration>(now.monotonic - one.since.monotonic)));
}

std::string cause_of(const Queue::Failing& one) {
  return one.answer.empty() ? one.detail : one.detail + ": \"" + one.answer + "\"";
}

// The first kMostTargets, and how many there are beside them.
template <class Text>
std::string listed_targets(const std::map<std::string, Queue::Failing>& all, const char* between,
                           const Text& text) {
  std::string out;
  std::size_t named = 0;
  for (const auto& [name, one] : all) {
    if (named++ < kMostTargets) out += (out.empty() ? "" : between) + text(one);
  }
  return named > kMostTargets ? fmt::format("{}{}and {} more", out, between, named - kMostTargets)
                              : out;
}

alert::Posted target_alert(Time since) {
  alert::Posted posted;
  posted.labels = {{"alertname", "AlarumTargetFailing"}, {"severity", "critical"}};
  posted.starts_at = since;
  posted.annotations = {
      {"runbook",
       "Look at what the targets answer (here, in the log, in alarum history and alarum dlq ls) "
       "and at the config of their receivers. What waits is sent when they take it, "
       "for as long as retry: {max_age} says; alarum dlq redrive sends dead letters again."}};
  return posted;
}

}  // namespace

TargetWatch::Outcome TargetWatch::look(const Seen& seen, Moment now) {
  Outcome outcome;
  std::map<std::string, Queue::Failing> failing;
  for (const auto& one : seen.failing) {
    if (now.monotonic - one.since.monotonic < kAfter) continue;
    outcome.failing.insert(one.target);
    if (!one.only_own) failing[one.target] = one;
  }
  log_news(seen, failing, now);
  const bool more =
      std::ranges::any_of(failing, [&](const auto& one) { return !failing_.contains(one.first); });
  failing_ = std::move(failing);
  if (failing_.empty() && !since_) return outcome;
  const bool fresh = !since_ || more || failing_.empty();
  if (!fresh && now.monotonic - posted_ < kPostTargetsEvery) return outcome;
  posted_ = now.monotonic;
  if (!since_) since_ = now.wall;
  if (more) stage_ = listed_targets(failing_, ", ", [](const auto& one) { return one.target; });
  auto& posted = outcome.post.emplace(target_alert(*since_));
  posted.annotations["stage"] = stage_;
  if (failing_.empty()) {
    posted.ends_at = now.wall;
    posted.annotations["summary"] = "All targets take notifications again";
    since_.reset();
    stage_.clear();
    return outcome;
  }
  posted.annotations["summary"] =
      failing_.size() == 1 ? "A target takes no notifications: " + failing_.begin()->first
                           : fmt::format("{} targets take no notifications", failing_.size());
  posted.annotations["description"] = listed_targets(failing_, "; ", [&](const auto& one) {
    return fmt::format("{} has taken nothing since {} ({}), {} wait", one.target,
                       format_rfc3339(std::chrono::floor<std::chrono::seconds>(one.since.wall)),
                       cause_of(one), waiting_for(seen, one.target));
  });
  return outcome;
}

// Logs a few of very many targets; the alert says how many there are.
void TargetWatch::log_news(const Seen& seen,
                           const std::map<std::string, Queue::Failing>& now_failing, Moment now) {
  std::size_t lines = 0;
  for (const auto& [name, one] : now_failing) {
    if (failing_.contains(name) || lines++ >= kMostTargets) continue;
    log::error("deliver", "a target has taken nothing for a while: its circuit is open",
               {{"target", name},
                {"for", duration_since(one, now)},
                {"waiting", waiting_for(seen, name)},
                {"detail", one.detail},
                {"answer", one.answer}});
  }
  for (const auto& [name, one] : failing_) {
    if (!now_failing.contains(name) && lines++ < 2 * kMostTargets)
      log::info("deliver", "a target takes notifications again, or is gone: its circuit is closed",
                {{"target", name},
                 {"after", duration_since(one, now)},
                 {"waiting", waiting_for(seen, name)}});
  }
}

}  // namespace alarum::app
