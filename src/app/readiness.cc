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

// Until the next start: engine time stays ahead for longer, which harms nobody.
Condition clock_condition(const journal::Stats& stats) {
  if (stats.clock_backs == 0) return {};
  return Condition::warning("clock_went_back", "the wall clock went back by " + format_duration(stats.clock_back) + " at or since the start: check the clock of this host and its time synchronisation");
}

}  // namespace

api::Readiness readiness_of(const journal::SegmentedLog& journal, const engine::Stage& engine) {
  api::Readiness readiness;
  readiness.add("journal", [&journal] { return journal_condition(journal.stats()); });
  readiness.add("clock", [&journal] { return clock_condition(journal.stats()); });
  readiness.add("book", [&engine] { return book_condition(engine); });
  return readiness;
}

}  // namespace alarum::app
