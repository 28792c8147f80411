#include "alert/silences.h"

#include <algorithm>
#include <utility>

namespace alarum::alert {
namespace {

constexpr Duration kKeepExpired = std::chrono::hours(5 * 24);  // Alertmanager's --data.retention

constexpr std::size_t kMostKnown = 100'000;  // label sets whose silences are remembered

std::string key_of(const std::string& name, const std::string& value) {
  return name + '\xFF' + value;
}

}  // namespace

void Silences::set(model::Silence silence, Time now) {
  if (const auto known = all_.find(silence.id); known != all_.end()) unindex(known->second);
  const auto& kept = all_[silence.id] = std::move(silence);
  if (kept.ends_at > now) index(kept);
}

bool Silences::expire(const std::string& id, Time now) {
  const auto found = all_.find(id);
  if (found == all_.end() || found->second.ends_at <= now) return false;
  unindex(found->second);
  auto& silence = found->second;
  silence.ends_at = silence.updated_at = now;
  silence.starts_at = std::min(silence.starts_at, now);
  return true;
}

std::vector<std::string> Silences::advance(Time now) {
  auto ended = pass_over(now);
  if (!ended.empty())
    std::erase_if(all_, [&](const auto& one) { return one.second.ends_at + kKeepExpired <= now; });
  return ended;
}

std::vector<std::string> Silences::pass_over(Time now) {
  std::vector<std::string> ended;
  while (!ends_.empty() && ends_.begin()->first <= now) {
    const auto id = ends_.begin()->second;
    unindex(all_.at(id));
    ended.push_back(id);
  }
  return ended;
}

std::vector<std::string> Silences::rewind(Time now) {
  std::vector<std::string> to_begin;
  for (const auto& [id, silence] : all_) {
    if (silence.ends_at > now && !place_.contains(id)) index(silence);
    if (silence.starts_at > now) to_begin.push_back(id);
  }
  return to_begin;
}

std::optional<Time> Silences::next_end() const {
  return ends_.empty() ? std::nullopt : std::optional(ends_.begin()->first);
}

std::optional<Time> Silences::next_change(Time now) const {
  std::optional<Time> next;
  for (const auto& [id, silence] : all_) {
    for (const auto when : {silence.starts_at, silence.ends_at}) {
      if (when > now && (!next || when < *next)) next = when;
    }
  }
  return next;
}

// Alertmanager's silence.Silencer remembers the same.
const std::vector<std::uint64_t>& Silences::found_among_others(const model::Labels& labels) const {
  if (known_.size() > kMostKnown) known_.clear();
  auto& [next, removed, found] = known_[model::fingerprint(labels)];
  if (std::exchange(removed, removed_) != removed_)
    std::erase_if(found, [&](const auto order) { return !others_.contains(order); });
  for (auto one = others_.lower_bound(next); one != others_.end(); ++one) {
    if (++compared_, one->second->matches(labels)) found.push_back(one->first);
  }
  next = next_order_;
  return found;
}

template <class Visit>
void Silences::each_match(const model::Labels& labels, Time now, const Visit& visit) const {
  const auto active = [&](const model::Silence& silence) {
    return silence.state(now) == model::Silence::State::active;
  };
  if (!others_.empty()) {
    for (const auto order : found_among_others(labels)) {
      if (const auto& silence = *others_.at(order); active(silence)) visit(silence);
    }
  }
  if (by_value_.empty()) return;
  for (const auto& [name, value] : labels) {
    const auto bucket = by_value_.find(key_of(name, value));
    if (bucket == by_value_.end()) continue;
    for (const auto& id : bucket->second) {
      if (const auto& silence = all_.at(id);
          ++compared_, active(silence) && silence.matches(labels))
        visit(silence);
    }
  }
}

std::vector<std::string> Silences::silencing(const model::Labels& labels, Time now) const {
  std::vector<const model::Silence*> found;
  each_match(labels, now, [&](const model::Silence& silence) { found.push_back(&silence); });
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(found.size(), kMostNamed));
  std::ranges::partial_sort(found, end, {}, &model::Silence::id);
  std::vector<std::string> ids;
  for (auto one = found.begin(); one != end; ++one) ids.push_back((*one)->id);
  return ids;
}

std::vector<std::string> Silences::until_resolved(const model::Labels& labels, Time now) const {
  std::vector<std::string> ids;
  each_match(labels, now, [&](const model::Silence& silence) {
    if (silence.until_resolved) ids.push_back(silence.id);
  });
  std::ranges::sort(ids);  // so that they end in the same order in every replay
  return ids;
}

const model::Silence* Silences::find(const std::string& id) const {
  const auto found = all_.find(id);
  return found == all_.end() ? nullptr : &found->second;
}

// Chooses the value that the fewest other silences demand, if these are less than kCrowd.
void Silences::index(const model::Silence& silence) {
  std::optional<std::string> best;
  std::size_t fewest = 0;
  for (const auto& matcher : silence.matchers) {
    if (matcher.op() != model::Matcher::Op::equal || matcher.value().empty()) continue;
    auto key = key_of(matcher.name(), matcher.value());
    const auto found = by_value_.find(key);
    const auto count = found == by_value_.end() ? 0 : found->second.size();
    if (count >= kCrowd || (best && count >= fewest)) continue;
    fewest = count;
    best = std::move(key);
  }
  auto& place = place_[silence.id] = {best.value_or(""), best ? 0 : next_order_++};
  if (best)
    by_value_[*best].insert(silence.id);
  else
    others_[place.order] = &silence;
  ends_.emplace(silence.ends_at, silence.id);
}

void Silences::unindex(const model::Silence& silence) {
  const auto place = place_.find(silence.id);
  if (place == place_.end()) return;
  ends_.erase({silence.ends_at, silence.id});
  if (place->second.order > 0) {
    others_.erase(place->second.order);
    ++removed_;
    if (others_.empty()) known_.clear();
  } else if (const auto bucket = by_value_.find(place->second.key); bucket != by_value_.end()) {
    bucket->second.erase(silence.id);
    if (bucket->second.empty()) by_value_.erase(bucket);
  }
  place_.erase(place);
}

void Silences::restore(std::vector<model::Silence> silences) {
  *this = {};
  for (auto& silence : silences) {
    const auto& kept = all_[silence.id] = std::move(silence);
    index(kept);
  }
}

}  // namespace alarum::alert
