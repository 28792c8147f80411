// Merging notifications: digests because of a rate limit, and the newest states of a group while
// its target is down.
#include <algorithm>

#include "deliver/merge.h"
#include "deliver/queue.h"

namespace alarum::deliver {
namespace {

// How long merging is not tried again after it has failed.
constexpr auto kUnmerged = std::chrono::seconds(10);
constexpr int kRefusedAlone = 20;  // so many in a row mean that the target refuses everything

}  // namespace

const model::Notification* Queue::send_digest(const std::string& name, TargetQueue& line,
                                              Moment now) {
  auto& digest = *line.digest;
  digest.flying = true;
  ++digest.entry.attempts;
  ++line.in_flight;
  line.window.note(line.target.rate_per, now.monotonic);
  const auto& notification = digest.entry.notification;
  in_flight_[notification.sequence] = {name, std::string(kDigest), now.monotonic};
  return &notification;
}

// Makes a digest of everything that may be sent, in the order in which it came.
bool Queue::form_digest(TargetQueue& line, Moment now) {
  if (!options_.merge || line.together < 2 || now.monotonic < line.no_digest_before) return false;
  std::vector<std::pair<std::uint64_t, std::string>> order;
  for (const auto& [not_before, sequence, key] : line.ready) {
    if (not_before <= now.monotonic && !line.groups[key].alone) order.emplace_back(sequence, key);
  }
  std::ranges::sort(order);
  Digest digest;
  std::vector<const model::Notification*> parts;
  for (const auto& [sequence, key] : order) {
    const auto& group = line.groups[key];
    const auto count = free_entries(line, group);
    if (digest.groups.size() == line.together ||
        (!parts.empty() && parts.size() + count > options_.most_merged))
      break;
    digest.groups.emplace_back(key, std::deque<Entry>());
    for (std::size_t i = 0; i < count; ++i) parts.push_back(&group.entries[i].notification);
  }
  if (parts.size() < 2) return false;
  auto merged = options_.merge(parts);
  if (!merged) {
    // One of them cannot be merged. All of them are not read again for each attempt.
    line.no_digest_before = now.monotonic + kUnmerged;
    return false;
  }
  digest.entry.notification = std::move(*merged);
  digest.entry.made = line.groups[digest.groups.front().first].entries.front().made;
  for (auto& [key, entries] : digest.groups) {
    auto& group = line.groups[key];
    hold(line, key, group);
    for (auto count = free_entries(line, group); count > 0; --count) {
      const auto& entry = entries.emplace_back(std::move(group.entries.front()));
      group.entries.pop_front();
      if (entry.replaces.empty())
        digest.entry.replaces.emplace_back(entry.notification.sequence, entry.notification.id);
      std::ranges::copy(entry.replaces, std::back_inserter(digest.entry.replaces));
    }
  }
  digest.entry.notification.headers += replaces_header(digest.entry.replaces);
  line.digest = std::move(digest);
  ++merged_;
  return true;
}

std::vector<model::Receipt> Queue::finish_digest(TargetQueue& line, const Verdict& verdict,
                                                 Moment now) {
  auto& digest = *line.digest;
  const bool again = verdict.kind == Verdict::Kind::retry;
  const bool apart =
      divides(line, verdict) || (again && (line.gone || too_old(line, digest.entry, now)));
  if (again || apart) receipts(digest.entry, Outcome::waiting, verdict, now.wall, retried_);
  if (apart) {
    if (verdict.this_body) line.together = std::max<std::size_t>(1, digest.groups.size() / 2);
    split_digest(line);
    return {};
  }
  if (again) {
    digest.not_before = now.monotonic + backoff(digest.entry.attempts, verdict);
    return {};
  }
  std::vector<model::Receipt> ended;
  receipts(digest.entry, verdict, now.wall, ended);
  if (verdict.kind == Verdict::Kind::delivered) adapt_digest_size(line, verdict);
  for (const auto& [key, entries] : digest.groups) {
    auto& group = line.groups[key];
    group.not_before = {};
    if (verdict.kind == Verdict::Kind::delivered && is_own(key))
      std::ranges::for_each(entries, [&](const Entry& entry) { note_heard(line, entry); });
    make_ready(line, key, group);
    drop_unheard(line, key, now, ended);
  }
  line.digest.reset();
  return ended;
}

// Whether the digest should be split because one part may be what the target refuses. A first
// failure may pass by itself. If the target has refused many single notifications, splitting is
// useless.
bool Queue::divides(const TargetQueue& line, const Verdict& verdict) const {
  if (!verdict.this_body || line.gone || line.digest->groups.size() < 2) return false;
  if (verdict.kind == Verdict::Kind::dead) return line.refused_alone < kRefusedAlone;
  return verdict.kind == Verdict::Kind::retry &&
         (line.digest->entry.attempts > 1 || line.together < SIZE_MAX);
}

// Puts the parts back, each in front of what has come to its group meanwhile.
void Queue::split_digest(TargetQueue& line) {
  auto& digest = *line.digest;
  for (auto& [key, entries] : digest.groups) {
    for (auto& entry : entries) entry.attempts += digest.entry.attempts;
    auto& group = line.groups[key];
    group.entries.insert(group.entries.begin(), std::move_iterator(entries.begin()),
                         std::move_iterator(entries.end()));
    group.not_before = {};
    make_ready(line, key, group);
  }
  line.digest.reset();
}

// Adapts the size of the next digest to the result of an attempt.
void Queue::adapt_digest_size(TargetQueue& line, const Verdict& verdict) {
  if (verdict.kind == Verdict::Kind::delivered) {
    line.refused_alone = 0;
    if (line.together <= options_.most_merged) line.together *= 2;
  } else if (verdict.kind == Verdict::Kind::dead && verdict.this_body &&
             ++line.refused_alone >= kRefusedAlone) {
    line.together = SIZE_MAX;
  }
}

// How many entries at the front of a group wait for no other group. The head is one of them.
std::size_t Queue::free_entries(const TargetQueue& line, const Group& group) {
  const auto waits = [&](const Entry& entry) {
    return line.order.waits(entry.notification.sequence);
  };
  return static_cast<std::size_t>(std::ranges::find_if(group.entries, waits) -
                                  group.entries.begin());
}

// Merges the front of a group, because a target that does not answer needs only the newest states.
void Queue::collapse(TargetQueue& line, Group& group) {
  const auto count = free_entries(line, group);
  if (!options_.merge || count < 2) return;
  std::vector<const model::Notification*> parts;
  for (std::size_t i = 0; i < count; ++i) parts.push_back(&group.entries[i].notification);
  auto merged = options_.merge(parts);
  if (!merged) return;
  Entry one{std::move(*merged), group.entries.front().attempts, {}, group.entries.front().made};
  // `ready` contains the sequence of the head, which changes.
  line.ready.erase(
      {group.not_before, group.entries.front().notification.sequence, one.notification.group_key});
  for (std::size_t i = 0; i < count; ++i) {
    auto& entry = group.entries.front();
    if (entry.replaces.empty())
      one.replaces.emplace_back(entry.notification.sequence, entry.notification.id);
    std::ranges::copy(entry.replaces, std::back_inserter(one.replaces));
    if (entry.parts.empty())
      one.parts.push_back(std::move(entry));
    else
      std::ranges::move(entry.parts, std::back_inserter(one.parts));
    group.entries.pop_front();
  }
  one.notification.headers += replaces_header(one.replaces);
  line.waiting -= count - 1;
  group.entries.push_front(std::move(one));
  line.ready.emplace(group.not_before, group.entries.front().notification.sequence,
                     group.entries.front().notification.group_key);
  ++merged_;
}

// Splits the head of a held group into its parts, so that only those that are too old end.
void Queue::split_head(TargetQueue& line, const std::string& key, Group& group) {
  auto head = std::move(group.entries.front());
  group.entries.pop_front();
  for (auto part = head.parts.rbegin(); part != head.parts.rend(); ++part) {
    part->attempts = std::max(part->attempts, head.attempts);
    group.entries.push_front(std::move(*part));
  }
  make_ready(line, key, group);
}

}  // namespace alarum::deliver
