#include "app/readiness.h"

namespace alarum::app {
namespace {

using api::Condition;

Condition journal_condition(const journal::Stats& stats) {
  if (stats.full) return Condition::failed("disk_full", "the journal has no room: senders are answered 503 until there is some; see the log");
  if (stats.corruptions > 0)
    return Condition::warning("journal_damaged", std::to_string(stats.corruptions) + " damaged places were found since the start; the log names their offsets");
  return {};
}

Condition book_condition(const engine::Stage& engine) {
  if (engine.healthy()) return {};
  return Condition::failed("book_unwritable", "the book cannot be written, so nobody is notified; see the log");
}

Condition engine_condition(const engine::Stage& engine, Duration limit) {
  if (const auto lag = engine.lag(); engine::is_behind(lag, limit)) {
    return Condition::failed("engine_behind", "the oldest committed record has been waiting for the engine for " + format_duration(std::chrono::floor<std::chrono::seconds>(lag)) +
                                                  ", so people are notified late or not at all; senders are answered 503 until it has caught up");
  }
  if (const auto errors = engine.processing_errors(); errors > 0) {
    return Condition::warning("processing_errors", std::to_string(errors) + " records could not be processed since the start, so somebody may not have been notified; GET /api/v1/parked names the first");
  }
  return {};
}

}  // namespace

api::Readiness readiness_of(const journal::SegmentedLog& journal, const engine::Stage& engine, Duration engine_lag) {
  api::Readiness readiness;
  readiness.add("journal", [&journal] { return journal_condition(journal.stats()); });
  readiness.add("book", [&engine] { return book_condition(engine); });
  readiness.add("engine", [&engine, engine_lag] { return engine_condition(engine, engine_lag); });
  return readiness;
}

}  // namespace alarum::app
