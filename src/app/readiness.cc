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

Condition files_condition(std::uint64_t missing) {
  if (missing == 0) return {};
  return Condition::warning("few_open_files", "fewer connections are accepted than the config allows: the process may open " + std::to_string(missing) + " files too few; raise LimitNOFILE= of the systemd unit, or ulimit -Hn");
}

}  // namespace

api::Readiness readiness_of(const journal::SegmentedLog& journal, const engine::Stage& engine, const std::atomic<std::uint64_t>& missing_files) {
  api::Readiness readiness;
  readiness.add("journal", [&journal] { return journal_condition(journal.stats()); });
  readiness.add("book", [&engine] { return book_condition(engine); });
  readiness.add("open files", [&missing_files] { return files_condition(missing_files); });
  return readiness;
}

}  // namespace alarum::app
