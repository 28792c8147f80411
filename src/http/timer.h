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

/// The time by which the Timers of an execution context go, where somebody moves it by hand: a
/// simulated life adds one to its io_context. The daemon has none, and its timers go by the
/// machine's clock. One thread's own.
class ManualTime final : public boost::asio::execution_context::service {
 public:
  using key_type = ManualTime;
  inline static boost::asio::execution_context::id id;

  /// `clock`: never nullptr; that it may be left out is Asio's wish.
  explicit ManualTime(boost::asio::execution_context& context, Clock* clock = nullptr)
      : service(context), clock_(clock) {}
  /// nullptr: the executor's context goes by the machine's clock.
  static ManualTime* of(const boost::asio::any_io_executor& executor) {
    auto& context = boost::asio::query(executor, boost::asio::execution::context);
    return boost::asio::has_service<ManualTime>(context)
               ? &boost::asio::use_service<ManualTime>(context)
               : nullptr;
  }

  /// When, and which one of those
  using Place = std::pair<std::chrono::nanoseconds, std::uint64_t>;
  Place add(std::chrono::nanoseconds after, std::function<void()> work) {
    const Place place{clock_->monotonic() + after, ++last_};
    waiting_.emplace(place, std::move(work));
    return place;
  }
  void remove(const Place& place) { waiting_.erase(place); }
  /// How long until the first one is due; nullopt: none waits.
  std::optional<std::chrono::nanoseconds> next() const {
    if (waiting_.empty()) return std::nullopt;
    return std::max(std::chrono::nanoseconds(0),
                    waiting_.begin()->first.first - clock_->monotonic());
  }
  /// Ends the waits that are due; how many there were.
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

/// A pause or a time-out of one coroutine, on whose executor it lives.
class Timer {
 public:
  explicit Timer(const boost::asio::any_io_executor& executor)
      : timer_(executor), manual_(ManualTime::of(executor)) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { end(); }

  /// Calls `work` when so much time has passed, unless the timer is gone by then.
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
  ManualTime* const manual_;
  std::optional<ManualTime::Place> place_;
};

}  // namespace alarum::http
