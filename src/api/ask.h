#pragma once
#include <chrono>
#include <functional>
#include <optional>

#include "engine/stage.h"
#include "http/completion.h"
#include "http/handler.h"

namespace alarum::api {

template <class T>
using Question = std::function<T(engine::Engine&, alert::Book&, engine::Ledger&)>;

/// Has the engine's thread compute a value; nothing when it is busy for longer than 5 s (its disk is full, say).
template <class T>
http::asio::awaitable<std::optional<T>> ask(engine::Stage& engine, Question<T> question) {
  const auto executor = co_await http::asio::this_coro::executor;
  http::Completion<std::optional<T>> answer(executor);
  http::asio::steady_timer timer(executor, std::chrono::seconds(5));
  timer.async_wait([answer](boost::system::error_code fault) {
    if (!fault) answer.complete(std::nullopt);
  });
  engine::Stage::Work work = [answer, question](engine::Engine& e, alert::Book& b, engine::Ledger& l) {
    answer.complete(question(e, b, l));
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
