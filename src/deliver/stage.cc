#include "deliver/stage.h"

#include <algorithm>
#include <iterator>

#include "base/log.h"

namespace alarum::deliver {

using namespace std::chrono_literals;

Stage::Stage(const Options& options, Clock& clock, std::function<void(std::vector<model::Receipt>)> receipts)
    : options_(options),
      clock_(clock),
      receipts_(std::move(receipts)),
      orders_(1),
      sender_(options.sender),
      outputs_(options.console, [this] { sender_.wake(); }),
      random_(std::random_device{}()),
      queue_({options.backoff_first, options.backoff_most, 5,
              [this] { return std::uniform_real_distribution(0.0, 1.0)(random_); },
              [this](const auto& parts) { return merge(parts, compose_); }}),
      taken_(options.target_queue, options.queue) {}

Stage::~Stage() {
  stop(0ms);
}

void Stage::start() {
  thread_ = std::thread([this] { run(); });
}

void Stage::set_aims(Aims aims) {
  orders_.push_over_bound(Order(std::move(aims)));
  sender_.wake();
}

void Stage::resend_all_firing(const Resend::Request& request, std::string body) {
  orders_.push_over_bound(Order(Firing{request, std::move(body)}));
  sender_.wake();
}

std::size_t Stage::room(const std::string& target) const { return stopping_ ? 0 : taken_.room(target); }

void Stage::take(std::vector<model::Notification> notifications) {
  if (notifications.empty()) return;
  taken_.take(notifications.front().target, notifications.size());
  orders_.push_over_bound(Order(std::move(notifications)));
  sender_.wake();
}

void Stage::stop(std::chrono::milliseconds grace) {
  grace_ms_ = grace.count();
  stopping_ = true;
  orders_.close();
  sender_.wake();
  if (thread_.joinable()) thread_.join();
  outputs_.stop();
}

Stage::Stats Stage::stats() const {
  return {attempts_, delivered_, retried_, dead_, taken_.all(), in_flight_, merged_, open_circuits_, beats_, missed_};
}

void Stage::run() {
  std::chrono::nanoseconds deadline = std::chrono::nanoseconds::max();
  for (;;) {
    const bool stopping = stopping_;
    if (auto orders = orders_.take_all(0ms)) {
      for (auto& order : *orders) obey(order);
    }
    if (stopping && deadline == std::chrono::nanoseconds::max())
      deadline = clock_.monotonic() + std::chrono::milliseconds(grace_ms_);
    if (!stopping) {
      send_heartbeat();
      advance_resends();
      send_what_may_go();
    }
    give_receipts();
    if (stopping && (queue_.in_flight() == 0 || clock_.monotonic() >= deadline)) return;
    take_ended(stopping ? 20ms : patience());
    give_receipts();
  }
}

void Stage::take_ended(std::chrono::milliseconds most) {
  for (const auto& [sequence, verdict] : sender_.wait(most)) ended(sequence, verdict);
  for (const auto& [sequence, verdict] : outputs_.ended(clock_.monotonic())) ended(sequence, verdict);
}

void Stage::obey(Order& order) {
  if (auto* aims = std::get_if<Aims>(&order)) return aim(*aims);
  if (auto* firing = std::get_if<Firing>(&order)) return send_all_firing(*firing);
  for (auto& notification : std::get<std::vector<model::Notification>>(order)) {
    std::ranges::move(queue_.add(std::move(notification), now()), std::back_inserter(ended_));
  }
}

void Stage::send_what_may_go() {
  while (const auto* notification = queue_.next(now(), ended_)) {
    ++attempts_;
    in_flight_ = queue_.in_flight();
    merged_ = queue_.merged();
    send(targets_[notification->target], *notification);
  }
  open_circuits_ = queue_.open_circuits();
  show_failing();
}

void Stage::show_failing() {
  auto failing = queue_.failing(now());
  if (!failing.empty()) failing_.set(std::make_shared<const std::vector<Queue::Failing>>(std::move(failing)));
  else if (failing_.get()) failing_.set(nullptr);
}

void Stage::send(const Target& target, const model::Notification& notification) {
  if (LocalOutputs::writes(target)) return outputs_.start(target, notification, clock_.monotonic());
  sender_.start(target, notification, clock_.wall());
}

void Stage::end(std::uint64_t sequence, const Verdict& verdict) {
  const auto& sent = queue_.flying(sequence);
  const auto target = sent.target, id = sent.id;
  auto receipts = queue_.done(sequence, verdict, now());
  in_flight_ = queue_.in_flight();
  if (verdict.partly) log::warn("deliver", "some recipients of a mail were refused", {{"target", target}, {"id", id}, {"detail", verdict.detail}, {"answer", verdict.answer}});
  if (receipts.empty()) {
    ++retried_;
    log::warn("deliver", "an attempt failed; it will be made again", {{"target", target}, {"id", id}, {"detail", verdict.detail}, {"answer", verdict.answer}});
  }
  for (auto& receipt : receipts) ended_.push_back(std::move(receipt));
  for (auto& receipt : queue_.retried()) ended_.push_back(std::move(receipt));
}

void Stage::give_receipts() {
  if (ended_.empty()) return;
  for (const auto& receipt : ended_) {
    if (receipt.outcome == model::Receipt::Outcome::waiting) continue;
    taken_.give_back(receipt.target);
    if (receipt.outcome == model::Receipt::Outcome::dropped) {
      log::info("deliver", "a built-in alert was over before it was delivered, so it is not sent any more", {{"target", receipt.target}, {"notification", receipt.sequence}});
      continue;
    }
    const bool dead = receipt.outcome == model::Receipt::Outcome::dead;
    ++(dead ? dead_ : delivered_);
    if (dead)
      log::error("deliver", "a notification became a dead letter",
                 {{"target", receipt.target}, {"notification", receipt.sequence}, {"detail", receipt.detail}, {"answer", receipt.answer}, {"attempts", receipt.attempts}});
  }
  receipts_(std::exchange(ended_, {}));
}

std::chrono::milliseconds Stage::patience() const {
  const auto wait = queue_.next_wait({clock_.monotonic(), {}});
  const auto rounded = wait ? std::chrono::ceil<std::chrono::milliseconds>(*wait) : 1000ms;
  return std::min(rounded, std::chrono::milliseconds(1000));
}

}  // namespace alarum::deliver
