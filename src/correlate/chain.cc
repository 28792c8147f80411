#include "correlate/chain.h"

#include <algorithm>
#include <tuple>

#include "correlate/pairing.h"

namespace alarum::correlate {
namespace {

// What is read again for each event of a key; a key that has more within the window loses the oldest.
constexpr std::size_t kMostEntries = 256;

bool waits(const rules::Rule& rule) {
  return std::any_of(rule.steps.begin(), rule.steps.end(), [](const rules::Step& step) { return step.absent; });
}

Duration patience(const rules::Rule& rule) { return waits(rule) ? kLateness : Duration::zero(); }

// The way through the steps. `at` is the step that is waited for: absent ones before the next event are guarded.
class Walk {
 public:
  explicit Walk(const rules::Rule& rule) : rule_(rule) {}

  void take(Time when, std::uint8_t step) {
    close_before(when);
    if (step == 0) {
      first_ = when;
      at_ = 1;
      return finish_if_whole(when);
    }
    if (at_ == 0) return;
    for (auto i = at_; i < rule_.steps.size(); ++i) {
      if (rule_.steps[i].absent) {
        if (i == step) return void(at_ = 0);
        continue;
      }
      if (i != step) return;
      at_ = i + 1;
      return finish_if_whole(when);
    }
  }

  /// Only absent steps are left: complete at the end of the window, when nothing of them has come by then.
  void close_before(Time when) {
    if (at_ == 0 || when - first_ <= rule_.within) return;
    if (only_absent_left()) completions.push_back(first_ + rule_.within);
    at_ = 0;
  }

  std::vector<Time> completions;

 private:
  bool only_absent_left() const {
    return std::all_of(rule_.steps.begin() + static_cast<std::ptrdiff_t>(at_), rule_.steps.end(), [](const rules::Step& step) { return step.absent; });
  }
  void finish_if_whole(Time when) {
    if (at_ < rule_.steps.size()) return;
    completions.push_back(when);
    at_ = 0;
  }

  const rules::Rule& rule_;
  std::size_t at_ = 0;
  Time first_;
};

}  // namespace

bool Chain::add(const rules::Rule& rule, Time when, std::uint8_t step, std::uint64_t id, Time now) {
  if (when <= cleared_) return false;
  const auto key = [](const Entry& entry) { return std::tuple(entry.when, entry.step, entry.id); };
  const Entry fresh{when, id, step};
  const auto place = std::lower_bound(entries_.begin(), entries_.end(), fresh, [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
  if (place != entries_.end() && key(*place) == key(fresh)) return false;
  entries_.insert(place, fresh);
  touched_ = std::max(touched_, now);
  // Twice the window: a walk that a late first step begins anew must still see what broke the one before it.
  const auto bound = std::min(now, entries_.back().when) - 2 * (rule.within + kLateness);
  std::erase_if(entries_, [&](const Entry& entry) { return entry.when < bound; });
  std::erase_if(told_, [&](Time one) { return one < bound; });
  if (entries_.size() > kMostEntries) entries_.erase(entries_.begin());
  return true;
}

std::vector<Time> Chain::completions(const rules::Rule& rule) const {
  Walk walk(rule);
  for (const auto& entry : entries_) walk.take(entry.when, entry.step);
  walk.close_before(Time::max());
  return std::move(walk.completions);
}

bool Chain::told(Time completion) const { return std::find(told_.begin(), told_.end(), completion) != told_.end(); }

std::vector<Time> Chain::judge(const rules::Rule& rule, Time now) {
  std::vector<Time> fresh;
  for (const auto completion : completions(rule)) {
    if (completion + patience(rule) > now && waits(rule)) continue;
    if (!told(completion)) fresh.push_back(completion);
  }
  told_.insert(told_.end(), fresh.begin(), fresh.end());
  return fresh;
}

void Chain::recover(Time when) {
  cleared_ = std::max(cleared_, when);
  std::erase_if(entries_, [&](const Entry& entry) { return entry.when <= when; });
}

std::optional<Time> Chain::due(const rules::Rule& rule) const {
  std::optional<Time> next;
  if (!waits(rule)) return next;
  for (const auto completion : completions(rule)) {
    const auto judged = completion + kLateness;
    if (!told(completion) && (!next || judged < *next)) next = judged;
  }
  return next;
}

Time Chain::idle(const rules::Rule& rule) const {
  const auto newest = std::max({touched_, cleared_, entries_.empty() ? Time::min() : entries_.back().when});
  return newest + 2 * (rule.within + kLateness);
}

void Chain::save(ByteWriter& out) const {
  out.integer(cleared_.time_since_epoch().count());
  out.integer(touched_.time_since_epoch().count());
  out.number(entries_.size());
  for (const auto& entry : entries_) {
    out.integer(entry.when.time_since_epoch().count());
    out.number(entry.id);
    out.number(entry.step);
  }
  out.number(told_.size());
  for (const auto one : told_) out.integer(one.time_since_epoch().count());
}

Chain Chain::load(ByteReader& in) {
  const auto time = [&] { return Time(Duration(in.integer())); };
  Chain chain;
  chain.cleared_ = time();
  chain.touched_ = time();
  chain.entries_.resize(in.count());
  for (auto& entry : chain.entries_) {
    entry.when = time();
    entry.id = in.number();
    entry.step = static_cast<std::uint8_t>(in.number());
  }
  chain.told_.resize(in.count());
  for (auto& one : chain.told_) one = time();
  return chain;
}

}  // namespace alarum::correlate
