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

/// A value that some thread will have later and one coroutine waits for. The coroutine resumes on
/// its own executor; when it is gone by then, the value goes nowhere.
template <class T>
class Completion {
 public:
  explicit Completion(boost::asio::any_io_executor executor)
      : state_(std::make_shared<State>(executor)) {}

  /// Any thread. What comes after the value that was waited for goes nowhere.
  void complete(T value) const {
    auto state = state_;
    auto kept = std::make_shared<T>(std::move(value));
    boost::asio::post(state->timer.get_executor(), [state, kept] {
      state->value = std::move(*kept);
      state->timer.cancel();
    });
  }

  /// nullopt: it is not there at `end`.
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
    boost::asio::steady_timer timer;
    std::optional<T> value;  // touched on the executor's thread alone
  };
  std::shared_ptr<State> state_;
};

}  // namespace alarum::http
