#include "alert/sqlite.h"

#include <sqlite3.h>
#include <unistd.h>

#include <set>
#include <unordered_map>

#include "alert/sqlite_files.h"

namespace alarum::alert {

struct Database::Open {
  sqlite3* handle = nullptr;
  // By the address of the SQL text.
  std::unordered_map<const char*, sqlite3_stmt*> statements;
  int wal_pages = 0;
  ~Open() {
    for (const auto& [sql, statement] : statements) sqlite3_finalize(statement);
    sqlite3_close(handle);
  }
};

namespace {

void bind(sqlite3_stmt* statement, int at, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    sqlite3_bind_int64(statement, at, *number);
  } else if (const auto* words = std::get_if<std::string_view>(&value)) {
    // An empty view may have no address, and SQLite would bind it as NULL.
    sqlite3_bind_text64(statement, at, words->data() ? words->data() : "", words->size(),
                        SQLITE_STATIC, SQLITE_UTF8);
  } else {
    sqlite3_bind_null(statement, at);
  }
}

// Tells people what they can do about a damaged book, and what is lost.
std::string way_out(const char* file) {
  const std::string path(file ? file : "the book");
  const auto aside = path.substr(0, path.rfind('/') + 1) + "corrupt";
  return ". " + path +
         " is damaged. Put it back from a backup, without a file of that name and -wal: it is "
         "brought up to date from the journal. Without a backup: stop, mkdir " +
         aside + " && mv " + path + "* " + aside +
         "/ and start again: it is made again from the newest checkpoint and the journal, and "
         "people are notified once more of the alerts that fire. Lost are the history of alerts "
         "before that, dead letters, "
         "and ends of alerts that still waited to be sent";
}

// The format of the WAL (https://sqlite.org/fileformat2.html#walformat): a header that contains the
// page size, then frames. A frame is a header that begins with the page's number, then the page.
// Numbers are big-endian.
constexpr std::size_t kWalHeader = 32, kPageSizeAt = 8, kFrameHeader = 24;

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = at; i < at + 4; ++i)
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

// A file of SQLite's, accessed by SQLite's own handle. To open the file again and close it would
// release SQLite's locks (POSIX fcntl).
class OpenedFile {
 public:
  OpenedFile(sqlite3* handle, int which) { sqlite3_file_control(handle, "main", which, &file_); }
  bool is_open() const { return file_ && file_->pMethods; }
  int size(sqlite3_int64& out) const { return file_->pMethods->xFileSize(file_, &out); }
  int sync() const { return file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL); }
  /// Reads bytes.size() bytes and writes them to the same place.
  int write_over(std::uint64_t at, std::string& bytes) const {
    const auto size = static_cast<int>(bytes.size());
    const auto from = static_cast<sqlite3_int64>(at);
    if (const int code = file_->pMethods->xRead(file_, bytes.data(), size, from); code != SQLITE_OK)
      return code;
    return file_->pMethods->xWrite(file_, bytes.data(), size, from);
  }

 private:
  sqlite3_file* file_ = nullptr;
};

// Writes all frames again, also those of earlier rounds, because only SQLite knows which of them
// count. `page` gets the size of a page; it stays empty if the header has no page size, because
// then no frame counts.
int write_wal_again(const OpenedFile& wal, std::string& page, std::set<std::uint32_t>& pages) {
  sqlite3_int64 size = 0;
  if (const int code = wal.size(size); code != SQLITE_OK) return code;
  const auto end = static_cast<std::uint64_t>(size);
  if (end < kWalHeader) return SQLITE_OK;
  std::string header(kWalHeader, 0);
  if (const int code = wal.write_over(0, header); code != SQLITE_OK) return code;
  const auto page_size = number_at(header, kPageSizeAt);
  if (page_size >= 512 && page_size <= 65'536) page.resize(page_size);
  std::string frame(kFrameHeader + page.size(), 0);
  for (std::uint64_t at = kWalHeader; !page.empty() && at + frame.size() <= end;
       at += frame.size()) {
    if (const int code = wal.write_over(at, frame); code != SQLITE_OK) return code;
    pages.insert(number_at(frame, 0));
  }
  return wal.sync();
}

// If a checkpoint leaves pages in the WAL for readers, it does not sync the database, and the next
// checkpoint does not write these pages again. So they would be lost too if that one's sync fails.
int write_pages_again(const OpenedFile& database, std::string& page,
                      const std::set<std::uint32_t>& pages) {
  sqlite3_int64 size = 0;
  if (const int code = database.size(size); code != SQLITE_OK) return code;
  for (const std::uint64_t number : pages) {
    if (number == 0 || number * page.size() > static_cast<std::uint64_t>(size)) continue;
    if (const int code = database.write_over((number - 1) * page.size(), page); code != SQLITE_OK)
      return code;
  }
  return database.sync();
}

// The WAL comes first, because the pages in the database came from it.
int write_files_again(sqlite3* handle) {
  const OpenedFile wal(handle, SQLITE_FCNTL_JOURNAL_POINTER),
      database(handle, SQLITE_FCNTL_FILE_POINTER);
  std::string page;
  std::set<std::uint32_t> pages;
  if (!wal.is_open()) return SQLITE_OK;
  if (const int code = write_wal_again(wal, page, pages); code != SQLITE_OK) return code;
  return pages.empty() ? SQLITE_OK : write_pages_again(database, page, pages);
}

void call_text_function(sqlite3_context* context, int, sqlite3_value** values) {
  const auto of = reinterpret_cast<Database::TextFunction>(sqlite3_user_data(context));
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
  if (!text) return sqlite3_result_null(context);
  const auto out = of({text, static_cast<std::size_t>(sqlite3_value_bytes(values[0]))});
  if (!out) return sqlite3_result_error(context, "a text that cannot be read", -1);
  sqlite3_result_text64(context, out->data(), out->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

bool is_sync(int code) {
  return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

Cell read(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return nullptr;
    case SQLITE_INTEGER:
      return static_cast<std::int64_t>(sqlite3_column_int64(statement, column));
    default: {
      const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return std::string(bytes ? bytes : "",
                         static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
    }
  }
}

}  // namespace

Database::Database(std::unique_ptr<Open> open) : open_(std::move(open)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::string& path, SqliteFiles* through) {
  return open_as(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, through);
}

Result<Database> Database::open_read_only(const std::string& path, SqliteFiles* through) {
  if (through) {
    if (auto there = through->files().open(path, false); !there)
      return std::unexpected(there.error());
  } else if (access(path.c_str(), F_OK) != 0) {
    return fail("not_found", path + " is not there");
  }
  return open_as(path, SQLITE_OPEN_READONLY, through);
}

Result<Database> Database::open_as(const std::string& path, int mode, SqliteFiles* through) {
  auto open = std::make_unique<Open>();
  const int flags = mode | SQLITE_OPEN_NOMUTEX;
  const bool ok = sqlite3_open_v2(path.c_str(), &open->handle, flags,
                                  through ? through->name() : nullptr) == SQLITE_OK;
  Database database(std::move(open));
  if (!ok) return fail("history_error", path + ": " + database.error().message);
  sqlite3_busy_timeout(database.open_->handle, 2000);
  if (through && through->page_size() > 0) {
    const auto sql = "PRAGMA page_size = " + std::to_string(through->page_size());
    if (auto done = database.script(sql.c_str()); !done) return std::unexpected(done.error());
  }
  return database;
}

Result<void> Database::script(const char* sql) {
  if (sqlite3_exec(open_->handle, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return std::unexpected(error());
  return {};
}

Result<sqlite3_stmt*> Database::prepared(const char* sql, Values parameters) {
  auto& statement = open_->statements[sql];
  if (!statement && sqlite3_prepare_v3(open_->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                       &statement, nullptr) != SQLITE_OK)
    return std::unexpected(error());
  int at = 0;
  for (const auto& value : parameters) bind(statement, ++at, value);
  return statement;
}

// Parameters stay bound to texts that are gone. That is safe, because the next use binds all of
// them again before anything reads them.
Result<void> Database::finish(sqlite3_stmt* statement, int code) {
  if (code == SQLITE_DONE) return sqlite3_reset(statement), Result<void>();
  const auto fault = error();
  sqlite3_reset(statement);
  return std::unexpected(fault);
}

Result<std::vector<Database::Row>> Database::query(const char* sql, Values parameters) {
  const auto statement = prepared(sql, parameters);
  if (!statement) return std::unexpected(statement.error());
  std::vector<Row> rows;
  int code = SQLITE_ROW;
  const int columns = sqlite3_column_count(*statement);
  while ((code = sqlite3_step(*statement)) == SQLITE_ROW) {
    auto& row = rows.emplace_back();
    row.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) row.push_back(read(*statement, column));
  }
  if (auto done = finish(*statement, code); !done) return std::unexpected(done.error());
  return rows;
}

Result<void> Database::run(const char* sql, Values parameters) {
  const auto statement = prepared(sql, parameters);
  if (!statement) return std::unexpected(statement.error());
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(*statement)) == SQLITE_ROW) continue;
  return finish(*statement, code);
}

Result<std::optional<std::int64_t>> Database::insert(const char* sql, Values parameters) {
  if (auto done = run(sql, parameters); !done) return std::unexpected(done.error());
  return sqlite3_changes(open_->handle) > 0
             ? std::optional<std::int64_t>(sqlite3_last_insert_rowid(open_->handle))
             : std::nullopt;
}

Result<void> Database::add_function(const char* name, TextFunction of) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  auto* const data = reinterpret_cast<void*>(of);
  if (sqlite3_create_function_v2(open_->handle, name, 1, kFlags, data, call_text_function, nullptr,
                                 nullptr, nullptr) != SQLITE_OK)
    return std::unexpected(error());
  return {};
}

Result<void> Database::transaction(const std::function<Result<void>()>& work) {
  if (auto begun = run("BEGIN IMMEDIATE"); !begun) return begun;
  try {
    auto done = work();
    if (done) done = run("COMMIT");
    if (!done) (void)run("ROLLBACK");
    return done;
  } catch (...) {
    (void)run("ROLLBACK");
    throw;
  }
}

void Database::checkpoint_by_hand() {
  const auto note = [](void* pages, sqlite3*, const char*, int count) {
    return *static_cast<int*>(pages) = count, SQLITE_OK;
  };
  sqlite3_wal_hook(open_->handle, note, &open_->wal_pages);
}

int Database::wal_pages() const {
  return open_->wal_pages;
}

Result<void> Database::checkpoint() {
  return run("PRAGMA wal_checkpoint(PASSIVE)");
}

// Within a transaction no other connection writes to the WAL or restarts it.
Result<void> Database::write_again() {
  return transaction([this]() -> Result<void> {
    const int code = write_files_again(open_->handle);
    if (code == SQLITE_OK) return {};
    const char* file = sqlite3_db_filename(open_->handle, "main");
    return fail(is_sync(code) ? "sync_failed" : "history_error",
                std::string("cannot write ") + (file ? file : "the book") +
                    " and its -wal again: SQLite: " + sqlite3_errstr(code));
  });
}

void Database::leave_wal() {
  sqlite3_db_config(open_->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Error Database::error() const {
  const int code = sqlite3_errcode(open_->handle);
  const bool failed_sync = is_sync(sqlite3_extended_errcode(open_->handle));
  const char* reason = code == SQLITE_FULL                               ? "disk_full"
                       : code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? "book_corrupt"
                       : failed_sync                                     ? "sync_failed"
                                                                         : "history_error";
  auto message = std::string("SQLite: ") + sqlite3_errmsg(open_->handle);
  const char* file = sqlite3_db_filename(open_->handle, "main");
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
    message += std::string(": another program holds ") + (file ? file : "the book") +
               " locked; close it (fuser says which one it is)";
  if (failed_sync)
    message += std::string(": cannot sync ") + (file ? file : "the book") + " or its -wal";
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) message += way_out(file);
  return {reason, std::move(message)};
}

}  // namespace alarum::alert
