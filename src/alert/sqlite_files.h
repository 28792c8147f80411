#pragma once
#include <memory>

#include "base/file.h"
#include "base/random.h"

namespace alarum::alert {

/// SQLite's files in a FileSystem, for databases that one thread of one process opens (a simulated
/// life). It has no time but a fixed one, its random numbers are `random`'s, and it waits for
/// nothing: who finds a database locked is refused at once. Locks and the WAL's shared memory live
/// in this object, by path. It outlives its databases.
///
/// The daemon and the tools do without: SQLite's own files have locks that hold between processes
/// (docs/decisions).
class SqliteFiles {
 public:
  /// `page_size`: of databases that are made; 0: SQLite's own. What is committed is written by the
  /// page: small ones cost a simulator less.
  SqliteFiles(FileSystem& files, Random& random, unsigned page_size = 0);
  ~SqliteFiles();
  SqliteFiles(const SqliteFiles&) = delete;
  SqliteFiles& operator=(const SqliteFiles&) = delete;

  /// What sqlite3_open_v2 knows it by.
  const char* name() const;
  FileSystem& files();
  unsigned page_size() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace alarum::alert
