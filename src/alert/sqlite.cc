#include "alert/sqlite.h"

#include <sqlite3.h>
#include <unistd.h>

#include <unordered_map>

namespace alarum::alert {

struct Database::Open {
  sqlite3* handle = nullptr;
  std::unordered_map<const char*, sqlite3_stmt*> statements;  // by the address of their literal text
  ~Open() {
    for (const auto& [sql, statement] : statements) sqlite3_finalize(statement);
    sqlite3_close(handle);
  }
};

namespace {

void bind(sqlite3_stmt* statement, int at, const Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    sqlite3_bind_int64(statement, at, *number);
  } else if (const auto* words = std::get_if<std::string>(&cell)) {
    sqlite3_bind_text64(statement, at, words->data(), words->size(), SQLITE_STATIC, SQLITE_UTF8);
  } else {
    sqlite3_bind_null(statement, at);
  }
}

Cell read(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return nullptr;
    case SQLITE_INTEGER:
      return static_cast<std::int64_t>(sqlite3_column_int64(statement, column));
    default: {
      const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return std::string(bytes ? bytes : "", static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
    }
  }
}

}  // namespace

Database::Database(std::unique_ptr<Open> open) : open_(std::move(open)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::string& path) { return open_as(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE); }

Result<Database> Database::open_read_only(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0) return fail("not_found", path + " is not there");
  return open_as(path, SQLITE_OPEN_READONLY);
}

Result<Database> Database::open_as(const std::string& path, int mode) {
  auto open = std::make_unique<Open>();
  const int flags = mode | SQLITE_OPEN_NOMUTEX;
  const bool ok = sqlite3_open_v2(path.c_str(), &open->handle, flags, nullptr) == SQLITE_OK;
  Database database(std::move(open));
  if (!ok) return fail("book_error", path + ": " + database.error().message);
  sqlite3_busy_timeout(database.open_->handle, 2000);
  return database;
}

Result<void> Database::script(const char* sql) {
  if (sqlite3_exec(open_->handle, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return std::unexpected(error());
  return {};
}

Result<sqlite3_stmt*> Database::prepared(const char* sql) {
  auto& statement = open_->statements[sql];
  if (!statement && sqlite3_prepare_v2(open_->handle, sql, -1, &statement, nullptr) != SQLITE_OK) return std::unexpected(error());
  return statement;
}

Result<std::vector<Database::Row>> Database::query(const char* sql, const std::vector<Cell>& parameters) {
  const auto statement = prepared(sql);
  if (!statement) return std::unexpected(statement.error());
  for (std::size_t i = 0; i < parameters.size(); ++i) bind(*statement, static_cast<int>(i) + 1, parameters[i]);
  std::vector<Row> rows;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(*statement)) == SQLITE_ROW) {
    Row row;
    for (int column = 0; column < sqlite3_column_count(*statement); ++column) row.push_back(read(*statement, column));
    rows.push_back(std::move(row));
  }
  const auto fault = error();
  sqlite3_reset(*statement);
  sqlite3_clear_bindings(*statement);
  if (code != SQLITE_DONE) return std::unexpected(fault);
  return rows;
}

Result<void> Database::run(const char* sql, const std::vector<Cell>& parameters) {
  auto rows = query(sql, parameters);
  if (!rows) return std::unexpected(rows.error());
  return {};
}

Error Database::error() const {
  const int code = sqlite3_errcode(open_->handle);
  const char* reason = code == SQLITE_FULL ? "disk_full" : code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? "book_corrupt" : "book_error";
  return {reason, std::string("SQLite: ") + sqlite3_errmsg(open_->handle)};
}

}  // namespace alarum::alert
