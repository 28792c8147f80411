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

/// The threads of all sources: `source-sockets`, one for each core, and `source-files`, one for
/// what may block on a disk. Each runs an io_context. Owned by Sources.
class Workers {
 public:
  /// `sockets`: threads for sockets; at least one is made.
  explicit Workers(unsigned sockets);
  ~Workers() { stop(); }

  /// The context for the next socket, in turn. Any thread.
  http::asio::io_context& next() { return sockets_[next_++ % count_].context; }
  /// The context of `source-files`.
  http::asio::io_context& disk() { return disk_.context; }
  /// Starts the threads. Once.
  void start();
  /// Stops the contexts and joins the threads. Coroutines that still wait on them are destroyed
  /// with the contexts.
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

/// The coroutines of one source, for example a listener and its connections. Each stays on the
/// context that it was given. Owned by the Source; every method may be called from any thread.
class Tasks {
 public:
  using Body = std::function<http::asio::awaitable<void>()>;

  /// Runs `body` on `context`. An exception of it is logged under `name` and ends only this task,
  /// for example one connection.
  void spawn(http::asio::io_context& context, std::string name, Body body);
  /// The same for a task that the source needs. Its exception becomes the source's fault().
  void keep(http::asio::io_context& context, std::string name, Body body);
  /// The message of the first exception of a task that was started by keep(); empty if none threw.
  std::string fault() const;
  /// Cancels what each task waits for now: that wait ends with operation_aborted. Later waits are
  /// not affected, so tasks must ask Feed::stopping().
  void interrupt();
  /// Tasks that have not ended.
  std::size_t running() const;

 private:
  struct Task {
    http::asio::io_context* context;
    http::asio::cancellation_signal signal;
    Body body;
  };
  void begin(http::asio::io_context& context, std::string name, Body body, bool kept);

  // Guards both members below: coroutines end on several threads, and one thread interrupts them.
  mutable std::mutex mutex_;
  std::list<std::shared_ptr<Task>> tasks_;
  std::string fault_;
};

}  // namespace alarum::ingest
