#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"

namespace alarum {

/// One record of a CSV text.
struct CsvRow {
  int line = 0;  ///< where it begins
  std::vector<std::string> fields;
};

/// RFC 4180: fields divided by commas, records by CRLF or LF, fields in double quotes may hold all of these and `""` for a quote.
/// Blank lines are skipped; space around a field belongs to it. UTF-8, a byte order mark is skipped. A quote that is not closed,
/// or stands inside of a bare field, goes to `out`: nullopt.
std::optional<std::vector<CsvRow>> parse_csv(std::string_view text, const std::string& file, Diagnostics& out);

}  // namespace alarum
