#pragma once
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "http/handler.h"

namespace alarum::ingest {

/// The threads of the streams: a few for sockets, and one for what blocks on a disk.
class Workers {
 public:
  explicit Workers(unsigned sockets);
  ~Workers() { stop(); }

  http::asio::io_context& next() { return sockets_[next_++ % count_].context; }  ///< any thread
  http::asio::io_context& disk() { return disk_.context; }
  void start();
  /// Ends the threads; what still runs on them is dropped.
  void stop();

 private:
  struct Worker {
    http::asio::io_context context{1};
    http::asio::executor_work_guard<http::asio::io_context::executor_type> work{
        context.get_executor()};
    std::thread thread;
  };

  const unsigned count_;
  std::unique_ptr<Worker[]> sockets_;
  Worker disk_;
  std::atomic<unsigned> next_ = 0;
};

/// The coroutines of one source: a listener and its connections, say. Each stays on the context
/// that it was given.
class Tasks {
 public:
  using Body = std::function<http::asio::awaitable<void>()>;

  /// Runs `body` on `context`; any thread. What it throws is logged under `name`, and ends it
  /// alone: a connection, say.
  void spawn(http::asio::io_context& context, std::string name, Body body);
  /// The same for what the source cannot be without: what it throws is the source's fault.
  void keep(http::asio::io_context& context, std::string name, Body body);
  /// What a task that was to be kept threw; empty: nothing. Any thread.
  std::string fault() const;
  /// Whatever each of them waits for ends now with operation_aborted, once; what they wait for
  /// later does not. Any thread.
  void interrupt();
  std::size_t running() const;

 private:
  struct Task {
    http::asio::io_context* context;
    http::asio::cancellation_signal signal;
    Body body;
  };
  void begin(http::asio::io_context& context, std::string name, Body body, bool kept);

  // Guards what follows: coroutines of several threads end, one thread interrupts
  mutable std::mutex mutex_;
  std::list<std::shared_ptr<Task>> tasks_;
  std::string fault_;
};

}  // namespace alarum::ingest
