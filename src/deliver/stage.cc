#include "deliver/stage.h"

#include <algorithm>
#include <iterator>

#include "base/log.h"
#include "base/thread_name.h"

namespace alarum::deliver {

using namespace std::chrono_literals;

namespace {

constexpr auto kMostPatience = 1s;  // bounds a wait, in case patience() has missed something

}  // namespace

Stage::Stage(const Options& options, Clock& clock, Random& random, Transport& transport,
             Record record)
    : options_(options),
      clock_(clock),
      random_(random),
      transport_(transport),
      record_(std::move(record)),
      orders_(1),
      queue_({options.backoff_first, options.backoff_most, 5, [this] { return random_.share(); },
              [this](const auto& parts) { return merge(parts, compose_); }}),
      taken_(options.target_queue, options.queue) {}

Stage::~Stage() {
  stop(0ms);
}

void Stage::start() {
  thread_ = std::thread([this] {
    name_thread("delivery");
    while (turn(std::min<std::chrono::nanoseconds>(patience(), kMostPatience))) {
    }
  });
}

void Stage::configure(Config aims) {
  orders_.push_over_bound(Order(std::move(aims)));
  transport_.wake();
}

void Stage::resend_all_firing(const Resend::Request& request, std::string body) {
  orders_.push_over_bound(Order(Firing{request, std::move(body)}));
  transport_.wake();
}

bool Stage::ask_targets(std::function<void(TargetStates)> done) {
  const bool taken = orders_.push_over_bound(Order(AskTargets{std::move(done)}));
  transport_.wake();
  return taken;
}

void Stage::see_clocks(Moment moment) {
  orders_.push_over_bound(Order(moment));
}

std::size_t Stage::room(const std::string& target) const {
  return stopping_ ? 0 : taken_.room(target);
}

void Stage::take(std::vector<model::Notification> notifications) {
  if (notifications.empty()) return;
  taken_.take(notifications.front().target, notifications.size());
  orders_.push_over_bound(Order(Taken{std::move(notifications), now()}));
  transport_.wake();
}

void Stage::close(std::chrono::milliseconds grace) {
  drain_until_ = clock_.monotonic() + grace;
  stopping_ = true;
  orders_.close();
  transport_.wake();
}

void Stage::stop(std::chrono::milliseconds grace) {
  close(grace);
  if (thread_.joinable()) thread_.join();
}

Stage::Stats Stage::stats() const {
  return {attempts_,  delivered_, retried_,       dead_,  taken_.all(),
          in_flight_, merged_,    open_circuits_, beats_, missed_};
}

bool Stage::turn(std::chrono::nanoseconds most) {
  if (over_) return false;
  begun_ = true;
  for (const auto& [sequence, verdict] :
       transport_.wait(std::chrono::ceil<std::chrono::milliseconds>(most)))
    ended(sequence, verdict);
  const bool stopping = stopping_;
  if (auto orders = orders_.take_all(0ms)) {
    for (auto& order : *orders) obey(order);
  }
  if (!stopping) {
    send_heartbeat();
    advance_resends();
    send_what_may_go();
  }
  note_ended();
  record_receipts();
  request_firing();
  const bool owes = queue_.in_flight() > 0 || unrecorded() > 0;
  over_ = stopping && (!owes || clock_.monotonic() >= drain_until_.load());
  if (over_) transport_.stop();
  return !over_;
}

void Stage::obey(Order& order) {
  if (auto* aims = std::get_if<Config>(&order)) return reconfigure(*aims);
  if (auto* firing = std::get_if<Firing>(&order)) return send_all_firing(*firing);
  if (auto* moment = std::get_if<Moment>(&order)) return queue_.see_clocks(*moment);
  if (auto* asked = std::get_if<AskTargets>(&order)) return asked->done(queue_.states());
  auto& [notifications, given] = std::get<Taken>(order);
  for (auto& one : notifications) {
    std::ranges::move(queue_.add(std::move(one), given, now()), std::back_inserter(ended_));
  }
}

void Stage::send_what_may_go() {
  while (const auto* notification = queue_.next(now(), ended_)) {
    ++attempts_;
    in_flight_ = queue_.in_flight();
    merged_ = queue_.merged();
    transport_.start(targets_[notification->target], *notification, clock_.wall());
  }
  open_circuits_ = queue_.open_circuits();
  show_failing();
}

void Stage::show_failing() {
  auto failing = queue_.failing(now());
  if (!failing.empty())
    failing_.set(std::make_shared<const std::vector<Queue::Failing>>(std::move(failing)));
  else if (failing_.get())
    failing_.set(nullptr);
}

void Stage::end(std::uint64_t sequence, const Verdict& verdict) {
  const auto& sent = queue_.flying(sequence);
  const auto target = sent.target, id = sent.id;
  auto receipts = queue_.done(sequence, verdict, now());
  in_flight_ = queue_.in_flight();
  if (verdict.partly)
    log::warn(
        "deliver", "some recipients of a mail were refused",
        {{"target", target}, {"id", id}, {"detail", verdict.detail}, {"answer", verdict.answer}});
  auto retried = queue_.retried();
  if (!retried.empty()) {
    ++retried_;
    log::warn(
        "deliver",
        receipts.empty() ? "an attempt failed; it will be made again" : "an attempt failed",
        {{"target", target}, {"id", id}, {"detail", verdict.detail}, {"answer", verdict.answer}});
  }
  // The failed attempt comes first, because a notification that ends for another reason keeps the
  // answer of its last attempt.
  std::ranges::move(retried, std::back_inserter(ended_));
  std::ranges::move(receipts, std::back_inserter(ended_));
}

void Stage::note_ended() {
  for (const auto& receipt : ended_) {
    if (receipt.outcome == model::Receipt::Outcome::waiting) continue;
    if (receipt.outcome == model::Receipt::Outcome::dropped) {
      log::info("deliver",
                "a built-in alert was over before it was delivered, so it is not sent any more",
                {{"target", receipt.target}, {"id", receipt.id}});
      continue;
    }
    const bool dead = receipt.outcome == model::Receipt::Outcome::dead;
    ++(dead ? dead_ : delivered_);
    if (dead)
      log::error("deliver", "a notification became a dead letter",
                 {{"target", receipt.target},
                  {"id", receipt.id},
                  {"detail", receipt.detail},
                  {"answer", receipt.answer},
                  {"attempts", receipt.attempts}});
  }
  if (ended_.empty()) return;
  noted_ += ended_.size();
  if (unrecorded_.empty()) record_at_ = clock_.monotonic() + kReceiptsWait;
  std::ranges::move(ended_, std::back_inserter(unrecorded_));
  ended_.clear();
}

std::chrono::nanoseconds Stage::patience() const {
  const auto time = clock_.monotonic();
  if (!begun_ || (!stopping_ && orders_.ready())) return 0ns;
  if (stopping_ && queue_.in_flight() == 0 && unrecorded() == 0) return 0ns;
  std::chrono::nanoseconds wait = 1h;
  if (const auto due = receipts_due()) wait = std::min(wait, *due - time);
  if (stopping_) return std::max(0ns, std::min(wait, drain_until_.load() - time));
  if (const auto next = queue_.next_wait({time, {}})) wait = std::min(wait, *next);
  if (const auto due = heartbeat_.due(); due && heartbeat_target_)
    wait = std::min(wait, *due - time);
  if (const auto due = resend_.due()) wait = std::min(wait, *due - time);
  return std::max(wait, 0ns);
}

}  // namespace alarum::deliver
