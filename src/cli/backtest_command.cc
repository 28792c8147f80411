#include "cli/backtest_command.h"

#include <fmt/format.h>

#include <iostream>

#include "alert/book_view.h"
#include "app/delivery_config.h"
#include "cli/client_settings.h"
#include "cli/data_folder.h"
#include "cli/remote_backtest.h"
#include "receivers/list.h"
#include "tools/backtest_report.h"
#include "tools/backtest_run.h"

namespace alarum::cli {
namespace {

// A line on a terminal that is written over, at most every 8,192 records.
class Progress {
 public:
  Progress(std::ostream& err, bool shown)
      : err_(err),
        shown_(shown),
        now_(std::chrono::floor<Duration>(std::chrono::system_clock::now())) {}
  ~Progress() {
    if (shown_) err_ << "\r\033[K" << std::flush;
  }
  void add(const model::Record& record) {
    if (!shown_ || count_++ % 8192 != 0) return;
    const auto at = record.arrived();
    if (!first_) first_ = at;
    const auto all = std::max(Duration(1), now_ - *first_),
               done = std::clamp(at - *first_, Duration::zero(), all);
    const auto filled = static_cast<std::size_t>(
        kWidth * (static_cast<double>(done.count()) / static_cast<double>(all.count())));
    err_ << fmt::format("\r[{:.<{}}] {} records, at {}", std::string(filled, '#'), kWidth, count_,
                        format_rfc3339(at))
         << std::flush;
  }

 private:
  static constexpr std::size_t kWidth = 40;
  std::ostream& err_;
  const bool shown_;
  const Time now_;
  std::optional<Time> first_;
  std::uint64_t count_ = 0;
};

std::shared_ptr<const match::Generation> compile(const BacktestOptions& options,
                                                 Diagnostics& faults) {
  auto sources = rules::read_sources(options.rules, faults, options.inventory);
  if (!options.inventory.empty()) rules::expect_inventory(sources, options.inventory, faults);
  auto set = rules::compile(rules::with_unknown_fault(std::move(sources)), faults);
  return set && faults.ok() ? std::make_shared<const match::Generation>(std::move(*set)) : nullptr;
}

// Whom the config notifies; without one, a person who is notified without a route.
std::optional<engine::DeliveryConfig> delivery_config_of(const std::string& path,
                                                         Diagnostics& faults) {
  const auto config = path.empty()
                          ? config::parse(app::kOnePerson, "config", receivers::kinds(), faults)
                          : config::read_file(path, receivers::kinds(), faults);
  return config ? std::optional(app::notification_config_of(*config, false).outlets) : std::nullopt;
}

void tell_damage(const std::vector<std::string>& damage, std::ostream& err) {
  for (const auto& place : damage) err << "warning: " << place << '\n';
}

// What of the past cannot be known for sure: records are gone, or never were written.
void tell_beginning(model::Offset first, std::ostream& err) {
  if (first > 0)
    err << fmt::format(
        "partial: the journal begins at offset {}; what had begun before is not seen\n", first);
}

int compare_rules(const BacktestOptions& options, DataFolder& folder, std::ostream& out,
                  std::ostream& err) {
  Diagnostics faults;
  const auto next = compile(options, faults);
  const auto outlets = delivery_config_of(options.config, faults);
  err << faults.text();
  if (!next || !outlets) return 1;
  const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  const tools::BacktestRequest request{*folder.journal,
                                       folder.generations(),
                                       folder.hashes(),
                                       next,
                                       options.since ? now - *options.since : Time(),
                                       Time::max(),
                                       *outlets};
  std::optional<Result<tools::BacktestOutcome>> run;
  {
    Progress progress(std::clog, options.progress);
    run = tools::run_backtest(
        request, [&](const model::Record& record, const tools::Backtest&) -> Result<void> {
          progress.add(record);
          return {};
        });
  }
  if (!*run) return refuse((*run).error(), err);
  const auto& outcome = **run;
  tell_damage(outcome.damage, err);
  tell_beginning(outcome.first, err);
  out << (options.json ? tools::backtest_json(outcome.report, outcome.partial())
                       : tools::backtest_text(outcome.report));
  return outcome.report.same() && !outcome.partial() ? 0 : 3;
}

// Starts where the engine's whole state is known: the beginning of everything, else the oldest
// checkpoint.
Result<model::Offset> take_up(DataFolder& folder, tools::PastEngine& past) {
  const auto first = tools::first_offset(*folder.journal);
  if (!first || *first == 0) return first;
  const auto oldest = folder.journal->oldest_checkpoint();
  std::vector<std::string> damaged;
  const auto checkpoint = oldest ? folder.journal->load_checkpoint(*oldest, damaged) : std::nullopt;
  if (!checkpoint)
    return fail("not_found",
                "the journal no longer begins at 0 and there is no checkpoint to take up from");
  if (auto done = past.restore(checkpoint->state); !done) return std::unexpected(done.error());
  return checkpoint->offset;
}

int compare_book(const BacktestOptions& options, DataFolder& folder, std::ostream& out,
                 std::ostream& err) {
  tools::PastEngine past(folder.generations(), folder.hashes());
  const auto from = take_up(folder, past);
  if (!from) return refuse(from.error(), err);
  auto book = alert::BookView::open(folder.path + "/book.sqlite");
  if (!book) return refuse(book.error(), err);
  // A daemon that runs goes on meanwhile: what it has decided up to here is compared.
  const auto end = book->processed();
  if (!end) return refuse(end.error(), err);
  const auto complete = book->complete_from();
  if (!complete) return refuse(complete.error(), err);
  const auto since = std::max(*from, *complete);
  auto recorded = book->history(since, *end);
  if (!recorded) return refuse(recorded.error(), err);
  tools::HistoryCheck check(std::move(*recorded), since);
  std::uint64_t records = 0;
  std::optional<Result<tools::PastRead>> read;
  {
    Progress progress(std::clog, options.progress);
    read =
        tools::read_past(*folder.journal, *from, [&](const model::Record& record) -> Result<bool> {
          if (record.offset >= *end) return false;
          progress.add(record);
          ++records;
          const auto changes = past.step(record);
          if (!changes) return std::unexpected(changes.error());
          for (const auto& change : *changes) check.take(change);
          return true;
        });
  }
  if (!*read) return refuse((*read).error(), err);
  tell_damage((*read)->damage, err);
  const auto difference = check.difference();
  if (since > *from)
    err << fmt::format(
        "compared from offset {} on: earlier history is older than the retention, and "
        "forgotten\n",
        since);
  out << difference
      << fmt::format(
             "{} records replayed from offset {}: {} transitions in the history, {} in the "
             "replay{}\n",
             records, *from, check.recorded(), check.replayed(),
             difference.empty() ? ", the same" : "; the first that differs is above");
  return difference.empty() ? 0 : 3;
}

}  // namespace

int backtest_command(const BacktestOptions& options, std::ostream& out, std::ostream& err) {
  const bool names_folder = !options.data.empty() || !options.config.empty();
  if (asks_daemon(options.url, names_folder, client_world()))
    return remote_backtest(options, out, err);
  Diagnostics faults;
  const auto folder = open_data(options.data, options.config, faults);
  err << faults.text();
  if (!folder) return 1;
  return options.rules.empty() ? compare_book(options, *folder, out, err)
                               : compare_rules(options, *folder, out, err);
}

}  // namespace alarum::cli
