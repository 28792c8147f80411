#pragma once
#include <map>
#include <string>
#include <vector>

#include "alert/book_view.h"
#include "journal/view.h"

namespace alarum::tools {

/// Whether everything is accounted for, from independent counts: the running totals in the
/// journal's frames against the events that are really in the journal, and the notifications that
/// were made against how they ended. The audit makes one from the running daemon, `alarum ledger`
/// one from the files.
struct Balance {
  journal::Totals totals;       ///< at the end of the journal
  std::uint64_t before = 0;     ///< events written before the journal's present beginning
  std::uint64_t found = 0;      ///< events in the journal
  std::uint64_t processed = 0;  ///< those of `found` that the engine has processed
  alert::BookView::Sums book;   ///< notifications, and how they ended
  /// From the daemon: what it rejected since its start, by reason
  std::map<std::string, std::uint64_t> reasons = {};
  /// From the daemon: the first records that it could not process since its start, in words
  std::vector<std::string> unprocessed = {};
  /// Accepted events that no rule but UnknownFault matched, by format and severity (`redfish
  /// critical`). From the daemon: since its start. From files: those in the journal, and as `not
  /// kept` those that `keep: matched` did not store.
  std::map<std::string, std::uint64_t> matched_no_rule = {};
  /// From the daemon: the engine has processed every record, so no event may be pending
  bool worked_off = false;

  std::uint64_t accepted() const { return totals.received - totals.rejected - totals.duplicate; }
  std::uint64_t pending() const { return found > processed ? found - processed : 0; }
  /// The sums that do not agree, a sentence each; empty if everything balances.
  std::vector<std::string> faults() const;
};

/// The key of Balance::matched_no_rule for such an event: `redfish critical`.
std::string unmatched_kind(model::Format format, model::Severity severity);

/// The balance for people, and for programs (`alarum ledger`, GET /api/v1/ledger).
std::string balance_text(const Balance& balance);
std::string balance_json(const Balance& balance);

}  // namespace alarum::tools
