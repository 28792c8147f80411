#pragma once
#include <exception>
#include <optional>
#include <type_traits>

#include "http/completion.h"
#include "http/handler.h"

namespace alarum::http {

// An http thread serves many connections, so work that takes more than about a millisecond goes to
// the worker pool (`http-helper`), and loops without a wait yield now and then.

/// Bodies of more bytes than this are offloaded: up to it the work takes a millisecond at most.
constexpr std::size_t kLarge = 64 * 1024;
/// The same for bodies of which only events are read, which costs about 2 ns a byte.
constexpr std::size_t kLargeEvents = 384 * 1024;

/// Runs `work` on the worker pool `helpers` and returns its result on the calling coroutine's
/// executor. With nullptr it runs at once on this thread. `work` may refer to locals of the
/// coroutine: coroutines are destroyed only after the pool has joined (Server::stop). An exception
/// of `work` is rethrown here. There is no bound on the queue but the number of connections.
template <class Work>
asio::awaitable<std::invoke_result_t<const Work&>> offload(asio::thread_pool* helpers, Work work) {
  if (!helpers) co_return work();
  struct Done {
    std::optional<std::invoke_result_t<const Work&>> value;
    std::exception_ptr fault;
  };
  const auto executor = co_await asio::this_coro::executor;
  const Completion<Done> completion(executor);
  asio::post(*helpers, [completion, &work] {
    Done done;
    try {
      done.value.emplace(work());
    } catch (...) {
      done.fault = std::current_exception();
    }
    completion.complete(std::move(done));
  });
  auto done = co_await completion.wait();
  if (done.fault) std::rethrow_exception(done.fault);
  co_return std::move(*done.value);
}

/// Runs `work`, which handles `bytes` of that body: on this thread if they are at most `large`,
/// otherwise on the body's worker pool.
template <class Work>
asio::awaitable<std::invoke_result_t<const Work&>> apart(BodyStream& body, std::size_t bytes,
                                                         Work work, std::size_t large = kLarge) {
  auto* const helpers = bytes > large ? body.helpers() : nullptr;
  auto value = co_await offload(helpers, std::move(work));
  co_return value;
}

/// Messages that a loop handles for one sender before it calls yield_now().
constexpr unsigned kYieldEvery = 16;

/// Puts this coroutine behind all handlers that are ready on its executor, so that the other
/// connections of the thread have a turn.
inline asio::awaitable<void> yield_now() {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
}

}  // namespace alarum::http
