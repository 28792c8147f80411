#include "api/ask.h"

namespace alarum::api {

http::asio::awaitable<bool> booked(engine::Stage& engine, model::Offset offset) {
  using namespace std::chrono_literals;
  const auto executor = co_await http::asio::this_coro::executor;
  http::Timer timer(executor);
  // The stage enters what waits before it answers a question.
  Question<bool> question = [offset](engine::Engine&, alert::Book&, engine::Processor& processor) {
    return processor.next_offset() > offset;
  };
  for (int round = 0; round < 1000; ++round) {
    auto there = co_await ask(engine, question);
    if (!there) co_return false;
    if (*there) co_return true;
    // The journal answers the sender before it hands the record to the engine: a moment, no more.
    co_await timer.pause(round < 10 ? 1ms : 10ms);
  }
  co_return false;
}

}  // namespace alarum::api
