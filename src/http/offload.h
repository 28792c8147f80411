#pragma once
#include <exception>
#include <optional>
#include <type_traits>

#include "http/completion.h"
#include "http/handler.h"

namespace alarum::http {

/// Bytes of a body that is worked on apart: a millisecond's work, at most.
constexpr std::size_t kLarge = 64 * 1024;
/// The same where nothing but events is read: 2 ns a byte.
constexpr std::size_t kLargeEvents = 384 * 1024;

/// What `work` gives, done on one of the helpers' threads (nullptr: here): the other connections of
/// this thread must not wait for it. It may use what its coroutine keeps, which is not ended before
/// the helpers are (Server::stop); what it throws is thrown here.
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

/// The same for what is made of so many bytes of a body: up to `large` of them are worked on here.
template <class Work>
asio::awaitable<std::invoke_result_t<const Work&>> apart(BodyStream& body, std::size_t bytes,
                                                         Work work, std::size_t large = kLarge) {
  auto* const helpers = bytes > large ? body.helpers() : nullptr;
  auto value = co_await offload(helpers, std::move(work));
  co_return value;
}

/// Messages of one sender until the others of its thread have theirs
constexpr unsigned kYieldEvery = 16;

/// Lets the other connections of this thread have a turn.
inline asio::awaitable<void> yield_now() {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
}

}  // namespace alarum::http
