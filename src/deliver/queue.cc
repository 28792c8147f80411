#include "deliver/queue.h"

#include <algorithm>
#include <cmath>

namespace alarum::deliver {

using Outcome = model::Receipt::Outcome;
using Nanoseconds = std::chrono::nanoseconds;

namespace {

const std::string kDigest = "\x01 digest";  // no group is called that: it stands for several

constexpr Nanoseconds kMostProbe = std::chrono::seconds(15);  // between two requests to a target that is down

std::size_t stands_for(std::size_t replaces) {
  return std::max<std::size_t>(1, replaces);
}

}  // namespace

std::vector<model::Receipt> Queue::set_targets(const std::vector<Target>& targets, Moment now) {
  std::vector<model::Receipt> dead;
  for (auto& [name, line] : lines_) line.gone = true;
  for (const auto& target : targets) {
    auto& line = lines_[target.name];
    line.target = target;
    line.gone = false;
  }
  for (auto& [name, line] : lines_) {
    if (line.gone) bury_old(line, now, dead);
  }
  return dead;
}

std::optional<model::Receipt> Queue::add(model::Notification notification, Moment now) {
  Entry entry{std::move(notification), 0, {}};
  const auto found = lines_.find(entry.notification.target);
  if (found == lines_.end() || found->second.gone) {
    return model::Receipt{entry.notification.sequence, Outcome::dead, 0, "target_gone", now.wall, entry.notification.target};
  }
  auto& line = found->second;
  const auto key = entry.notification.group_key;
  auto& group = line.groups[key];
  group.entries.push_back(std::move(entry));
  ++size_;
  if (!group.held) ++line.waiting;
  if (group.entries.size() == 1 && !group.held) line.ready.emplace(group.not_before, group.entries.front().notification.sequence, key);
  return std::nullopt;
}

const model::Notification* Queue::next(Moment now, std::vector<model::Receipt>& dead) {
  for (auto& [name, line] : lines_) {
    bury_old(line, now, dead);
    if (const auto* notification = next_of(name, line, now)) return notification;
  }
  return nullptr;
}

const model::Notification* Queue::next_of(const std::string& name, Line& line, Moment now) {
  if (line.gone || line.paused || line.in_flight >= limit(line) || line.not_before > now.monotonic) return nullptr;
  const auto& target = line.target;
  const auto room = target.rate == 0 ? line.waiting : line.window.room(target.rate, target.rate_per, now.monotonic);
  if (target.rate > 0 && room == 0) return nullptr;
  if (line.digest && !line.digest->flying && line.digest->not_before <= now.monotonic) return fly_digest(name, line, now);
  if (line.ready.empty() || std::get<0>(*line.ready.begin()) > now.monotonic) return nullptr;
  if (!line.digest && line.waiting > room && form_digest(line, now)) return fly_digest(name, line, now);
  return fly_head(name, line, now);
}

const model::Notification* Queue::fly_digest(const std::string& name, Line& line, Moment now) {
  auto& digest = *line.digest;
  digest.flying = true;
  ++digest.entry.attempts;
  ++line.in_flight;
  line.window.note(line.target.rate_per, now.monotonic);
  const auto& notification = digest.entry.notification;
  in_flight_[notification.sequence] = {name, kDigest};
  return &notification;
}

const model::Notification* Queue::fly_head(const std::string& name, Line& line, Moment now) {
  const auto key = std::get<2>(*line.ready.begin());
  auto& group = line.groups[key];
  if (group.entries.size() > 1 && (down(line) || group.entries.front().attempts >= static_cast<std::uint32_t>(options_.trips_after))) collapse(line, group);
  hold(line, key, group);
  auto& head = group.entries.front();
  ++head.attempts;
  ++line.in_flight;
  if (line.target.rate > 0) line.window.note(line.target.rate_per, now.monotonic);
  in_flight_[head.notification.sequence] = {name, key};
  return &head.notification;
}

// All that waits and may go, in the order in which it came, becomes one.
bool Queue::form_digest(Line& line, Moment now) {
  if (!options_.merge) return false;
  std::vector<std::pair<std::uint64_t, std::string>> order;
  for (const auto& [not_before, sequence, key] : line.ready) {
    if (not_before <= now.monotonic) order.emplace_back(sequence, key);
  }
  std::ranges::sort(order);
  Digest digest;
  std::vector<const model::Notification*> parts;
  for (const auto& [sequence, key] : order) {
    auto& entries = line.groups[key].entries;
    if (!parts.empty() && parts.size() + entries.size() > options_.most_merged) break;
    digest.groups.push_back(key);
    for (const auto& entry : entries) parts.push_back(&entry.notification);
  }
  if (parts.size() < 2) return false;
  auto merged = options_.merge(parts);
  if (!merged) return false;
  digest.entry.notification = std::move(*merged);
  for (const auto& key : digest.groups) {
    auto& group = line.groups[key];
    hold(line, key, group);
    for (auto& entry : group.entries) {
      if (entry.replaces.empty()) entry.replaces.emplace_back(entry.notification.sequence, entry.notification.id);
      std::ranges::move(entry.replaces, std::back_inserter(digest.entry.replaces));
    }
    group.entries.clear();
  }
  line.digest = std::move(digest);
  ++merged_;
  return true;
}

// While a target does not answer, only the newest states are worth telling.
void Queue::collapse(Line& line, Group& group) {
  if (!options_.merge) return;
  std::vector<const model::Notification*> parts;
  for (const auto& entry : group.entries) parts.push_back(&entry.notification);
  auto merged = options_.merge(parts);
  if (!merged) return;
  Entry one{std::move(*merged), group.entries.front().attempts, {}};
  for (auto& entry : group.entries) {
    if (entry.replaces.empty()) entry.replaces.emplace_back(entry.notification.sequence, entry.notification.id);
    std::ranges::move(entry.replaces, std::back_inserter(one.replaces));
  }
  line.waiting -= group.entries.size() - 1;
  // `ready` knows the head by its sequence.
  line.ready.erase({group.not_before, group.entries.front().notification.sequence, one.notification.group_key});
  group.entries.clear();
  group.entries.push_back(std::move(one));
  line.ready.emplace(group.not_before, group.entries.front().notification.sequence, group.entries.front().notification.group_key);
  ++merged_;
}

bool Queue::too_old(const Line& line, const Entry& entry, Moment now) const {
  return now.wall - entry.notification.created > line.target.max_age;
}

// Heads that nobody is to be told of any more: of a target that is gone, or that waited too long.
void Queue::bury_old(Line& line, Moment now, std::vector<model::Receipt>& dead) {
  for (auto at = line.ready.begin(); at != line.ready.end();) {
    const auto [not_before, sequence, key] = *at;
    if (!line.gone && not_before > now.monotonic) break;
    auto& head = line.groups[key].entries.front();
    if (!line.gone && !too_old(line, head, now)) {
      // Heads that may go are many at most while a target is slow; they were entered in the order of their age.
      break;
    }
    receipts(head, Outcome::dead, line.gone ? "target_gone" : "max_age", now.wall, dead);
    line.ready.erase(at);
    --line.waiting;
    forget_head(line, key);
    at = line.ready.begin();
  }
  if (!line.digest || line.digest->flying || !(line.gone || too_old(line, line.digest->entry, now))) return;
  for (auto& receipt : end_digest(line, {Verdict::Kind::dead, line.gone ? "target_gone" : "max_age", {}}, now)) dead.push_back(std::move(receipt));
}

std::vector<model::Receipt> Queue::done(std::uint64_t sequence, const Verdict& verdict, Moment now) {
  const auto [name, key] = in_flight_.at(sequence);
  in_flight_.erase(sequence);
  auto& line = lines_[name];
  --line.in_flight;
  if (key == kDigest) {
    note_outcome(line, key, line.digest->entry, verdict, now);
    line.digest->flying = false;
    return end_digest(line, verdict, now);
  }
  note_outcome(line, key, line.groups[key].entries.front(), verdict, now);
  return end_head(line, key, verdict, now);
}

// A circuit opens when several groups fail in a row: one body that always fails says nothing of its target.
void Queue::note_outcome(Line& line, const std::string& key, const Entry& entry, const Verdict& verdict, Moment now) {
  if (verdict.slow_down) line.not_before = now.monotonic + backoff(entry.attempts, verdict);
  if (verdict.kind != Verdict::Kind::retry) {
    line.failures = 0;
    line.failed.clear();
    return;
  }
  if (line.failed == key) return;
  line.failed = key;
  ++line.failures;
  if (!down(line)) return;
  const auto probes = static_cast<std::uint32_t>(line.failures - options_.trips_after + 1);
  line.not_before = std::max(line.not_before, now.monotonic + std::min<Nanoseconds>(backoff(probes, verdict), kMostProbe));
}

void Queue::try_again(Entry& entry, const Verdict& verdict, Moment now) {
  entry.failed.push_back({now.wall, verdict.detail});
  if (entry.failed.size() > model::Receipt::kMostFailed) entry.failed.erase(entry.failed.begin());
}

std::vector<model::Receipt> Queue::end_digest(Line& line, const Verdict& verdict, Moment now) {
  auto& digest = *line.digest;
  if (verdict.kind == Verdict::Kind::retry && !too_old(line, digest.entry, now) && !line.gone) {
    try_again(digest.entry, verdict, now);
    digest.not_before = now.monotonic + backoff(digest.entry.attempts, verdict);
    return {};
  }
  std::vector<model::Receipt> ended;
  receipts(digest.entry, verdict.kind == Verdict::Kind::delivered ? Outcome::delivered : Outcome::dead, verdict.detail, now.wall, ended);
  for (const auto& key : digest.groups) {
    auto& group = line.groups[key];
    group.not_before = {};
    make_ready(line, key, group);
  }
  line.digest.reset();
  return ended;
}

std::vector<model::Receipt> Queue::end_head(Line& line, const std::string& key, const Verdict& verdict, Moment now) {
  auto& group = line.groups[key];
  auto& head = group.entries.front();
  if (verdict.kind == Verdict::Kind::retry && !too_old(line, head, now) && !line.gone) {
    try_again(head, verdict, now);
    group.not_before = now.monotonic + backoff(head.attempts, verdict);
    make_ready(line, key, group);
    return {};
  }
  std::vector<model::Receipt> ended;
  receipts(head, verdict.kind == Verdict::Kind::delivered ? Outcome::delivered : Outcome::dead, verdict.detail, now.wall, ended);
  forget_head(line, key);
  return ended;
}

std::optional<Nanoseconds> Queue::next_wait(Moment now) const {
  std::optional<Nanoseconds> wait;
  for (const auto& [name, line] : lines_) {
    if (line.paused || line.in_flight >= limit(line)) continue;
    const bool waits = line.digest && !line.digest->flying;
    if (line.ready.empty() && !waits) continue;
    auto at = line.ready.empty() ? Nanoseconds::max() : std::get<0>(*line.ready.begin());
    if (waits) at = std::min(at, line.digest->not_before);
    auto until = std::max({Nanoseconds(0), at - now.monotonic, line.not_before - now.monotonic});
    const auto& [rate, per] = std::pair(line.target.rate, line.target.rate_per);
    if (rate > 0 && line.window.room(rate, per, now.monotonic) == 0) until = std::max(until, line.window.wait(rate, per, now.monotonic));
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

std::size_t Queue::open_circuits() const {
  return static_cast<std::size_t>(std::ranges::count_if(lines_, [&](const auto& line) { return down(line.second); }));
}

// A group that was held: what waits in it may go, in its turn.
void Queue::make_ready(Line& line, const std::string& key, Group& group) {
  group.held = false;
  if (group.entries.empty()) {
    line.groups.erase(key);
    return;
  }
  line.waiting += group.entries.size();
  line.ready.emplace(group.not_before, group.entries.front().notification.sequence, key);
}

void Queue::hold(Line& line, const std::string& key, Group& group) {
  line.ready.erase({group.not_before, group.entries.front().notification.sequence, key});
  line.waiting -= group.entries.size();
  group.held = true;
}

// The head is over: the next of its group may go at once.
void Queue::forget_head(Line& line, const std::string& key) {
  auto& group = line.groups[key];
  if (!group.held) line.waiting -= group.entries.size() - 1;
  group.entries.pop_front();
  group.not_before = {};
  make_ready(line, key, group);
}

// Full jitter: anywhere between nothing and the bound, so that many senders do not return at once.
Nanoseconds Queue::backoff(std::uint32_t attempts, const Verdict& verdict) {
  const auto doubled = static_cast<double>(options_.backoff_first.count()) * std::exp2(std::min(attempts, 30U) - 1);
  const auto bound = std::min(doubled, static_cast<double>(options_.backoff_most.count()));
  const Duration jittered(static_cast<std::int64_t>(bound * options_.random()));
  return std::max<Nanoseconds>(jittered, verdict.retry_after);
}

// In the order of the parts; each says in whose body it was told.
void Queue::receipts(const Entry& entry, Outcome outcome, const std::string& detail, Time at, std::vector<model::Receipt>& into) {
  size_ -= stands_for(entry.replaces.size());
  if (entry.replaces.empty()) into.push_back({entry.notification.sequence, outcome, entry.attempts, detail, at, entry.notification.target, entry.failed});
  for (const auto& [sequence, id] : entry.replaces) {
    into.push_back({sequence, outcome, entry.attempts, detail + " in " + entry.notification.id, at, entry.notification.target, entry.failed});
  }
}

}  // namespace alarum::deliver
