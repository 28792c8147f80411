#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>

namespace alarum::http {

/// A value that one thread produces later and one coroutine waits for: a future for coroutines.
/// Copies share the value, so the producer gets a copy. The coroutine resumes on its own executor.
/// If the coroutine is destroyed before the value comes, the value is dropped; nothing dangles.
template <class T>
class Completion {
 public:
  /// `executor`: that of the coroutine which will wait.
  explicit Completion(boost::asio::any_io_executor executor)
      : state_(std::make_shared<State>(executor)) {}

  /// Any thread; posts to the executor, never blocks. A value that comes after wait() returned, or
  /// after wait_until() gave up, is dropped.
  void complete(T value) const {
    auto state = state_;
    auto kept = std::make_shared<T>(std::move(value));
    boost::asio::post(state->timer.get_executor(), [state, kept] {
      state->value = std::move(*kept);
      state->timer.cancel();
    });
  }

  /// The value, or nullopt if it has not come by `end`. On the executor's thread.
  boost::asio::awaitable<std::optional<T>> wait_until(
      boost::asio::steady_timer::time_point end) const {
    auto state = state_;
    state->timer.expires_at(end);
    while (!state->value) {
      constexpr auto tuple = boost::asio::as_tuple(boost::asio::use_awaitable);
      const auto [fault] = co_await state->timer.async_wait(tuple);
      if (!fault) break;
    }
    co_return std::move(state->value);
  }

  /// Waits without a limit. On the executor's thread, once.
  boost::asio::awaitable<T> wait() const {
    auto state = state_;
    while (!state->value) {
      constexpr auto tuple = boost::asio::as_tuple(boost::asio::use_awaitable);
      co_await state->timer.async_wait(tuple);
    }
    T value = std::move(*state->value);
    co_return value;
  }

 private:
  struct State {
    explicit State(boost::asio::any_io_executor executor)
        : timer(executor, boost::asio::steady_timer::time_point::max()) {}
    boost::asio::steady_timer timer;  // cancelled when the value has come; the wait ends by that
    std::optional<T> value;           // read and written on the executor's thread alone
  };
  std::shared_ptr<State> state_;
};

}  // namespace alarum::http
