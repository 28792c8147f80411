// Several notifications in one: a digest behind a rate limit, the newest states of a group while its target is down.
#include <algorithm>

#include "deliver/queue.h"

namespace alarum::deliver {

const model::Notification* Queue::fly_digest(const std::string& name, Line& line, Moment now) {
  auto& digest = *line.digest;
  digest.flying = true;
  ++digest.entry.attempts;
  ++line.in_flight;
  line.window.note(line.target.rate_per, now.monotonic);
  const auto& notification = digest.entry.notification;
  in_flight_[notification.sequence] = {name, std::string(kDigest)};
  return &notification;
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

std::vector<model::Receipt> Queue::end_digest(Line& line, const Verdict& verdict, Moment now) {
  auto& digest = *line.digest;
  if (verdict.kind == Verdict::Kind::retry && !too_old(line, digest.entry, now) && !line.gone) {
    receipts(digest.entry, Outcome::waiting, verdict.detail, now.wall, retried_);
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

}  // namespace alarum::deliver
