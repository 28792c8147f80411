#pragma once
#include <functional>
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

/// RFC 4180: fields divided by commas, records by CRLF or LF, fields in double quotes may hold all
/// of these and `""` for a quote. Blank lines are skipped; space around a field belongs to it.
/// UTF-8, a byte order mark is skipped. A quote that is not closed, or stands inside of a bare
/// field, goes to `out`: nullopt.
std::optional<std::vector<CsvRow>> parse_csv(std::string_view text, const std::string& file,
                                             Diagnostics& out);

/// The same one record after the other, for texts whose records do not all fit into memory beside
/// what is made of them. False after a fault; ends early, with true, when `take` says false.
bool read_csv(std::string_view text, const std::string& file, Diagnostics& out,
              const std::function<bool(const CsvRow&)>& take);

}  // namespace alarum
