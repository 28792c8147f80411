#pragma once
#include <chrono>
#include <future>
#include <memory>
#include <optional>

#include "engine/stage.h"

namespace alarum::app {

/// Runs `question` on the engine's thread between two steps, and waits for its result. nullopt if
/// the engine does not answer within `patience`, is stopping, or the question threw. A question
/// that was given up may still run later, so it must own what it uses. Blocks the calling thread;
/// HTTP handlers use api::ask instead.
template <class Question>
auto ask_engine(engine::Stage& stage, std::chrono::seconds patience, Question question) {
  using Answer = std::invoke_result_t<Question, engine::Engine&, alert::Book&, engine::Processor&>;
  const auto promise = std::make_shared<std::promise<Answer>>();
  auto answer = promise->get_future();
  const bool asked =
      stage.ask([promise, question = std::move(question)](engine::Engine& engine, alert::Book& book,
                                                          engine::Processor& processor) {
        promise->set_value(question(engine, book, processor));
      });
  if (!asked || answer.wait_for(patience) != std::future_status::ready)
    return std::optional<Answer>();
  try {
    return std::optional<Answer>(answer.get());
    // The question threw on the engine's thread, which has logged why
  } catch (const std::future_error&) {
    return std::optional<Answer>();
  }
}

}  // namespace alarum::app
