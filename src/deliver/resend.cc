#include "deliver/resend.h"

#include <algorithm>

namespace alarum::deliver {

void Resend::reconfigure(const std::map<std::string, Terms>& targets, Nanoseconds now) {
  std::erase_if(targets_, [&](const auto& one) { return !targets.contains(one.first); });
  for (const auto& [name, terms] : targets) {
    const auto [at, fresh] = targets_.try_emplace(name);
    at->second.terms = terms;
    if (fresh) enter(at->second, Step::waiting, now);
  }
}

// How long a step may last. The end of `waiting` is not a failure, but the time for the next
// resend.
Resend::Nanoseconds Resend::limit(const State& state) {
  switch (state.step) {
    case Step::waiting:
      return state.terms.every;
    case Step::draining:
      return kDrain;
    case Step::asked:
      return kAnswer;
    case Step::in_flight:
      return state.terms.request_limit;
  }
  return {};
}

void Resend::enter(State& state, Step step, Nanoseconds now) {
  state.step = step;
  state.since = now;
}

std::vector<Resend::Request> Resend::advance(
    Nanoseconds now, const std::function<std::size_t(const std::string&)>& in_flight) {
  std::vector<Request> requests;
  for (auto& [name, state] : targets_) {
    const bool over = now - state.since >= limit(state);
    if (state.step == Step::waiting && over) enter(state, Step::draining, now);
    // The target or the engine was too slow. The notifications in the queue go first.
    else if (over)
      enter(state, Step::waiting, now), ++given_up_;
    if (state.step != Step::draining || in_flight(name) > 0) continue;
    enter(state, Step::asked, now);
    state.number = ++last_number_;
    requests.push_back({name, state.number});
  }
  return requests;
}

std::optional<Resend::Nanoseconds> Resend::due() const {
  std::optional<Nanoseconds> first;
  for (const auto& [name, state] : targets_)
    first = std::min(first.value_or(Nanoseconds::max()), state.since + limit(state));
  return first;
}

Resend::State* Resend::find(const std::string& target, Step step, std::uint64_t number) {
  const auto found = targets_.find(target);
  return found != targets_.end() && found->second.step == step && found->second.number == number
             ? &found->second
             : nullptr;
}

bool Resend::answered(const Request& request, bool empty, Nanoseconds now) {
  auto* state = find(request.target, Step::asked, request.number);
  if (!state) return false;
  enter(*state, empty ? Step::waiting : Step::in_flight, now);
  return !empty;
}

std::optional<std::string> Resend::ended(std::uint64_t number, Nanoseconds now) {
  for (auto& [name, state] : targets_) {
    if (state.step != Step::in_flight || state.number != number) continue;
    enter(state, Step::waiting, now);
    return name;
  }
  return std::nullopt;
}

bool Resend::paused(const std::string& target) const {
  const auto found = targets_.find(target);
  return found != targets_.end() && found->second.step != Step::waiting;
}

}  // namespace alarum::deliver
