#pragma once
#include "alert/sqlite.h"

namespace alarum::alert {

/// The version of the book's tables (docs/formats/book.md).
constexpr std::int64_t kBookVersion = 8;

/// Makes the tables in an empty file; an older book's rows are carried over into them, all or
/// nothing. Error `book_version`: written by a newer binary.
Result<void> prepare_book(Database& database);

}  // namespace alarum::alert
