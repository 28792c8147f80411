#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "engine/stage.h"
#include "http/completion.h"
#include "http/handler.h"
#include "http/timer.h"

namespace alarum::api {

template <class T>
using Question = std::function<T(engine::Engine&, alert::Book&, engine::Processor&)>;
/// A question that needs no book, so it is answered even while the book cannot be written.
template <class T>
using LiveQuestion = std::function<T(const engine::Engine&, const engine::Processor&)>;

/// Runs `work` on the engine's thread and waits for its result without blocking the http thread.
/// `give`: hands the work to the engine; false if the engine accepts nothing any more. nullopt in
/// that case, after 5 s without an answer (for example while the engine's disk is full), or if the
/// work throws. Work that comes too late is skipped. `work` must own what it uses.
template <class T, class Work, class Give>
http::asio::awaitable<std::optional<T>> answer_of(Work work, Give give) {
  const auto executor = co_await http::asio::this_coro::executor;
  http::Completion<std::optional<T>> answer(executor);
  http::Timer timer(executor);
  const auto late = std::make_shared<std::atomic<bool>>(false);
  timer.call_after(std::chrono::seconds(5), [answer, late] {
    *late = true;
    answer.complete(std::nullopt);
  });
  auto guarded = [answer, work, late](auto&... parts) {
    if (*late) return;  // nobody waits for it any more: the next one's turn
    try {
      answer.complete(work(parts...));
    } catch (...) {
      answer.complete(std::nullopt);
      throw;  // the stage logs it
    }
  };
  if (!give(std::move(guarded))) co_return std::nullopt;
  auto value = co_await answer.wait();
  co_return value;
}

template <class T>
http::asio::awaitable<std::optional<T>> ask(engine::Stage& engine, Question<T> question) {
  const auto give = [&engine](auto work) { return engine.ask(std::move(work)); };
  auto value = co_await answer_of<T>(std::move(question), give);
  co_return value;
}

template <class T>
http::asio::awaitable<std::optional<T>> ask(engine::Stage& engine, LiveQuestion<T> question) {
  const auto give = [&engine](auto work) { return engine.ask_live(std::move(work)); };
  auto value = co_await answer_of<T>(std::move(question), give);
  co_return value;
}

inline http::Response busy() {
  return http::error_response(503, "busy", "the engine did not answer in time");
}

/// Waits until the book has everything that the record at `offset` has caused, so that a client
/// that reads after it wrote sees its change. False if that takes longer than 10 s.
http::asio::awaitable<bool> booked(engine::Stage& engine, model::Offset offset);

}  // namespace alarum::api
