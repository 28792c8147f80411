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
using Question = std::function<T(engine::Engine&, alert::Book&, engine::Ledger&)>;

/// Has the engine's thread compute a value; nothing when it is busy for longer than 5 s (its disk is full, say), or when the question throws.
template <class T>
http::asio::awaitable<std::optional<T>> ask(engine::Stage& engine, Question<T> question) {
  const auto executor = co_await http::asio::this_coro::executor;
  http::Completion<std::optional<T>> answer(executor);
  http::Timer timer(executor);
  const auto late = std::make_shared<std::atomic<bool>>(false);
  timer.call_after(std::chrono::seconds(5), [answer, late] {
    *late = true;
    answer.complete(std::nullopt);
  });
  engine::Stage::Work work = [answer, question, late](engine::Engine& e, alert::Book& b, engine::Ledger& l) {
    if (*late) return;  // nobody waits for it any more: the next one's turn
    try {
      answer.complete(question(e, b, l));
    } catch (...) {
      answer.complete(std::nullopt);
      throw;  // the stage logs it
    }
  };
  if (!engine.ask(std::move(work))) co_return std::nullopt;
  auto value = co_await answer.wait();
  co_return value;
}

inline http::Response busy() {
  return http::error_response(503, "busy", "the engine did not answer in time");
}

/// Waits until the book holds all that the record at `offset` led to. False when that takes longer than 10 s.
http::asio::awaitable<bool> booked(engine::Stage& engine, model::Offset offset);

}  // namespace alarum::api
