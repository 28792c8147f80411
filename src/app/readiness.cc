#include "app/readiness.h"

#include "base/log_output.h"

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

Condition outputs_condition(const deliver::Stage& deliver) {
  std::string faults;
  for (const auto& fault : deliver.output_faults()) faults += (faults.empty() ? "" : ", ") + fault;
  if (faults.empty()) return {};
  return Condition::warning("output_blocked", "notifications to a console or a file are not written: " + faults);
}

Condition log_condition() {
  const auto fault = log::output_fault();
  if (fault.empty()) return {};
  return Condition::warning("log_blocked", "standard error: " + fault + "; " + std::to_string(log::dropped()) + " lines were dropped since the start");
}

}  // namespace

api::Readiness readiness_of(const journal::SegmentedLog& journal, const engine::Stage& engine, const deliver::Stage& deliver) {
  api::Readiness readiness;
  readiness.add("journal", [&journal] { return journal_condition(journal.stats()); });
  readiness.add("clock", [&journal] { return clock_condition(journal.stats()); });
  readiness.add("book", [&engine] { return book_condition(engine); });
  readiness.add("outputs", [&deliver] { return outputs_condition(deliver); });
  readiness.add("log", log_condition);
  return readiness;
}

}  // namespace alarum::app
