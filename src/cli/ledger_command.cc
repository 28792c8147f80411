#include "cli/ledger_command.h"

#include <fmt/format.h>

#include "cli/data_folder.h"
#include "tools/balance.h"

namespace alarum::cli {
namespace {

// The book first: the journal only grows meanwhile, and what is new in it is pending.
Result<tools::Balance> balance_of(DataFolder& folder, std::ostream& err) {
  const auto first = tools::first_offset(folder.files, folder.path);
  if (!first) return std::unexpected(first.error());
  auto book = alert::BookView::open(folder.path + "/book.sqlite");
  if (!book) return std::unexpected(book.error());
  auto sums = book->sums();
  if (!sums) return std::unexpected(sums.error());
  tools::Balance balance;
  balance.book = std::move(*sums);
  const auto read = tools::read_past(folder.files, folder.path, *first, [&](const model::Record& record) -> Result<bool> {
    if (!std::holds_alternative<model::Event>(record.payload)) return true;
    ++balance.found;
    if (record.offset < balance.book.processed) ++balance.processed;
    return true;
  });
  if (!read) return std::unexpected(read.error());
  for (const auto& place : read->damage) err << "warning: " << place << '\n';
  balance.totals = read->totals;
  balance.before = read->written_before;
  return balance;
}

}  // namespace

int ledger_command(const LedgerOptions& options, std::ostream& out, std::ostream& err) {
  Diagnostics faults;
  const auto folder = open_data(options.data, options.config, faults);
  err << faults.text();
  if (!folder) return 1;
  const auto balance = balance_of(*folder, err);
  if (!balance) {
    err << fmt::format("error: {} ({})\n", balance.error().message, balance.error().reason);
    return 1;
  }
  out << (options.json ? tools::balance_json(*balance) : tools::balance_text(*balance));
  return balance->faults().empty() ? 0 : 3;
}

}  // namespace alarum::cli
