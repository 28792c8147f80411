#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"

namespace alarum {

/// A reader of CSV as RFC 4180 has it. Inventories are read with it (rules/inventory_reader.h).
///
/// - Fields are separated by commas, records by LF or CRLF. The last record needs no line break.
/// - A field in double quotes may contain commas, line breaks and `""`, which stands for one quote.
/// - White space around a field is a part of it. Blank lines are skipped.
/// - The text must be UTF-8. A byte order mark at its beginning is skipped.
///
/// Records may have different numbers of fields, and nothing is known of a header: both are the
/// caller's business. Any thread; the functions share no state.
struct CsvRow {
  int line = 0;                     ///< where the record begins, from 1
  std::vector<std::string> fields;  ///< at least one, without their quotes
};

/// Reads all records into memory. At the first fault it adds one error with its place (`file`,
/// line, column in bytes) to `out` and returns nullopt. Faults are bytes that are not UTF-8, a
/// quoted field that is not closed, text behind a closing quote, and a quote within a field without
/// quotes.
std::optional<std::vector<CsvRow>> parse_csv(std::string_view text, const std::string& file,
                                             Diagnostics& out);

/// Reads one record after the other and calls `take` with each, for texts whose records would not
/// all fit into memory. The row is valid during the call only. Returns false after a fault, which
/// goes to `out` as above; the records before the fault have been taken by then. If `take` returns
/// false, the rest of the text is not read, and the result is true.
bool read_csv(std::string_view text, const std::string& file, Diagnostics& out,
              const std::function<bool(const CsvRow&)>& take);

}  // namespace alarum
