#include "tools/request_run.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <stdexcept>

#include "deliver/merge.h"
#include "deliver/queue.h"
#include "receivers/receiver.h"
#include "tools/request_compare.h"

namespace alarum::tools {
namespace {

using namespace std::chrono_literals;
using engine::kTestStart;

// Requests of one test at most. A receiver that never accepts anything is asked for a day.
constexpr std::size_t kMostRequests = 10'000;

// A book in memory fails only if memory runs out, so errors are thrown.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error("book: " + result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

deliver::Queue::Options queue_options(const Receivers& receivers) {
  deliver::Queue::Options options;
  options.random = [] { return 1.0; };
  options.merge = [compose = receivers.outlets.compose](const auto& parts) {
    return deliver::merge(parts, compose);
  };
  return options;
}

// A person reads it there: it answers nothing.
bool is_console(const deliver::Target& target) {
  const auto* output = receivers::receiver_of(*target.how).output();
  return output && output->empty();
}

class Run {
 public:
  Run(const engine::RuleTest& test, std::shared_ptr<const match::Generation> generation,
      const Receivers& receivers)
      : test_(test),
        book_(must(alert::Book::open(":memory:"))),
        engine_(
            [generation](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
              return generation;
            }),
        processor_(engine_, *book_, receivers.outlets),
        queue_(queue_options(receivers)) {
    for (const auto& target : receivers.targets) targets_[target.name] = target;
    (void)queue_.set_targets(receivers.targets, moment());
    step(model::Reload{generation->rules().hash});
  }

  std::vector<Request> run() {
    for (auto next = next_moment(); next && requests_.size() < kMostRequests;
         next = next_moment()) {
      now_ = std::max(now_, *next);
      if (at_event_ < test_.events.size() && kTestStart + test_.events[at_event_].at <= now_) {
        const auto& event = test_.events[at_event_++];
        if (!event.duplicate) step(event.event);
        last_event_ = now_;
      } else if (processor_.next_due() && *processor_.next_due() <= now_) {
        step(model::Tick{});
        last_event_ = test_.run_on ? last_event_ : now_;
      }
      end_time_outs();
      send();
    }
    return std::move(requests_);
  }

 private:
  deliver::Moment moment() const { return {now_ - kTestStart, now_}; }

  void step(model::Payload payload) {
    const model::Record record{next_offset_++, now_, 0, std::move(payload), std::nullopt};
    must(processor_.prepare(record));
    must(processor_.step(record));
    must(processor_.commit());
    std::vector<model::Receipt> gone;
    for (const auto& [target, newest] : book_->news()) {
      for (auto& notification : must(book_->pending(target, fed_[target], 1'000'000))) {
        fed_[target] = notification.sequence;
        std::ranges::move(queue_.add(std::move(notification), moment(), moment()),
                          std::back_inserter(gone));
      }
    }
    enter(std::move(gone));
  }

  void enter(std::vector<model::Receipt> receipts) {
    if (!receipts.empty()) step(model::Receipts{std::move(receipts)});
  }

  // Ends as the test of transitions does: `run_on` after the last event, otherwise when nothing is
  // due within a day.
  std::optional<Time> next_moment() const {
    std::optional<Time> next;
    const auto consider = [&](std::optional<Time> time) {
      if (time && (!next || *time < *next)) next = time;
    };
    if (at_event_ < test_.events.size()) consider(kTestStart + test_.events[at_event_].at);
    const bool more_events = next.has_value();
    const auto wait = queue_.next_wait(moment());
    if (wait) consider(now_ + std::chrono::ceil<Duration>(*wait));
    if (!time_outs_.empty()) consider(time_outs_.begin()->first);
    consider(processor_.next_due());
    const auto end = last_event_ + (test_.run_on ? *test_.run_on : Duration(24h));
    return next && (more_events || *next <= end) ? next : std::nullopt;
  }

  void send() {
    std::vector<model::Receipt> dead;
    while (const auto* notification = queue_.next(moment(), dead)) {
      const auto& target = targets_.at(notification->target);
      if (is_console(target)) {
        end(notification->sequence, receivers::verdict_of_status(200, 0s));
        continue;
      }
      const auto answer = next_answer(target.name);
      requests_.push_back({now_ - kTestStart, target.name, ++attempts_[notification->sequence],
                           answer.text(), notification->body});
      if (answer.status == 0) {
        time_outs_.emplace(now_ + target.how->timeout, notification->sequence);
      } else {
        end(notification->sequence,
            receivers::verdict_of_status(answer.status, answer.retry_after));
      }
    }
    enter(std::move(dead));
  }

  void end_time_outs() {
    while (!time_outs_.empty() && time_outs_.begin()->first <= now_) {
      const auto sequence = time_outs_.begin()->second;
      time_outs_.erase(time_outs_.begin());
      end(sequence, receivers::verdict_of_failure("Timeout was reached"));
    }
  }

  void end(std::uint64_t sequence, const receivers::Verdict& verdict) {
    enter(queue_.done(sequence, verdict, moment()));
  }

  engine::TestAnswer next_answer(const std::string& target) {
    for (const auto& name : {target, target.substr(0, target.find('/')), std::string()}) {
      const auto script = test_.answers.find(name);
      if (script == test_.answers.end()) continue;
      auto& used = answers_used_[name];
      return used < script->second.size() ? script->second[used++] : engine::TestAnswer{};
    }
    return {};
  }

  const engine::RuleTest& test_;
  std::unique_ptr<alert::Book> book_;
  engine::Engine engine_;
  engine::Processor processor_;
  deliver::Queue queue_;
  std::map<std::string, deliver::Target> targets_;
  std::map<std::string, std::size_t> answers_used_;
  std::map<std::uint64_t, std::uint64_t> attempts_;
  std::multimap<Time, std::uint64_t> time_outs_;
  std::vector<Request> requests_;
  std::size_t at_event_ = 0;
  std::map<std::string, std::uint64_t> fed_;
  model::Offset next_offset_ = 0;
  Time now_ = kTestStart, last_event_ = kTestStart;
};

}  // namespace

engine::RuleTestResult run_requests(const engine::RuleTest& test,
                                    std::shared_ptr<const match::Generation> generation,
                                    const Receivers& receivers) {
  const auto seen = Run(test, std::move(generation), receivers).run();
  auto difference = compare_requests(seen, *test.requests);
  return {test.name, test.place, difference.empty(), std::move(difference)};
}

}  // namespace alarum::tools
