#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace alarum::alert {

/// A value bound to, or read from, a statement.
using Cell = std::variant<std::nullptr_t, std::int64_t, std::string>;

inline std::int64_t integer(const Cell& cell) {
  const auto* value = std::get_if<std::int64_t>(&cell);
  return value ? *value : 0;
}
inline const std::string& text(const Cell& cell) {
  static const std::string kEmpty;
  const auto* value = std::get_if<std::string>(&cell);
  return value ? *value : kEmpty;
}

/// One connection to one SQLite file; lives on one thread. Errors: `disk_full`, `book_corrupt`, `book_error` with SQLite's own words.
class Database {
 public:
  static Result<Database> open(const std::string& path);
  /// Of a file that another process may be writing. Error `not_found`: it is not there.
  static Result<Database> open_read_only(const std::string& path);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  using Row = std::vector<Cell>;
  /// Several statements without parameters.
  Result<void> script(const char* sql);
  /// One statement, prepared once and kept; all its rows.
  Result<std::vector<Row>> query(const char* sql, const std::vector<Cell>& parameters = {});
  Result<void> run(const char* sql, const std::vector<Cell>& parameters = {});

 private:
  struct Open;
  explicit Database(std::unique_ptr<Open> open);
  static Result<Database> open_as(const std::string& path, int mode);
  Result<sqlite3_stmt*> prepared(const char* sql);
  Error error() const;
  std::unique_ptr<Open> open_;
};

}  // namespace alarum::alert
