#include "cli/ledger_command.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/api_client.h"
#include "cli/data_folder.h"
#include "model/posted.h"
#include "tools/balance.h"

namespace alarum::cli {
namespace {

// Finds out again what the rules made of each event; where those are gone, the event does not
// count.
class UnmatchedEvents {
 public:
  explicit UnmatchedEvents(DataFolder& folder)
      : find_(folder.generations()), hash_of_(folder.hashes()) {}

  void add(const model::Record& record, const model::Event& event) {
    if (record.generation != id_) take_up(record.generation);
    if (!generation_ || model::is_posted(event) ||
        !generation_->is_unmatched(generation_->match(event)))
      return;
    ++counts[tools::unmatched_kind(event.format(), event.severity())];
  }

  std::map<std::string, std::uint64_t> counts;

 private:
  void take_up(model::GenerationId id) {
    id_ = id;
    const auto hash = hash_of_(id);
    auto found = hash ? find_(*hash) : std::unexpected(hash.error());
    generation_ = found ? std::move(*found) : nullptr;
  }

  engine::FindGeneration find_;
  tools::FindHash hash_of_;
  model::GenerationId id_ = 0;
  std::shared_ptr<const match::Generation> generation_;
};

// The book first: the journal only grows meanwhile, and what is new in it is pending.
Result<tools::Balance> balance_of(DataFolder& folder, std::ostream& err) {
  const auto first = tools::first_offset(*folder.journal);
  if (!first) return std::unexpected(first.error());
  auto book = alert::BookView::open(folder.path + "/book.sqlite");
  if (!book) return std::unexpected(book.error());
  auto sums = book->sums();
  if (!sums) return std::unexpected(sums.error());
  tools::Balance balance;
  balance.book = std::move(*sums);
  UnmatchedEvents unmatched(folder);
  const auto read =
      tools::read_past(*folder.journal, *first, [&](const model::Record& record) -> Result<bool> {
        const auto* event = std::get_if<model::Event>(&record.payload);
        if (!event) return true;
        ++balance.found;
        unmatched.add(record, *event);
        if (record.offset < balance.book.processed) ++balance.processed;
        return true;
      });
  if (!read) return std::unexpected(read.error());
  for (const auto& place : read->damage) err << "warning: " << place << '\n';
  balance.totals = read->totals;
  balance.before = read->written_before;
  balance.matched_no_rule = std::move(unmatched.counts);
  if (read->totals.unmatched > 0) balance.matched_no_rule["not stored"] = read->totals.unmatched;
  return balance;
}

int ledger_of_daemon(const LedgerOptions& options, std::ostream& out, std::ostream& err) {
  ApiClient client(options.url, err);
  const auto json = client.get("/api/v1/ledger");
  if (!json) return 1;
  if (options.json) {
    out << client.body();
  } else {
    const auto text = client.get_text("/api/v1/ledger");
    if (!text) return 1;
    out << *text;
  }
  return json->contains("faults") && !json->at("faults").empty() ? 3 : 0;
}

}  // namespace

int ledger_command(const LedgerOptions& options, std::ostream& out, std::ostream& err) {
  if (asks_daemon(options.url, !options.data.empty() || !options.config.empty(), client_world()))
    return ledger_of_daemon(options, out, err);
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
