#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace alarum::http {

/// The time limit for the reads and writes of one connection. The timer is set again only if the
/// new end comes before the one that it is set to. Otherwise it fires at the old end and sets
/// itself to the new one, so a connection with many short waits costs the event loop hardly a
/// timer. Owned by a Wire, used on its thread alone. Goes by steady_clock.
class Deadline {
 public:
  /// `cut`: called when the time is over while something waits. It must end the read or write that
  /// waits, for example by cancelling the socket.
  Deadline(const boost::asio::any_io_executor& executor, std::function<void()> cut)
      : state_(std::make_shared<State>(executor, std::move(cut))) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  /// After this `cut` is never called, although the timer's handler may still run.
  ~Deadline() {
    state_->cut = nullptr;
    state_->timer.cancel();
  }

  /// All waits from now on share this much time. A span past the clock's end means no limit.
  void expires_after(std::chrono::nanoseconds span);
  /// A read or write begins to wait.
  void begin();
  /// The wait has ended. True if it ended because its time was over.
  bool end();
  /// Cancels the timer, because nothing will wait again; the event loop can then run out of work.
  void close();

 private:
  using Moment = std::chrono::steady_clock::time_point;
  struct State {
    State(const boost::asio::any_io_executor& executor, std::function<void()> what)
        : timer(executor), cut(std::move(what)) {}
    boost::asio::steady_timer timer;
    std::function<void()> cut;
    Moment end = Moment::max();        // max: no limit
    Moment set_to = Moment::max();     // what the timer waits for; max: it is not set
    bool waits = false, over = false;  // between begin() and end(); `cut` was called
  };
  static void set(const std::shared_ptr<State>& state);

  const std::shared_ptr<State> state_;  // shared, because the timer's handler may outlive this
};

}  // namespace alarum::http
