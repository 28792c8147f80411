#include "deliver/queue.h"

#include <algorithm>

#include "alert/codec.h"

namespace alarum::deliver {
namespace {

constexpr auto kFailureKnown = std::chrono::hours(24);

}  // namespace

std::vector<model::Receipt> Queue::set_targets(const std::vector<Target>& targets, Moment now) {
  steps_.see(now.monotonic, now.wall);
  std::vector<model::Receipt> dead;
  for (auto& [name, line] : lines_) line.gone = true;
  for (const auto& target : targets) {
    auto& line = lines_[target.name];
    line.target = target;
    line.gone = false;
  }
  for (auto& [name, line] : lines_) {
    if (line.gone) bury_old(line, now, dead);
    // The target may have another config now, so the next notification shows whether it fails.
    if (line.groups.empty()) line.trouble.reset();
  }
  return dead;
}

std::vector<model::Receipt> Queue::add(model::Notification notification, Moment given, Moment now) {
  steps_.see(now.monotonic, now.wall);
  Entry entry{std::move(notification), 0, {}};
  const auto age = steps_.age(entry.notification.created, given.monotonic, given.wall);
  entry.made = given.monotonic - age;
  const auto found = lines_.find(entry.notification.target);
  if (found == lines_.end() || found->second.gone) {
    const auto& one = entry.notification;
    return {{one.id, Outcome::dead, 0, "target_gone", now.wall, one.target}};
  }
  auto& line = found->second;
  const auto key = entry.notification.group_key;
  auto& group = line.groups[key];
  line.order.add(entry.notification.sequence, key,
                 alert::fingerprints_in(entry.notification.facts));
  group.entries.push_back(std::move(entry));
  ++size_;
  if (!group.held && group.entries.size() == 1)
    make_ready(line, key, group);
  else if (!group.held)
    ++line.waiting;
  std::vector<model::Receipt> dropped;
  drop_unheard(line, key, now, dropped);
  return dropped;
}

const model::Notification* Queue::next(Moment now, std::vector<model::Receipt>& dead) {
  steps_.see(now.monotonic, now.wall);
  for (auto& [name, line] : lines_) {
    bury_old(line, now, dead);
    if (const auto* notification = next_of(name, line, now)) return notification;
  }
  return nullptr;
}

const model::Notification* Queue::next_of(const std::string& name, TargetQueue& line, Moment now) {
  if (line.gone || line.paused || line.in_flight >= limit(line) || line.not_before > now.monotonic)
    return nullptr;
  const auto& target = line.target;
  const auto room = target.rate == 0
                        ? line.waiting
                        : line.window.room(target.rate, target.rate_per, now.monotonic);
  if (target.rate > 0 && room == 0) return nullptr;
  if (line.digest && !line.digest->flying && line.digest->not_before <= now.monotonic)
    return send_digest(name, line, now);
  if (line.ready.empty() || std::get<0>(*line.ready.begin()) > now.monotonic) return nullptr;
  if (!line.digest && line.waiting > room && form_digest(line, now))
    return send_digest(name, line, now);
  return fly_head(name, line, now);
}

const model::Notification* Queue::fly_head(const std::string& name, TargetQueue& line, Moment now) {
  const auto key = std::get<2>(*line.ready.begin());
  auto& group = line.groups[key];
  if (group.entries.size() > 1 &&
      (down(line) ||
       group.entries.front().attempts >= static_cast<std::uint32_t>(options_.trips_after)))
    collapse(line, group);
  hold(line, key, group);
  auto& head = group.entries.front();
  ++head.attempts;
  ++line.in_flight;
  if (line.target.rate > 0) line.window.note(line.target.rate_per, now.monotonic);
  in_flight_[head.notification.sequence] = {name, key, now.monotonic};
  return &head.notification;
}

bool Queue::too_old(const TargetQueue& line, const Entry& entry, Moment now) const {
  return now.monotonic - entry.made > line.target.max_age;
}

// Ends heads that are not to be sent any more, because they are too old or their target is gone.
void Queue::bury_old(TargetQueue& line, Moment now, std::vector<model::Receipt>& dead) {
  if (line.digest && !line.digest->flying && (line.gone || too_old(line, line.digest->entry, now)))
    split_digest(line);
  for (auto at = line.ready.begin(); at != line.ready.end();) {
    const auto [not_before, sequence, key] = *at;
    if (!line.gone && not_before > now.monotonic) break;
    // Many heads can be due only while a target is slow. They came in the order of their age, so
    // the first that is not too old ends the search.
    if (!bury_heads(line, key, now, dead)) break;
    at = line.ready.begin();
  }
}

// The same for one group. False if nothing was ended.
bool Queue::bury_heads(TargetQueue& line, const std::string& key, Moment now,
                       std::vector<model::Receipt>& dead) {
  bool any = false;
  for (auto found = line.groups.find(key); found != line.groups.end() && !found->second.held;
       found = line.groups.find(key)) {
    auto& group = found->second;
    auto& head = group.entries.front();
    if (!line.gone && !too_old(line, head, now)) break;
    any = true;
    hold(line, key, group);
    if (!line.gone && !head.parts.empty()) {
      split_head(line, key, group);
      continue;
    }
    receipts(head, {Verdict::Kind::dead, line.gone ? "target_gone" : "max_age", {}}, now.wall,
             dead);
    forget_head(line, key);
    drop_unheard(line, key, now, dead);
  }
  return any;
}

const model::Notification& Queue::flying(std::uint64_t sequence) const {
  const auto& [name, key, since] = in_flight_.at(sequence);
  const auto& line = lines_.at(name);
  return key == kDigest ? line.digest->entry.notification
                        : line.groups.at(key).entries.front().notification;
}

std::optional<std::chrono::nanoseconds> Queue::next_wait(Moment now) const {
  std::optional<Nanoseconds> wait;
  for (const auto& [name, line] : lines_) {
    if (line.paused || line.in_flight >= limit(line)) continue;
    const bool waits = line.digest && !line.digest->flying;
    if (line.ready.empty() && !waits) continue;
    auto at = line.ready.empty() ? Nanoseconds::max() : std::get<0>(*line.ready.begin());
    if (waits) at = std::min(at, line.digest->not_before);
    auto until = std::max({Nanoseconds(0), at - now.monotonic, line.not_before - now.monotonic});
    const auto& [rate, per] = std::pair(line.target.rate, line.target.rate_per);
    if (rate > 0 && line.window.room(rate, per, now.monotonic) == 0)
      until = std::max(until, line.window.wait(rate, per, now.monotonic));
    wait = wait ? std::min(*wait, until) : until;
  }
  return wait;
}

bool Queue::idle(const std::string& target) const {
  const auto found = lines_.find(target);
  return found == lines_.end() || (found->second.groups.empty() && !found->second.digest);
}

void Queue::pause(const std::string& target, bool paused) {
  if (const auto found = lines_.find(target); found != lines_.end()) found->second.paused = paused;
}

std::size_t Queue::in_flight(const std::string& target) const {
  const auto found = lines_.find(target);
  return found == lines_.end() ? 0 : found->second.in_flight;
}

std::vector<Queue::Failing> Queue::failing(Moment now) const {
  std::vector<Failing> all;
  for (const auto& [name, line] : lines_) {
    const bool known = !line.groups.empty() || now.monotonic - line.newest_failure < kFailureKnown;
    if (line.trouble && !line.gone && known) all.push_back(*line.trouble);
  }
  return all;
}

std::size_t Queue::open_circuits() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(lines_, [&](const auto& line) { return down(line.second); }));
}

// Ends the hold of a group: its entries may be sent, unless the head waits for another group.
void Queue::make_ready(TargetQueue& line, const std::string& key, Group& group) {
  group.held = group.behind = false;
  if (group.entries.empty()) {
    line.groups.erase(key);
    return;
  }
  if (line.order.waits(group.entries.front().notification.sequence)) {
    group.held = group.behind = true;
    return;
  }
  line.waiting += group.entries.size();
  line.ready.emplace(group.not_before, group.entries.front().notification.sequence, key);
}

void Queue::hold(TargetQueue& line, const std::string& key, Group& group) {
  line.ready.erase({group.not_before, group.entries.front().notification.sequence, key});
  line.waiting -= group.entries.size();
  group.held = true;
}

// Removes the head. The next entry of its group may be sent at once.
void Queue::forget_head(TargetQueue& line, const std::string& key) {
  auto& group = line.groups[key];
  if (!group.held) line.waiting -= group.entries.size() - 1;
  group.entries.pop_front();
  group.not_before = {};
  group.alone = false;
  make_ready(line, key, group);
}

}  // namespace alarum::deliver
