#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace alarum::alert {

class SqliteFiles;

/// A value read from a statement.
using Cell = std::variant<std::nullptr_t, std::int64_t, std::string>;

/// A value bound to a statement. Texts are borrowed for the call.
using Value = std::variant<std::nullptr_t, std::int64_t, std::string_view>;
using Values = std::initializer_list<Value>;

inline Value number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

inline std::int64_t integer(const Cell& cell) {
  const auto* value = std::get_if<std::int64_t>(&cell);
  return value ? *value : 0;
}
inline const std::string& text(const Cell& cell) {
  static const std::string kEmpty;
  const auto* value = std::get_if<std::string>(&cell);
  return value ? *value : kEmpty;
}

/// One connection to one SQLite file; lives on one thread. Errors: `disk_full`, `book_corrupt`,
/// `sync_failed`, `book_error` with SQLite's own words.
class Database {
 public:
  /// `through`: outlives it; nullptr: SQLite opens the file itself, and its locks hold between
  /// processes.
  static Result<Database> open(const std::string& path, SqliteFiles* through = nullptr);
  /// Of a file that another process may be writing. Error `not_found`: it is not there.
  static Result<Database> open_read_only(const std::string& path, SqliteFiles* through = nullptr);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  using Row = std::vector<Cell>;
  /// Several statements without parameters.
  Result<void> script(const char* sql);
  /// One statement, prepared once and kept; all its rows. `sql` is a literal: the statement is
  /// known by its address.
  Result<std::vector<Row>> query(const char* sql, Values parameters = {});
  Result<void> run(const char* sql, Values parameters = {});
  /// Runs an INSERT of one row: its rowid; nullopt: it was not entered (OR IGNORE).
  Result<std::optional<std::int64_t>> insert(const char* sql, Values parameters);
  /// A function of one text that statements may call: the same for the same text. nullopt: the
  /// statement fails. It must not throw.
  using TextFunction = std::optional<std::string> (*)(std::string_view text);
  Result<void> add_function(const char* name, TextFunction of);
  /// All that `work` does or nothing; so too when it throws.
  Result<void> transaction(const std::function<Result<void>()>& work);

  /// From now on commits make no checkpoints of the WAL: nobody hears of an error of those.
  void checkpoint_by_hand();
  /// Pages of the WAL as of our last commit since then.
  int wal_pages() const;
  /// Brings what the WAL holds into the database, as far as no reader needs it as it was. Syncs the
  /// WAL before and the database behind it.
  Result<void> checkpoint();
  /// Writes what stands in the WAL over itself and syncs it, then so the pages of the database that
  /// a checkpoint of this WAL may have written: what a failed sync has lost, as long as the system
  /// still has it in memory. It changes no byte, so it may be cut short anywhere, and readers go
  /// on.
  Result<void> write_again();
  /// The end of this connection makes no checkpoint.
  void leave_wal();

 private:
  struct Open;
  explicit Database(std::unique_ptr<Open> open);
  static Result<Database> open_as(const std::string& path, int mode, SqliteFiles* through);
  Result<sqlite3_stmt*> prepared(const char* sql, Values parameters);
  Result<void> finish(sqlite3_stmt* statement, int code);
  Error error() const;
  std::unique_ptr<Open> open_;
};

}  // namespace alarum::alert
