#pragma once
#include <memory>

#include "base/file.h"
#include "base/random.h"

namespace alarum::alert {

/// SQLite's files in a FileSystem, for databases that one thread of one process opens (a simulated life). It has no time but a fixed one, its random numbers are `random`'s, and it waits for
/// nothing: who finds a database locked is refused at once. Locks and the WAL's shared memory live in this object, by path. It outlives its databases.
///
/// The daemon and the tools do without: SQLite's own files have locks that hold between processes (docs/decisions).
class SqliteFiles {
 public:
  SqliteFiles(FileSystem& files, Random& random);
  ~SqliteFiles();
  SqliteFiles(const SqliteFiles&) = delete;
  SqliteFiles& operator=(const SqliteFiles&) = delete;

  /// What sqlite3_open_v2 knows it by.
  const char* name() const;
  FileSystem& files();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace alarum::alert
