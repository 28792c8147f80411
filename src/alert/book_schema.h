#pragma once
#include "alert/sqlite.h"

namespace alarum::alert {

/// The version of the book's tables (docs/formats/book.md).
constexpr std::int64_t kBookVersion = 11;

/// Makes the tables in an empty file, or carries the rows of an older book over into them, in one
/// transaction. Sets SQLite's modes (WAL, `synchronous = NORMAL`) and its cache. Called by
/// Book::open(). Error `history_version`: a newer binary wrote the file, and its rows are left
/// alone.
Result<void> prepare_book(Database& database);

}  // namespace alarum::alert
