#pragma once
#include <memory>

#include "base/file.h"
#include "base/random.h"

namespace alarum::alert {

/// SQLite's files in a FileSystem, so that a simulated life can lose unsynced data. For databases
/// that one thread of one process opens. Time is fixed, random numbers come from `random`, and
/// nothing waits: a locked database is an error at once. Locks and the WAL's shared memory are in
/// this object, by path. It outlives its databases, and `files` and `random` outlive it.
///
/// The daemon and the tools do not use it, because only SQLite's own files have locks that hold
/// between processes (docs/decisions).
class SqliteFiles {
 public:
  /// `page_size`: bytes of a page in databases that are created; 0: SQLite's default. A commit
  /// writes whole pages, so small ones cost a simulator less.
  SqliteFiles(FileSystem& files, Random& random, unsigned page_size = 0);
  ~SqliteFiles();
  SqliteFiles(const SqliteFiles&) = delete;
  SqliteFiles& operator=(const SqliteFiles&) = delete;

  /// The name under which sqlite3_open_v2 finds it (its `zVfs`).
  const char* name() const;
  FileSystem& files();
  unsigned page_size() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace alarum::alert
