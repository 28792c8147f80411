#include "deliver/queue.h"

#include <algorithm>
#include <cmath>

namespace alarum::deliver {

using Outcome = model::Receipt::Outcome;

std::vector<model::Receipt> Queue::set_targets(const std::vector<Target>& targets, Moment now) {
  std::vector<model::Receipt> dead;
  for (auto& [name, line] : lines_) line.gone = true;
  for (const auto& target : targets) {
    auto& line = lines_[target.name];
    line.target = target;
    line.gone = false;
  }
  for (auto& [name, line] : lines_) {
    if (!line.gone) continue;
    while (!line.ready.empty()) {
      const auto key = std::get<2>(*line.ready.begin());
      dead.push_back(receipt(line.groups[key].entries.front(), Outcome::dead, "target_gone", now.wall));
      line.ready.erase(line.ready.begin());
      forget_head(line, key);
    }
  }
  return dead;
}

std::optional<model::Receipt> Queue::add(model::Notification notification, Moment now) {
  Entry entry{std::move(notification), 0};
  const auto found = lines_.find(entry.notification.target);
  if (found == lines_.end() || found->second.gone) return receipt(entry, Outcome::dead, "target_gone", now.wall);
  auto& line = found->second;
  const auto key = entry.notification.group_key;
  auto& group = line.groups[key];
  group.entries.push_back(std::move(entry));
  ++size_;
  if (group.entries.size() == 1) make_ready(line, key, group);
  return std::nullopt;
}

const model::Notification* Queue::next(Moment now, std::vector<model::Receipt>& dead) {
  for (auto& [name, line] : lines_) {
    while (line.in_flight < line.limit(options_.trips_after) && !line.ready.empty()) {
      const auto [not_before, sequence, key] = *line.ready.begin();
      if (not_before > now.monotonic) break;
      line.ready.erase(line.ready.begin());
      auto& head = line.groups[key].entries.front();
      const bool too_old = now.wall - head.notification.created > line.target.max_age;
      if (too_old || line.gone) {
        dead.push_back(receipt(head, Outcome::dead, line.gone ? "target_gone" : "max_age", now.wall));
        forget_head(line, key);
        continue;
      }
      ++head.attempts;
      ++line.in_flight;
      in_flight_[sequence] = {name, key};
      return &head.notification;
    }
  }
  return nullptr;
}

std::optional<model::Receipt> Queue::done(std::uint64_t sequence, const Verdict& verdict, Moment now) {
  const auto [name, key] = in_flight_.at(sequence);
  in_flight_.erase(sequence);
  auto& line = lines_[name];
  --line.in_flight;
  line.failures = verdict.kind == Verdict::Kind::retry ? line.failures + 1 : 0;
  auto& group = line.groups[key];
  auto& head = group.entries.front();
  const bool too_old = now.wall - head.notification.created > line.target.max_age;
  if (verdict.kind == Verdict::Kind::retry && !too_old && !line.gone) {
    group.not_before = now.monotonic + backoff(head, verdict);
    make_ready(line, key, group);
    return std::nullopt;
  }
  const auto outcome = verdict.kind == Verdict::Kind::delivered ? Outcome::delivered : Outcome::dead;
  auto told = receipt(head, outcome, verdict.detail, now.wall);
  forget_head(line, key);
  return told;
}

std::optional<std::chrono::nanoseconds> Queue::next_wait(Moment now) const {
  std::optional<std::chrono::nanoseconds> wait;
  for (const auto& [name, line] : lines_) {
    if (line.ready.empty() || line.in_flight >= line.limit(options_.trips_after)) continue;
    const auto until = std::max(std::chrono::nanoseconds(0), std::get<0>(*line.ready.begin()) - now.monotonic);
    wait = wait ? std::min(*wait, until) : until;
  }
  return wait;
}

void Queue::make_ready(Line& line, const std::string& key, Group& group) {
  line.ready.emplace(group.not_before, group.entries.front().notification.sequence, key);
}

// The head is over: the next of its group may go at once.
void Queue::forget_head(Line& line, const std::string& key) {
  auto& group = line.groups[key];
  group.entries.pop_front();
  --size_;
  if (group.entries.empty()) {
    line.groups.erase(key);
    return;
  }
  group.not_before = {};
  make_ready(line, key, group);
}

// Full jitter: anywhere between nothing and the bound, so that many senders do not return at once.
std::chrono::nanoseconds Queue::backoff(const Entry& entry, const Verdict& verdict) {
  const auto doubled =
      static_cast<double>(options_.backoff_first.count()) * std::exp2(std::min(entry.attempts, 30U) - 1);
  const auto bound = std::min(doubled, static_cast<double>(options_.backoff_most.count()));
  const Duration jittered(static_cast<std::int64_t>(bound * options_.random()));
  return std::max<std::chrono::nanoseconds>(jittered, verdict.retry_after);
}

model::Receipt Queue::receipt(const Entry& entry, Outcome outcome, std::string detail, Time at) {
  return {entry.notification.sequence, outcome, entry.attempts, std::move(detail), at};
}

}  // namespace alarum::deliver
