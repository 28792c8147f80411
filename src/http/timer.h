#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace alarum::http {

/// Simulated time for the Timers of one execution context. The simulator adds it to its io_context
/// as an Asio service and moves the clock by hand; the daemon has none, so its timers go by
/// steady_clock. Used on one thread.
class ManualTime final : public boost::asio::execution_context::service {
 public:
  using key_type = ManualTime;
  inline static boost::asio::execution_context::id id;

  /// `clock`: must not be nullptr. It has a default only because use_service() needs a constructor
  /// of one argument.
  explicit ManualTime(boost::asio::execution_context& context, Clock* clock = nullptr)
      : service(context), clock_(clock) {}
  /// The one of the executor's context; nullptr if that goes by the machine's clock.
  static ManualTime* of(const boost::asio::any_io_executor& executor) {
    auto& context = boost::asio::query(executor, boost::asio::execution::context);
    return boost::asio::has_service<ManualTime>(context)
               ? &boost::asio::use_service<ManualTime>(context)
               : nullptr;
  }

  /// The key of a wait: when it is due (Clock::monotonic), and a number that orders equal times.
  using Place = std::pair<std::chrono::nanoseconds, std::uint64_t>;
  /// Calls `work` from the expire() that finds it due.
  Place add(std::chrono::nanoseconds after, std::function<void()> work) {
    const Place place{clock_->monotonic() + after, ++last_};
    waiting_.emplace(place, std::move(work));
    return place;
  }
  /// Does nothing if the wait has ended already.
  void remove(const Place& place) { waiting_.erase(place); }
  /// How long until the first wait is due, never negative; nullopt if none waits.
  std::optional<std::chrono::nanoseconds> next() const {
    if (waiting_.empty()) return std::nullopt;
    return std::max(std::chrono::nanoseconds(0),
                    waiting_.begin()->first.first - clock_->monotonic());
  }
  /// Runs the work of all waits that are due, in their order, and returns how many there were.
  std::size_t expire() {
    std::size_t count = 0;
    for (; !waiting_.empty() && waiting_.begin()->first.first <= clock_->monotonic(); ++count) {
      const auto work = std::move(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
      work();
    }
    return count;
  }

 private:
  void shutdown() override { waiting_.clear(); }

  Clock* const clock_;
  std::map<Place, std::function<void()>> waiting_;
  std::uint64_t last_ = 0;
};

/// A pause or a time-out of one coroutine. It is owned by the coroutine (or its class) and used on
/// the thread of its executor. Goes by ManualTime if the executor's context has one, otherwise by
/// steady_clock. It waits for one thing at a time: a new wait replaces the one before.
class Timer {
 public:
  explicit Timer(const boost::asio::any_io_executor& executor)
      : timer_(executor), manual_(ManualTime::of(executor)) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { end(); }

  /// Calls `work` on the executor after that time, unless the timer is destroyed or used for
  /// another wait before.
  void call_after(std::chrono::nanoseconds after, std::function<void()> work) {
    end();
    if (manual_) {
      place_ = manual_->add(after, std::move(work));
      return;
    }
    timer_.expires_after(after);
    timer_.async_wait([work = std::move(work)](boost::system::error_code fault) {
      if (!fault) work();
    });
  }

  /// Resumes after that time. There is no error: a cancelled pause just ends early.
  boost::asio::awaitable<void> pause(std::chrono::nanoseconds after) {
    end();
    if (manual_) {
      timer_.expires_at(boost::asio::steady_timer::time_point::max());
      place_ = manual_->add(after, [this] { timer_.cancel(); });
    } else {
      timer_.expires_after(after);
    }
    constexpr auto tuple = boost::asio::as_tuple(boost::asio::use_awaitable);
    co_await timer_.async_wait(tuple);
  }

 private:
  void end() {
    if (manual_ && place_) manual_->remove(*place_);
    place_.reset();
  }

  boost::asio::steady_timer timer_;
  ManualTime* const manual_;                // nullptr in the daemon
  std::optional<ManualTime::Place> place_;  // where it waits in `manual_`
};

}  // namespace alarum::http
