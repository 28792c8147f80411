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

/// A value that a statement returned.
using Cell = std::variant<std::nullptr_t, std::int64_t, std::string>;

/// A value that is bound to a statement. The text must stay valid during the call.
using Value = std::variant<std::nullptr_t, std::int64_t, std::string_view>;
using Values = std::initializer_list<Value>;

/// An unsigned number; above 2^63 it becomes negative in the database.
inline Value number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

/// The number in a cell; 0 if the cell has none.
inline std::int64_t integer(const Cell& cell) {
  const auto* value = std::get_if<std::int64_t>(&cell);
  return value ? *value : 0;
}
/// The text in a cell; empty if the cell has none.
inline const std::string& text(const Cell& cell) {
  static const std::string kEmpty;
  const auto* value = std::get_if<std::string>(&cell);
  return value ? *value : kEmpty;
}

/// A connection to one SQLite file, for one thread at a time. It is the only place that calls
/// SQLite. Calls wait for the disk, and up to 2 s for a lock of another process. Errors:
/// `disk_full`; `book_corrupt` (with what people can do); `sync_failed`; `history_error` with
/// SQLite's own words.
class Database {
 public:
  /// Opens or creates the file. With `through`, which must outlive the connection, files are read
  /// and written through it. nullptr: SQLite opens the file itself, and its locks hold between
  /// processes.
  static Result<Database> open(const std::string& path, SqliteFiles* through = nullptr);
  /// Opens a file to read it, also while another process writes it. Error `not_found`: there is no
  /// such file.
  static Result<Database> open_read_only(const std::string& path, SqliteFiles* through = nullptr);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  using Row = std::vector<Cell>;
  /// Runs several statements without parameters.
  Result<void> script(const char* sql);
  /// Runs one statement and returns all its rows. The statement is prepared at the first use and
  /// found by the address of `sql` from then on, so `sql` must be a literal or live as long as the
  /// connection.
  Result<std::vector<Row>> query(const char* sql, Values parameters = {});
  /// The same for a statement whose rows are not wanted.
  Result<void> run(const char* sql, Values parameters = {});
  /// Runs an INSERT of one row and returns its rowid; nullopt if it inserted nothing (OR IGNORE).
  Result<std::optional<std::int64_t>> insert(const char* sql, Values parameters);
  /// A function of one text that statements may call. It must give the same result for the same
  /// text and must not throw. If it returns nullopt, the statement fails.
  using TextFunction = std::optional<std::string> (*)(std::string_view text);
  Result<void> add_function(const char* name, TextFunction of);
  /// Runs `work` in a transaction, which is rolled back if `work` returns an error or throws.
  Result<void> transaction(const std::function<Result<void>()>& work);

  /// Commits make no checkpoints of the WAL from now on, because SQLite would not report their
  /// errors. The caller must call checkpoint().
  void checkpoint_by_hand();
  /// Pages in the WAL after this connection's last commit since checkpoint_by_hand().
  int wal_pages() const;
  /// Copies the WAL into the database, as far as no reader still needs the old pages. Syncs the WAL
  /// before and the database after it.
  Result<void> checkpoint();
  /// Writes the content of the WAL over itself and syncs it; then does the same with the database
  /// pages that a checkpoint of this WAL may have written. That restores what a failed sync has
  /// lost, as long as the system still has it in memory. It changes no byte, so it may be
  /// interrupted anywhere, and readers are not disturbed.
  Result<void> write_again();
  /// Closing this connection makes no checkpoint.
  void leave_wal();

 private:
  // The connection and its prepared statements, so that SQLite's header stays out of this one.
  struct Open;
  explicit Database(std::unique_ptr<Open> open);
  static Result<Database> open_as(const std::string& path, int mode, SqliteFiles* through);
  Result<sqlite3_stmt*> prepared(const char* sql, Values parameters);
  Result<void> finish(sqlite3_stmt* statement, int code);
  Error error() const;
  std::unique_ptr<Open> open_;
};

}  // namespace alarum::alert
