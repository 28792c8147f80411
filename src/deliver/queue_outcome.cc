// What becomes of an attempt: an end, another attempt later, a circuit that opens.
#include <algorithm>
#include <cmath>

#include "deliver/queue.h"

namespace alarum::deliver {
namespace {

constexpr auto kMostProbe = std::chrono::seconds(15);  // between two requests to a target that is down

}  // namespace

std::vector<model::Receipt> Queue::done(std::uint64_t sequence, const Verdict& verdict, Moment now) {
  const auto [name, key] = in_flight_.at(sequence);
  in_flight_.erase(sequence);
  auto& line = lines_[name];
  --line.in_flight;
  if (key == kDigest) {
    if (!divides(line, verdict)) note_outcome(line, key, line.digest->entry, verdict, now);
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

std::vector<model::Receipt> Queue::end_head(Line& line, const std::string& key, const Verdict& verdict, Moment now) {
  auto& group = line.groups[key];
  auto& head = group.entries.front();
  learn(line, verdict);
  if (verdict.kind == Verdict::Kind::retry && !too_old(line, head, now) && !line.gone) {
    receipts(head, Outcome::waiting, verdict.detail, now.wall, retried_);
    group.alone = verdict.this_body && !down(line);
    group.not_before = now.monotonic + backoff(head.attempts, verdict);
    make_ready(line, key, group);
    return {};
  }
  std::vector<model::Receipt> ended;
  receipts(head, verdict.kind == Verdict::Kind::delivered ? Outcome::delivered : Outcome::dead, verdict.detail, now.wall, ended);
  forget_head(line, key);
  return ended;
}

// Full jitter: anywhere between nothing and the bound, so that many senders do not return at once.
std::chrono::nanoseconds Queue::backoff(std::uint32_t attempts, const Verdict& verdict) {
  const auto doubled = static_cast<double>(options_.backoff_first.count()) * std::exp2(std::min(attempts, 30U) - 1);
  const auto bound = std::min(doubled, static_cast<double>(options_.backoff_most.count()));
  const Duration jittered(static_cast<std::int64_t>(bound * options_.random()));
  return std::max<Nanoseconds>(jittered, verdict.retry_after);
}

// In the order of the parts; each says in whose body it was told.
void Queue::receipts(const Entry& entry, Outcome outcome, const std::string& detail, Time at, std::vector<model::Receipt>& into) {
  if (outcome != Outcome::waiting) size_ -= std::max<std::size_t>(1, entry.replaces.size());
  if (entry.replaces.empty()) into.push_back({entry.notification.sequence, outcome, entry.attempts, detail, at, entry.notification.target});
  for (const auto& [sequence, id] : entry.replaces) {
    into.push_back({sequence, outcome, entry.attempts, detail + " in " + entry.notification.id, at, entry.notification.target});
  }
}

}  // namespace alarum::deliver
