#include "http/deadline.h"

namespace alarum::http {

void Deadline::expires_after(std::chrono::nanoseconds span) {
  const auto now = std::chrono::steady_clock::now();
  const bool endless = span > Moment::max() - now;
  state_->end = endless ? Moment::max() : now + span;
  state_->over = false;
}

void Deadline::begin() {
  state_->waits = true;
  if (state_->end < state_->set_to) set(state_);
}

bool Deadline::end() {
  state_->waits = false;
  return state_->over;
}

void Deadline::close() {
  state_->waits = false;
  state_->set_to = Moment::max();
  state_->timer.cancel();
}

void Deadline::set(const std::shared_ptr<State>& state) {
  state->set_to = state->end;
  state->timer.expires_at(state->end);
  state->timer.async_wait([state](boost::system::error_code fault) {
    if (fault || !state->cut) return;
    state->set_to = Moment::max();
    if (!state->waits || state->end == Moment::max()) return;
    if (std::chrono::steady_clock::now() < state->end) return set(state);
    state->over = true;
    state->cut();
  });
}

}  // namespace alarum::http
