#include "correlate/sequence_state.h"

#include <algorithm>
#include <tuple>

#include "correlate/fault_recovery_matcher.h"

namespace alarum::correlate {
namespace {

// What is read again for each event of a key; a key that has more within the window loses the
// oldest.
constexpr std::size_t kMostEntries = 256;

bool waits(const rules::Rule& rule) {
  return std::any_of(rule.steps.begin(), rule.steps.end(),
                     [](const rules::Step& step) { return step.absent; });
}

Duration patience(const rules::Rule& rule) {
  return waits(rule) ? kLateness : Duration::zero();
}

// The steps that an event fits, a bit each.
using Fits = std::uint32_t;
constexpr Fits bit(std::size_t step) {
  return Fits{1} << step;
}

// The way through the steps. `at` is the step that is waited for: absent ones before the next event
// are guarded.
class SequenceMatcher {
 public:
  explicit SequenceMatcher(const rules::Rule& rule) : rule_(rule) {}

  /// One event: it breaks the walk, is the step that is waited for, or starts over. Never two steps
  /// of one walk; only as the last of one it is also the first of the next.
  void take(Time when, Fits fits) {
    close_before(when);
    if (at_ > 0 && (fits & guarded())) at_ = 0;
    if (at_ > 0 && advances(fits)) {
      at_ = next_event() + 1;
      if (at_ < rule_.steps.size()) return;
      completions.push_back(when);
      at_ = 0;
    }
    if (!(fits & bit(0))) return;
    first_ = when;
    at_ = 1;
  }

  /// Only absent steps are left: complete at the end of the window, when nothing of them has come
  /// by then.
  void close_before(Time when) {
    if (at_ == 0 || when - first_ <= rule_.within) return;
    if (only_absent_left()) completions.push_back(first_ + rule_.within);
    at_ = 0;
  }

  std::vector<Time> completions;

 private:
  bool only_absent_left() const {
    return std::all_of(rule_.steps.begin() + static_cast<std::ptrdiff_t>(at_), rule_.steps.end(),
                       [](const rules::Step& step) { return step.absent; });
  }
  std::size_t next_event() const {
    auto i = at_;
    while (i < rule_.steps.size() && rule_.steps[i].absent) ++i;
    return i;
  }
  Fits guarded() const { return bit(next_event()) - bit(at_); }
  bool advances(Fits fits) const {
    return next_event() < rule_.steps.size() && (fits & bit(next_event()));
  }

  const rules::Rule& rule_;
  std::size_t at_ = 0;
  Time first_;
};

}  // namespace

SequenceState::Added SequenceState::add(const rules::Rule& rule, Time when, std::uint8_t step,
                                        std::uint64_t id, Time now) {
  if (is_cleared(when, now, cleared_)) return Added::seen_before;
  const auto key = [](const Entry& entry) { return std::tuple(entry.when, entry.step, entry.id); };
  const Entry fresh{when, id, step};
  const auto place =
      std::lower_bound(entries_.begin(), entries_.end(), fresh,
                       [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
  if (place != entries_.end() && key(*place) == key(fresh)) return Added::seen_before;
  entries_.insert(place, fresh);
  touched_ = std::max(touched_, now);
  // Twice the window: a walk that a late first step begins anew must still see what broke the one
  // before it.
  const auto bound = std::min(now, entries_.back().when) - 2 * (rule.within + kLateness);
  std::erase_if(entries_, [&](const Entry& entry) { return entry.when < bound; });
  std::erase_if(notified_, [&](Time one) { return one < bound; });
  if (entries_.size() <= kMostEntries) return Added::remembered;
  // What was complete before the oldest that is left cannot become so again.
  entries_.erase(entries_.begin());
  std::erase_if(notified_, [&](Time one) { return one < entries_.front().when; });
  return Added::in_place_of_oldest;
}

// An event has an entry for each step that it fits.
std::size_t SequenceState::first_of_event(std::size_t at) const {
  auto first = at;
  for (auto i = at; i-- > 0 && entries_[i].when == entries_[at].when;) {
    if (entries_[i].id == entries_[at].id) first = i;
  }
  return first;
}

std::vector<Time> SequenceState::completions(const rules::Rule& rule) const {
  SequenceMatcher walk(rule);
  std::vector<Fits> fits(entries_.size());  // of each event, where its first entry is
  for (std::size_t i = 0; i < entries_.size(); ++i)
    fits[first_of_event(i)] |= bit(entries_[i].step);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (fits[i] != 0) walk.take(entries_[i].when, fits[i]);
  }
  walk.close_before(Time::max());
  return std::move(walk.completions);
}

bool SequenceState::is_notified(Time completion) const {
  return std::find(notified_.begin(), notified_.end(), completion) != notified_.end();
}

std::vector<Time> SequenceState::judge(const rules::Rule& rule, Time now) {
  std::vector<Time> fresh;
  for (const auto completion : completions(rule)) {
    if (completion + patience(rule) > now && waits(rule)) continue;
    if (!is_notified(completion)) fresh.push_back(completion);
  }
  notified_.insert(notified_.end(), fresh.begin(), fresh.end());
  return fresh;
}

void SequenceState::recover(Time when) {
  cleared_ = std::max(cleared_, when);
  std::erase_if(entries_, [&](const Entry& entry) { return entry.when <= when; });
  std::erase_if(notified_, [&](Time one) { return one <= cleared_; });
}

std::optional<Time> SequenceState::due(const rules::Rule& rule) const {
  std::optional<Time> next;
  if (!waits(rule)) return next;
  for (const auto completion : completions(rule)) {
    const auto judged = completion + kLateness;
    if (!is_notified(completion) && (!next || judged < *next)) next = judged;
  }
  return next;
}

Time SequenceState::idle(const rules::Rule& rule) const {
  const auto newest =
      std::max({touched_, cleared_, entries_.empty() ? Time::min() : entries_.back().when});
  return newest + 2 * (rule.within + kLateness);
}

void SequenceState::save(ByteWriter& out) const {
  out.time(cleared_);
  out.time(touched_);
  out.number(entries_.size());
  for (const auto& entry : entries_) {
    out.time(entry.when);
    out.number(entry.id);
    out.number(entry.step);
  }
  out.number(notified_.size());
  for (const auto one : notified_) out.time(one);
}

void SequenceState::load(ByteReader& in) {
  cleared_ = in.time();
  touched_ = in.time();
  entries_.resize(in.count());
  for (auto& entry : entries_) {
    entry.when = in.time();
    entry.id = in.number();
    entry.step = static_cast<std::uint8_t>(in.number());
  }
  notified_.resize(in.count());
  for (auto& one : notified_) one = in.time();
}

}  // namespace alarum::correlate
