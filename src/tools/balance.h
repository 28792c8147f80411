#pragma once
#include <map>
#include <string>
#include <vector>

#include "alert/book_view.h"
#include "journal/view.h"

namespace alarum::tools {

/// Where everything went (DESIGN promise 5), from two independent counts: the totals that stand in
/// the journal's frames and the events that are really in it, the notifications that were made and
/// their ends.
struct Balance {
  journal::Totals totals;       ///< at the end of the journal
  std::uint64_t before = 0;     ///< events written before the journal's present beginning
  std::uint64_t found = 0;      ///< events in the journal
  std::uint64_t processed = 0;  ///< of those, below what the book has
  alert::BookView::Sums book;
  /// Of the daemon: what it rejected since its start, by reason
  std::map<std::string, std::uint64_t> reasons = {};
  /// Of the daemon: what it could not process since its start, the first of them in words
  std::vector<std::string> unprocessed = {};
  /// Accepted events that no rule but UnknownFault matched, by format and severity (`redfish
  /// critical`):
  std::map<std::string, std::uint64_t> matched_no_rule = {};
  ///< of the daemon since its start, else of those in the journal, and `not kept`
  /// Of the daemon: the engine has stepped every record there is; no event may be pending
  bool worked_off = false;

  std::uint64_t accepted() const { return totals.received - totals.rejected - totals.duplicate; }
  std::uint64_t pending() const { return found > processed ? found - processed : 0; }
  /// What does not add up, in words; empty: it balances.
  std::vector<std::string> faults() const;
};

/// `redfish critical`: under which key of Balance::matched_no_rule an event of that kind counts.
std::string unmatched_kind(model::Format format, model::Severity severity);

std::string balance_text(const Balance& balance);
std::string balance_json(const Balance& balance);

}  // namespace alarum::tools
