// What happens after an attempt: an end, a retry, or the target counts as down.
#include <algorithm>
#include <cmath>

#include "alert/codec.h"
#include "deliver/queue.h"

namespace alarum::deliver {
namespace {

// The longest time between two requests to a target that is down.
constexpr auto kMostProbe = std::chrono::seconds(15);

}  // namespace

std::vector<model::Receipt> Queue::done(std::uint64_t sequence, const Verdict& verdict,
                                        Moment now) {
  const auto [name, key, since] = in_flight_.at(sequence);
  in_flight_.erase(sequence);
  auto& line = lines_[name];
  --line.in_flight;
  count_request(line, key == kDigest ? line.digest->entry : line.groups[key].entries.front(),
                verdict, now.monotonic - since, now);
  if (key == kDigest) {
    if (!divides(line, verdict)) note_outcome(line, key, line.digest->entry, verdict, now);
    line.digest->flying = false;
    return finish_digest(line, verdict, now);
  }
  note_outcome(line, key, line.groups[key].entries.front(), verdict, now);
  return end_head(line, key, verdict, now);
}

void Queue::count_request(TargetQueue& line, const Entry& entry, const Verdict& verdict,
                          Nanoseconds took, Moment now) {
  line.durations.observe(took);
  if (verdict.kind != Verdict::Kind::delivered)
    return void(++line.seen.failed[receivers::to_text(verdict.cause)]);
  ++line.seen.accepted;
  delays_.observe(now.monotonic - entry.made, std::max<std::size_t>(1, entry.replaces.size()));
}

// A target is down after failures of several groups in a row, because a single body that always
// fails says nothing about its target.
void Queue::note_outcome(TargetQueue& line, const std::string& key, const Entry& entry,
                         const Verdict& verdict, Moment now) {
  note_trouble(line, key, verdict, now);
  // A later answer may ask for a shorter pause. The longest one counts.
  if (verdict.slow_down)
    line.not_before = std::max(line.not_before, now.monotonic + backoff(entry.attempts, verdict));
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
  line.not_before = std::max(
      line.not_before, now.monotonic + std::min<Nanoseconds>(backoff(probes, verdict), kMostProbe));
}

std::vector<model::Receipt> Queue::end_head(TargetQueue& line, const std::string& key,
                                            const Verdict& verdict, Moment now) {
  auto& group = line.groups[key];
  auto& head = group.entries.front();
  adapt_digest_size(line, verdict);
  std::vector<model::Receipt> ended;
  if (verdict.kind == Verdict::Kind::retry) {
    receipts(head, Outcome::waiting, verdict, now.wall, retried_);
    group.alone = verdict.this_body && !down(line);
    group.not_before = now.monotonic + backoff(head.attempts, verdict);
    make_ready(line, key, group);
    // If there is no time for another attempt, the reason of its death is its age, not this answer.
    bury_heads(line, key, now, ended);
    drop_unheard(line, key, now, ended);
    return ended;
  }
  receipts(head, verdict, now.wall, ended);
  if (verdict.kind == Verdict::Kind::delivered && is_own(key)) note_heard(line, head);
  forget_head(line, key);
  drop_unheard(line, key, now, ended);
  return ended;
}

// A random delay between zero and the bound (full jitter), so that many senders do not come back at
// the same time.
std::chrono::nanoseconds Queue::backoff(std::uint32_t attempts, const Verdict& verdict) {
  const auto doubled =
      static_cast<double>(options_.backoff_first.count()) * std::exp2(std::min(attempts, 30U) - 1);
  const auto bound = std::min(doubled, static_cast<double>(options_.backoff_most.count()));
  const Duration jittered(static_cast<std::int64_t>(bound * options_.random()));
  return std::max<Nanoseconds>(jittered, verdict.retry_after);
}

// Notes since when the target fails, until it accepts something.
void Queue::note_trouble(TargetQueue& line, const std::string& key, const Verdict& verdict,
                         Moment now) {
  if (verdict.kind == Verdict::Kind::delivered) {
    line.seen.last_success = now.wall;
    return line.trouble.reset();
  }
  line.seen.last_failure = now.wall;
  line.seen.detail = verdict.detail, line.seen.answer = verdict.answer;
  line.newest_failure = now.monotonic;
  if (!line.trouble || (line.trouble->only_own && !is_own(key)))
    line.trouble = Failing{line.target.name, now, {}, {}, is_own(key)};
  line.trouble->detail = verdict.detail, line.trouble->answer = verdict.answer;
}

std::vector<Queue::TargetState> Queue::states() const {
  std::vector<TargetState> out;
  for (const auto& [name, line] : lines_) {
    if (line.gone) continue;
    auto& one = out.emplace_back(line.seen);
    one.target = name, one.in_flight = line.in_flight, one.circuit_open = down(line);
    one.durations = line.durations.values();
  }
  return out;
}

// Notes which built-in alerts the target was notified of, also by a merged notification.
void Queue::note_heard(TargetQueue& line, const Entry& entry) {
  const auto message = alert::parse_message(entry.notification.facts);
  if (!message) return;
  for (const auto& change : message->changes) {
    if (change.alert.state == model::AlertState::firing)
      line.heard.insert(change.alert.id);
    else
      line.heard.erase(change.alert.id);
  }
}

// Drops the notifications of a built-in alert that was over before the target was notified of it,
// because nobody needs them. While a notification that it fires is in flight this is not known yet.
void Queue::drop_unheard(TargetQueue& line, const std::string& key, Moment now,
                         std::vector<model::Receipt>& into) {
  const auto found = line.groups.find(key);
  if (!is_own(key) || found == line.groups.end() || found->second.held) return;
  auto& group = found->second;
  std::set<std::string> over;
  for (const auto& entry : group.entries) {
    const auto& one = entry.notification;
    if (one.unheard && !line.heard.contains(one.alert_id)) over.insert(one.alert_id);
  }
  if (over.empty()) return;
  hold(line, key, group);
  std::erase_if(group.entries, [&](const Entry& entry) {
    if (!over.contains(entry.notification.alert_id)) return false;
    receipts(entry, Outcome::dropped, {Verdict::Kind::dead, "over before it was delivered", {}},
             now.wall, into);
    return true;
  });
  make_ready(line, key, group);
}

// Receipts in the order of the parts; each names the notification that contained it. If they have
// ended, groups that waited for them may go on.
void Queue::receipts(const Entry& entry, Outcome outcome, const Verdict& verdict, Time at,
                     std::vector<model::Receipt>& into) {
  const auto& target = entry.notification.target;
  if (outcome != Outcome::waiting) {
    const auto stored = std::max<std::size_t>(1, entry.replaces.size());
    size_ -= stored;
    auto& line = lines_.at(target);
    auto& seen = line.seen;
    (outcome == Outcome::delivered ? seen.delivered
     : outcome == Outcome::dead    ? seen.dead
                                   : seen.dropped) += stored;
    if (entry.replaces.empty()) release(line, entry.notification.sequence);
    for (const auto& [sequence, id] : entry.replaces) release(line, sequence);
  }
  const auto& one = entry.notification;
  const auto add = [&](const std::string& id, const std::string& detail) {
    into.push_back({id, outcome, entry.attempts, detail, at, target, verdict.answer});
  };
  if (entry.replaces.empty()) add(one.id, verdict.detail);
  for (const auto& [sequence, id] : entry.replaces) add(id, verdict.detail + " in " + one.id);
}

void Queue::release(TargetQueue& line, std::uint64_t sequence) {
  for (const auto& key : line.order.over(sequence)) {
    const auto group = line.groups.find(key);
    if (group != line.groups.end() && group->second.behind) make_ready(line, key, group->second);
  }
}

// The receipts for an attempt that has ended the notification.
void Queue::receipts(const Entry& entry, const Verdict& verdict, Time at,
                     std::vector<model::Receipt>& into) {
  const bool delivered = verdict.kind == Verdict::Kind::delivered;
  receipts(entry, delivered ? Outcome::delivered : Outcome::dead, verdict, at, into);
}

}  // namespace alarum::deliver
