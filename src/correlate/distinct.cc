#include "correlate/distinct.h"

#include <algorithm>

namespace alarum::correlate {
namespace {

constexpr std::size_t kPrunedAtOnce = 4;

auto from_on(const std::vector<Window::Entry>& entries, Time when) {
  return std::partition_point(entries.begin(), entries.end(),
                              [&](const Window::Entry& entry) { return entry.when < when; });
}

}  // namespace

// Where `within` has changed, or a checkpoint has been read, it is made anew.
Presence* Distinct::index(Duration within) {
  if (many_ && many_->within() != within) {
    const auto all = entries();
    many_ = std::make_unique<Presence>(within, all);
  } else if (few_.size() > kFew) {
    many_ = std::make_unique<Presence>(within, few_);
    few_ = {};
  }
  return many_.get();
}

bool Distinct::insert(const WindowTerms& terms, const Entry& fresh) {
  auto* many = index(terms.within);
  if (!many) return add_few(fresh);
  if (!many->add(fresh)) return false;
  if (many->size() > plenty(terms.threshold)) many->thin(fresh);
  // Two: a reload may have lowered the threshold
  for (int i = 0; i < 2 && many->size() > most(terms.threshold); ++i) many->drop_oldest();
  return true;
}

bool Distinct::add_few(const Entry& fresh) {
  const auto place = std::lower_bound(few_.begin(), few_.end(), fresh);
  if (place != few_.end() && *place == fresh) return false;
  few_.insert(place, fresh);
  return true;
}

std::optional<Window::Span> Distinct::truth(const WindowTerms& terms, Time from, Time to) {
  const auto* many = index(terms.within);
  if (!many) return truth_of_few(terms, from, to);
  const auto threshold = static_cast<std::int32_t>(terms.threshold);
  const auto& present = many->present();
  const auto first = present.first_at_least(from, threshold);
  if (!first || *first >= to) return std::nullopt;
  const auto last = std::max(*first, *present.last_at_least(to, threshold));
  return Span{*first, *present.first_below(last, threshold)};
}

std::optional<Window::Span> Distinct::truth_of_few(const WindowTerms& terms, Time from,
                                                   Time to) const {
  std::optional<Span> span;
  for (auto i = static_cast<std::size_t>(from_on(few_, from) - few_.begin());
       i < few_.size() && few_[i].when < to; ++i) {
    const auto oldest = since(terms, i);
    if (!oldest) continue;
    if (!span) span = {few_[i].when, {}};
    span->end = std::max(span->end, *oldest + terms.within);
  }
  return span;
}

// The time of the oldest of the newest `threshold` values up to entry `at`, when all lie within the
// window that ends there.
std::optional<Time> Distinct::since(const WindowTerms& terms, std::size_t at) const {
  const auto begins = few_[at].when - terms.within;
  std::uint32_t values = 0;
  for (auto i = at + 1; i-- > 0 && few_[i].when > begins;) {
    const bool repeated = std::any_of(few_.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                      few_.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                                      [&](const Entry& entry) { return entry.id == few_[i].id; });
    if (!repeated && ++values == terms.threshold) return few_[i].when;
  }
  return std::nullopt;
}

std::vector<Window::Entry> Distinct::entries() const {
  return many_ ? std::vector<Entry>(many_->by_time().begin(), many_->by_time().end()) : few_;
}

std::optional<Window::Entry> Distinct::newest() const {
  if (size() == 0) return std::nullopt;
  return many_ ? *many_->by_time().rbegin() : few_.back();
}

std::optional<Time> Distinct::next(Time from) const {
  if (many_) {
    const auto found = many_->by_time().lower_bound({from, 0});
    return found == many_->by_time().end() ? std::nullopt : std::optional(found->when);
  }
  const auto found = from_on(few_, from);
  return found == few_.end() ? std::nullopt : std::optional(found->when);
}

void Distinct::drop_until(Time until) {
  if (!many_) return void(few_.erase(few_.begin(), from_on(few_, until + Duration(1))));
  while (many_->size() > 0 && many_->by_time().begin()->when <= until) many_->drop_oldest();
}

// Of few half of them at a time; of many some, so that no step takes long. What is forgotten does
// not depend on how they are stored: a replay that began at a checkpoint does the same.
void Distinct::prune(Time bound) {
  const bool few = size() <= kFew;
  const auto gone = old(bound, few ? kFew : kPrunedAtOnce);
  if (few && 2 * gone < size()) return;
  if (!many_)
    return void(few_.erase(few_.begin(), few_.begin() + static_cast<std::ptrdiff_t>(gone)));
  for (std::size_t i = 0; i < gone; ++i) many_->drop_oldest();
  if (size() > kFew / 2) return;
  few_ = entries();
  many_ = nullptr;
}

std::size_t Distinct::old(Time bound, std::size_t most) const {
  const auto count = [&](const auto& entries) {
    std::size_t n = 0;
    for (auto at = entries.begin(); n < most && at != entries.end() && at->when <= bound; ++at) ++n;
    return n;
  };
  return many_ ? count(many_->by_time()) : count(few_);
}

}  // namespace alarum::correlate
