// What the delivery thread sends periodically, beside the outbox: heartbeats, and all firing alerts
// to other Alertmanagers.
#include "base/log.h"
#include "deliver/stage.h"
#include "receivers/receiver.h"

namespace alarum::deliver {
namespace {

using namespace std::chrono_literals;

// Sequences that the outbox never uses: one of these plus the number of the heartbeat or the
// resend.
constexpr std::uint64_t kHeartbeats = 3ULL << 62;
constexpr std::uint64_t kResends = 1ULL << 63;

// After this time a request to the target has ended, because of its own time-outs.
std::chrono::nanoseconds request_limit(const Target& target) {
  return target.how->timeout + 5s;
}

}  // namespace

void Stage::reconfigure(Config& aims) {
  const auto time = clock_.monotonic();
  targets_.clear();
  std::map<std::string, Resend::Terms> resends;
  for (const auto& target : aims.targets) {
    targets_[target.name] = target;
    if (const auto every = receivers::receiver_of(*target.how).resend_every(); every > Duration(0))
      resends[target.name] = {every, request_limit(target)};
  }
  compose_ = std::move(aims.compose);
  heartbeat_target_ = std::move(aims.heartbeat);
  heartbeat_.reconfigure(aims.heartbeat_every,
                         heartbeat_target_ ? request_limit(*heartbeat_target_) : 0ns, time);
  resend_.reconfigure(resends, time);
  transport_.retain(targets_);
  for (auto& receipt : queue_.set_targets(aims.targets, now()))
    ended_.push_back(std::move(receipt));
}

void Stage::send_heartbeat() {
  if (!heartbeat_target_ || !heartbeat_.take_due(clock_.monotonic())) return;
  if (!options_.alive()) {
    ++missed_;
    log::warn("deliver", "no heartbeat was sent: journal or engine make no progress");
    return;
  }
  const auto number = heartbeat_.sent(clock_.monotonic());
  ++beats_;
  model::Notification notification;
  notification.id = "heartbeat-" + std::to_string(number);
  notification.body = R"({"status":"alive","at":")" + format_rfc3339(clock_.wall()) + "\"}";
  notification.sequence = kHeartbeats | number;
  transport_.start(*heartbeat_target_, notification, clock_.wall());
}

void Stage::advance_resends() {
  const auto given_up = resend_.given_up();
  const auto requests = resend_.advance(
      clock_.monotonic(), [this](const std::string& target) { return queue_.in_flight(target); });
  if (resend_.given_up() > given_up)
    log::warn("deliver", "what fires was not sent again: a target or the engine was too slow");
  for (const auto& [name, target] : targets_) queue_.pause(name, resend_.paused(name));
  if (!requests.empty()) note_ended(), record_at_ = clock_.monotonic();
  for (const auto& request : requests) {
    // An older request for this target was given up. Without this they would pile up while the disk
    // takes no receipts.
    std::erase_if(requests_, [&](const auto& one) { return one.second.target == request.target; });
    requests_.emplace_back(noted_, request);
  }
}

// Requests are made after the receipts before them are on disk: the engine steps these first, so
// the book then has what was delivered.
void Stage::request_firing() {
  const auto on_disk = noted_ - unrecorded();
  for (; !requests_.empty() && requests_.front().first <= on_disk; requests_.pop_front()) {
    options_.request_firing(requests_.front().second);
  }
}

void Stage::send_all_firing(Firing& firing) {
  const auto target = targets_.find(firing.request.target);
  if (!resend_.answered(firing.request, firing.body.empty(), clock_.monotonic()) ||
      target == targets_.end())
    return;
  model::Notification notification;
  notification.id = "resend-" + std::to_string(firing.request.number);
  notification.body = std::move(firing.body);
  notification.sequence = kResends | firing.request.number;
  transport_.start(target->second, notification, clock_.wall());
}

void Stage::ended(std::uint64_t sequence, const Verdict& verdict) {
  if (sequence < kResends) return end(sequence, verdict);
  if (sequence >= kHeartbeats) {
    heartbeat_.ended(sequence - kHeartbeats);
    if (verdict.kind != Verdict::Kind::delivered)
      log::warn("deliver", "the heartbeat was not taken",
                {{"detail", verdict.detail}, {"answer", verdict.answer}});
    return;
  }
  const auto target = resend_.ended(sequence - kResends, clock_.monotonic());
  if (target && verdict.kind != Verdict::Kind::delivered)
    log::warn("deliver", "what fires was not taken again",
              {{"target", *target}, {"detail", verdict.detail}, {"answer", verdict.answer}});
}

}  // namespace alarum::deliver
