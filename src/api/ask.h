#pragma once
#include <chrono>
#include <functional>
#include <optional>

#include "engine/stage.h"
#include "http/completion.h"
#include "http/handler.h"

namespace alarum::api {

constexpr std::chrono::seconds kPatience{5};

/// Has the engine's thread compute a value; nothing when it is busy for longer than kPatience (its disk is full, say).
template <class T>
http::asio::awaitable<std::optional<T>> ask(engine::Stage& engine, std::function<T(engine::Engine&, alert::Book&, engine::Ledger&)> question) {
  const auto executor = co_await http::asio::this_coro::executor;
  http::Completion<std::optional<T>> answer(executor);
  http::asio::steady_timer timer(executor, kPatience);
  timer.async_wait([answer](boost::system::error_code fault) {
    if (!fault) answer.complete(std::nullopt);
  });
  engine::Stage::Work work = [answer, question](engine::Engine& e, alert::Book& b, engine::Ledger& l) { answer.complete(question(e, b, l)); };
  if (!engine.ask(std::move(work))) co_return std::nullopt;
  auto value = co_await answer.wait();
  co_return value;
}

inline http::Response busy() {
  return http::error_response(503, "busy", "the engine did not answer in time");
}

}  // namespace alarum::api
