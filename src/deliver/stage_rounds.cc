// What the delivery thread sends at its time, beside the outbox: the heartbeat, and to other Alertmanagers what still fires.
#include "base/log.h"
#include "deliver/stage.h"

namespace alarum::deliver {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kBeat = ~0ULL;        // sequences that no outbox gives
constexpr std::uint64_t kRounds = 1ULL << 63;  // and the number of a round
constexpr auto kPatience = 10s;               // with who is asked what fires

Duration resend_every(const Target& target) {
  const auto* manager = std::get_if<config::Alertmanager>(&target.how->as);
  return manager ? manager->resend_every : Duration(0);
}

}  // namespace

void Stage::aim(Aims& aims) {
  targets_.clear();
  for (const auto& target : aims.targets) {
    targets_[target.name] = target;
    if (resend_every(target) > Duration(0) && !rounds_.contains(target.name)) rounds_[target.name].at = clock_.monotonic() + resend_every(target);
  }
  compose_ = std::move(aims.compose);
  heartbeat_ = std::move(aims.heartbeat);
  heartbeat_every_ = aims.heartbeat_every;
  next_beat_ = clock_.monotonic();
  for (auto& receipt : queue_.set_targets(aims.targets, now())) ended_.push_back(std::move(receipt));
}

void Stage::beat() {
  if (!heartbeat_ || beating_ || clock_.monotonic() < next_beat_) return;
  next_beat_ = clock_.monotonic() + heartbeat_every_;
  if (!options_.alive()) {
    ++missed_;
    log::warn("deliver", "no heartbeat was sent: journal or engine make no progress");
    return;
  }
  model::Notification notification;
  notification.id = "heartbeat-" + std::to_string(++beats_);
  notification.body = R"({"status":"alive","at":")" + format_rfc3339(clock_.wall()) + "\"}";
  notification.sequence = kBeat;
  beating_ = true;
  sender_.start(*heartbeat_, notification, clock_.wall());
}

void Stage::tell_again() {
  for (auto& [name, round] : rounds_) {
    const auto target = targets_.find(name);
    if (target != targets_.end()) tell_again(target->second, resend_every(target->second), round);
  }
}

void Stage::tell_again(const Target& target, Duration every, Round& round) {
  const auto now = clock_.monotonic();
  if (round.step == Round::Step::waits && now >= round.at) {
    queue_.pause(target.name, true);
    round.step = Round::Step::drains;
    round.at = now + kPatience;
  }
  if (round.step == Round::Step::drains && queue_.in_flight(target.name) == 0) {
    give_receipts();  // what was delivered is in the book before it is asked
    round.step = Round::Step::asked;
    round.at = now + kPatience;
    options_.retell(target.name, ++round.number);
  }
  if (round.step == Round::Step::flies || round.step == Round::Step::waits || now < round.at) return;
  queue_.pause(target.name, false);  // the engine, or the target, is too slow: what waits goes first
  round.step = Round::Step::waits;
  round.at = now + every;
}

void Stage::take_retold(Retold& retold) {
  const auto target = targets_.find(retold.target);
  auto& round = rounds_[retold.target];
  if (round.step != Round::Step::asked || round.number != retold.round) return;
  if (retold.body.empty() || target == targets_.end()) {
    queue_.pause(retold.target, false);
    round.step = Round::Step::waits;
    round.at = clock_.monotonic() + (target == targets_.end() ? Duration(1min) : resend_every(target->second));
    return;
  }
  model::Notification notification;
  notification.id = "retold-" + std::to_string(round.number);
  notification.body = std::move(retold.body);
  std::uint64_t place = 0;
  for (const auto& [name, other] : rounds_) {
    if (name == retold.target) break;
    ++place;
  }
  notification.sequence = kRounds + place;
  round.step = Round::Step::flies;
  sender_.start(target->second, notification, clock_.wall());
}

void Stage::ended(std::uint64_t sequence, const Verdict& verdict) {
  if (sequence < kRounds) return end(sequence, verdict);
  if (verdict.kind != Verdict::Kind::delivered) {
    log::warn("deliver", sequence == kBeat ? "the heartbeat was not taken" : "what fires was not taken again", {{"detail", verdict.detail}});
  }
  if (sequence == kBeat) {
    beating_ = false;
    return;
  }
  const auto round = std::next(rounds_.begin(), static_cast<std::ptrdiff_t>(sequence - kRounds));
  queue_.pause(round->first, false);
  round->second.step = Round::Step::waits;
  const auto target = targets_.find(round->first);
  round->second.at = clock_.monotonic() + (target == targets_.end() ? Duration(1min) : resend_every(target->second));
}

}  // namespace alarum::deliver
