#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace alarum::http {

/// The time by which what a connection waits for must be there. Its timer is set anew only where
/// the end comes before the one that it is set to, so that a connection with many short waits costs
/// the event loop nearly none. One thread's own.
class Deadline {
 public:
  /// `cut`: called while something waits and its time is over; whatever waits must end by that.
  Deadline(const boost::asio::any_io_executor& executor, std::function<void()> cut)
      : state_(std::make_shared<State>(executor, std::move(cut))) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  /// `cut` is not called any more.
  ~Deadline() {
    state_->cut = nullptr;
    state_->timer.cancel();
  }

  /// For what is waited for from now on, all together.
  void expires_after(std::chrono::nanoseconds span);
  /// Something waits.
  void begin();
  /// Nothing waits. True: its time was over.
  bool end();
  /// Nothing will wait any more: the event loop need not go on for this.
  void close();

 private:
  using Moment = std::chrono::steady_clock::time_point;
  struct State {
    State(const boost::asio::any_io_executor& executor, std::function<void()> what)
        : timer(executor), cut(std::move(what)) {}
    boost::asio::steady_timer timer;
    std::function<void()> cut;
    Moment end = Moment::max();
    Moment set_to = Moment::max();  // what the timer waits for; max: it does not
    bool waits = false, over = false;
  };
  static void set(const std::shared_ptr<State>& state);

  const std::shared_ptr<State> state_;  // its timer's handler may outlive us
};

}  // namespace alarum::http
