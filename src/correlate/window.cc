#include "correlate/window.h"

#include <algorithm>
#include <utility>

#include "correlate/fault_recovery_matcher.h"

namespace alarum::correlate {

Outcome Window::take(const rules::Rule& rule, const Match& match) {
  Outcome outcome;
  if (is_cleared(match.when, match.now, cleared_)) return outcome;
  const auto terms = WindowTerms::of(rule);
  const auto last = newest();
  if (last) {
    const auto bound = std::min(match.now, last->when) - terms.within - kLateness;
    prune(bound);
    stretches_.prune(bound);
  }
  const Entry fresh{match.when, match.id};
  if (!insert(terms, fresh)) return outcome;
  if (!last || *last < fresh) sender_ = match.sender;
  touched_ = std::max(touched_, match.now);
  auto first = SIZE_MAX;
  if (const auto span = truth(terms, match.when, match.when + terms.within))
    first = stretches_.join({span->first, span->end + terms.within});
  stretches_.settle(first, match.now, outcome);
  return outcome;
}

Outcome Window::end(const rules::Rule& rule, const Match& recovery) {
  if (!recover(recovery.when, recovery.sender)) return {};
  auto outcome = revive(WindowTerms::of(rule), recovery.now);
  outcome.ended = true;
  return outcome;
}

// True when it ended the firing stretch.
bool Window::recover(Time when, std::uint32_t sender) {
  const auto last = newest();
  const bool other = sender != sender_ && last;
  const auto reach = other ? std::max(when, std::min(when + kLateness, last->when)) : when;
  const auto firing = firing_since();
  const bool ends = firing && *firing <= reach;
  const auto until = ends ? reach : when;
  cleared_ = std::max(cleared_, until);
  drop_until(until);
  stretches_.recover(until, ends);
  return ends;
}

Outcome Window::revive(const WindowTerms& terms, Time now) {
  auto first = SIZE_MAX;
  for (auto from = next(Time::min()); from; from = next(*from + terms.within)) {
    const auto span = truth(terms, *from, *from + terms.within);
    if (span) first = std::min(first, stretches_.join({span->first, span->end + terms.within}));
  }
  Outcome outcome;
  stretches_.settle(first, now, outcome);
  return outcome;
}

std::optional<Time> Window::drain(Time now) {
  auto* firing = stretches_.live();
  if (!firing || firing->end > now) return std::nullopt;
  firing->live = false;
  return firing->end;
}

void Window::retune(const WindowTerms& terms, Time now) {
  auto* firing = stretches_.live();
  const auto last = newest();
  if (!firing || !last) return;
  const auto span = truth(terms, last->when, last->when + Duration(1));
  const auto end =
      span ? std::max(span->end + terms.within, now) : std::min(firing->end, now + terms.within);
  firing->end = std::max(firing->start, end);
}

void Window::forget() {
  if (auto* firing = stretches_.live()) firing->live = false;
}

std::optional<Time> Window::firing_since() const {
  const auto* firing = stretches_.live();
  return firing ? std::optional(firing->start) : std::nullopt;
}

std::optional<Time> Window::due() const {
  const auto* firing = stretches_.live();
  return firing ? std::optional(firing->end) : std::nullopt;
}

std::optional<Time> Window::true_until(const WindowTerms& terms) const {
  const auto end = due();
  return end ? std::optional(*end - terms.within) : std::nullopt;
}

Time Window::idle(const WindowTerms& terms) const {
  const auto last = newest();
  auto until = std::max(touched_, last ? last->when : Time::min()) + terms.within;
  if (!stretches_.empty()) until = std::max(until, stretches_.last_end());
  if (cleared_ != Time::min()) until = std::max(until, cleared_);
  return until + kLateness;
}

void Window::save(ByteWriter& out) const {
  out.time(cleared_);
  out.time(touched_);
  out.number(sender_);
  const auto all = entries();
  out.number(all.size());
  for (const auto& entry : all) {
    out.time(entry.when);
    out.number(entry.id);
  }
  stretches_.save(out);
}

void Window::load(ByteReader& in) {
  cleared_ = in.time();
  touched_ = in.time();
  sender_ = static_cast<std::uint32_t>(in.number());
  std::vector<Entry> all(in.count());
  for (auto& entry : all) {
    entry.when = in.time();
    entry.id = in.number();
  }
  restore(std::move(all));
  stretches_.load(in);
}

}  // namespace alarum::correlate
