#include "ingest/stream/tasks.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/log.h"
#include "base/thread_name.h"

namespace alarum::ingest {
namespace {

namespace asio = http::asio;

// Without throw_if_cancelled(false) every later co_await would throw. An interruption must end one
// wait only; the loops ask Feed::stopping().
asio::awaitable<void> run(std::function<asio::awaitable<void>()>& body) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await body();
}

// The message of an exception; empty if there was none.
std::string text_of(std::exception_ptr fault) {
  try {
    if (fault) std::rethrow_exception(fault);
  } catch (const std::exception& what) {
    return what.what();
  }
  return "";
}

}  // namespace

Workers::Workers(unsigned sockets) : count_(std::max(1U, sockets)), sockets_(new Worker[count_]) {}

void Workers::start() {
  const auto run = [](Worker& worker, const char* name) {
    worker.thread = std::thread([&worker, name] {
      name_thread(name);
      worker.context.run();
    });
  };
  for (unsigned i = 0; i < count_; ++i) run(sockets_[i], "source-sockets");
  run(disk_, "source-files");
}

void Workers::stop() {
  for (unsigned i = 0; i <= count_; ++i) {
    auto& worker = i == count_ ? disk_ : sockets_[i];
    worker.context.stop();
    if (worker.thread.joinable()) worker.thread.join();
  }
}

void Tasks::spawn(asio::io_context& context, std::string name, Body body) {
  begin(context, std::move(name), std::move(body), false);
}

void Tasks::keep(asio::io_context& context, std::string name, Body body) {
  begin(context, std::move(name), std::move(body), true);
}

void Tasks::begin(asio::io_context& context, std::string name, Body body, bool kept) {
  auto task = std::make_shared<Task>();
  task->context = &context;
  task->body = std::move(body);
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(task);
  }
  auto ended = [this, task, kept, name = std::move(name)](std::exception_ptr thrown) {
    const auto fault = text_of(thrown);
    if (!fault.empty())
      log::error("ingest", "a source's task ended by itself",
                 {{"source", name}, {"detail", fault}});
    task->body = nullptr;  // its captures may use the source, which may be destroyed after this
    const std::lock_guard lock(mutex_);
    if (kept && fault_.empty()) fault_ = fault;
    tasks_.remove(task);
  };
  // On the context's thread, because the cancellation signal is not thread-safe.
  asio::post(context, [task, &context, ended = std::move(ended)]() mutable {
    asio::co_spawn(context, run(task->body),
                   asio::bind_cancellation_slot(task->signal.slot(), std::move(ended)));
  });
}

void Tasks::interrupt() {
  const std::lock_guard lock(mutex_);
  for (const auto& task : tasks_)
    asio::post(*task->context, [task] { task->signal.emit(asio::cancellation_type::all); });
}

std::string Tasks::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

std::size_t Tasks::running() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

}  // namespace alarum::ingest
