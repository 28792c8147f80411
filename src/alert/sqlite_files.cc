// Implements SQLite's interface to a system (sqlite3_vfs, sqlite3_io_methods) by a FileSystem. The
// C functions follow https://sqlite.org/vfs.html and the comments in sqlite3.h.
#include "alert/sqlite_files.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace alarum::alert {
namespace {

// Any moment will do, because nothing in the book comes from SQLite's clock.
constexpr sqlite3_int64 kJulianMilliseconds = 212'000'000'000'000;

struct Connection;

// What all connections to one database have in common.
struct Shared {
  int open = 0, readers = 0, mapped = 0;
  const Connection *reserved = nullptr, *pending = nullptr, *exclusive = nullptr;
  std::vector<std::unique_ptr<char[]>> regions;  // the index of the WAL
  std::array<int, SQLITE_SHM_NLOCK> shm_readers{};
  std::array<const Connection*, SQLITE_SHM_NLOCK> shm_writer{};
};

// One open file: a database, its WAL or journal, or a temporary one of SQLite that is in memory
// only.
struct Connection {
  FileSystem& files;
  std::map<std::string, Shared>& all;
  std::unique_ptr<File> file;  // nullptr: the content is in `memory`
  std::string path, memory;
  Shared* shared = nullptr;  // of a database
  int level = SQLITE_LOCK_NONE;
  bool mapped = false;
  bool new_name = false;  // the folder has to be synced with the file
  std::array<bool, SQLITE_SHM_NLOCK> shm_reads{};
};

struct OpenFile {
  sqlite3_file base;
  Connection* connection;
};

Connection& of(sqlite3_file* file) {
  return *reinterpret_cast<OpenFile*>(file)->connection;
}

int code_of(const Error& error, int otherwise) {
  return error.reason == "disk_full" ? SQLITE_FULL : otherwise;
}
int code_of(const Result<void>& done, int otherwise) {
  return done ? SQLITE_OK : code_of(done.error(), otherwise);
}

std::string folder_of(const std::string& path) {
  const auto end = path.rfind('/');
  return end == path.npos ? "." : path.substr(0, end);
}

int unlock(sqlite3_file* file, int level) {
  auto& mine = of(file);
  if (!mine.shared || level >= mine.level) return SQLITE_OK;
  for (auto* lock : {&mine.shared->reserved, &mine.shared->pending, &mine.shared->exclusive}) {
    if (*lock == &mine) *lock = nullptr;
  }
  if (level == SQLITE_LOCK_NONE) --mine.shared->readers;
  mine.level = level;
  return SQLITE_OK;
}

// SQLite's locks (https://sqlite.org/lockingv3.html): several readers, one that is about to write,
// and one that waits until the readers have ended.
int lock(sqlite3_file* file, int level) {
  auto& mine = of(file);
  if (!mine.shared || level <= mine.level) return SQLITE_OK;
  auto& shared = *mine.shared;
  const auto taken = [&](const Connection* by) { return by && by != &mine; };
  if (taken(shared.exclusive) || taken(shared.pending)) return SQLITE_BUSY;
  if (level >= SQLITE_LOCK_RESERVED && taken(shared.reserved)) return SQLITE_BUSY;
  if (mine.level == SQLITE_LOCK_NONE) ++shared.readers;
  if (level >= SQLITE_LOCK_RESERVED) shared.reserved = &mine;
  if (level >= SQLITE_LOCK_PENDING) shared.pending = &mine;
  if (level == SQLITE_LOCK_EXCLUSIVE && shared.readers > 1) {
    mine.level = SQLITE_LOCK_PENDING;
    return SQLITE_BUSY;
  }
  if (level == SQLITE_LOCK_EXCLUSIVE) shared.exclusive = &mine;
  mine.level = level;
  return SQLITE_OK;
}

int check_reserved(sqlite3_file* file, int* out) {
  *out = of(file).shared && of(file).shared->reserved ? 1 : 0;
  return SQLITE_OK;
}

int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  auto& mine = of(file);
  auto& regions = mine.shared->regions;
  if (!mine.mapped) mine.mapped = true, ++mine.shared->mapped;
  const auto wanted = static_cast<std::size_t>(region);
  while (extend && regions.size() <= wanted)
    regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
  *out = wanted < regions.size() ? regions[wanted].get() : nullptr;
  return SQLITE_OK;
}

int shm_lock(sqlite3_file* file, int first, int count, int flags) {
  auto& mine = of(file);
  auto& shared = *mine.shared;
  for (auto i = static_cast<std::size_t>(first);
       (flags & SQLITE_SHM_LOCK) && i < static_cast<std::size_t>(first + count); ++i) {
    if (shared.shm_writer[i] && shared.shm_writer[i] != &mine) return SQLITE_BUSY;
    if ((flags & SQLITE_SHM_EXCLUSIVE) && shared.shm_readers[i] > (mine.shm_reads[i] ? 1 : 0))
      return SQLITE_BUSY;
  }
  for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(first + count); ++i) {
    const bool takes = flags & SQLITE_SHM_LOCK;
    if (flags & SQLITE_SHM_EXCLUSIVE) {
      shared.shm_writer[i] = takes ? &mine : nullptr;
    } else if (mine.shm_reads[i] != takes) {
      mine.shm_reads[i] = takes;
      shared.shm_readers[i] += takes ? 1 : -1;
    }
  }
  return SQLITE_OK;
}

void shm_barrier(sqlite3_file*) {}  // nothing to do with one thread

int shm_unmap(sqlite3_file* file, int) {
  auto& mine = of(file);
  if (!mine.mapped) return SQLITE_OK;
  mine.mapped = false;
  // The next connection starts from the WAL alone, as after the end of the last process.
  if (--mine.shared->mapped == 0) mine.shared->regions.clear();
  return SQLITE_OK;
}

int close(sqlite3_file* file) {
  auto* mine = &of(file);
  if (mine->shared) {
    shm_unmap(file, 0);
    unlock(file, SQLITE_LOCK_NONE);
    if (--mine->shared->open == 0) mine->all.erase(mine->path);
  }
  delete mine;
  return SQLITE_OK;
}

int read(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
  auto& mine = of(file);
  const auto wanted = static_cast<std::size_t>(size);
  const auto from = static_cast<std::uint64_t>(at);
  Result<std::string> bytes = std::string();
  if (mine.file)
    bytes = mine.file->read(from, wanted);
  else if (from < mine.memory.size())
    bytes = mine.memory.substr(from, wanted);
  if (!bytes) return SQLITE_IOERR_READ;
  std::memcpy(out, bytes->data(), bytes->size());
  if (bytes->size() == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + bytes->size(), 0, wanted - bytes->size());
  return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  auto& mine = of(file);
  const std::string_view view(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  const auto to = static_cast<std::uint64_t>(at);
  if (mine.file) return code_of(mine.file->write(to, view), SQLITE_IOERR_WRITE);
  if (mine.memory.size() < to + view.size()) mine.memory.resize(to + view.size());
  view.copy(mine.memory.data() + to, view.size());
  return SQLITE_OK;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  auto& mine = of(file);
  if (mine.file)
    return code_of(mine.file->truncate(static_cast<std::uint64_t>(size)), SQLITE_IOERR_TRUNCATE);
  mine.memory.resize(static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int sync(sqlite3_file* file, int) {
  auto& mine = of(file);
  if (!mine.file) return SQLITE_OK;
  // A full disk counts as a failed sync as well, as in SQLite's own VFS.
  if (auto done = mine.file->sync(); !done) return SQLITE_IOERR_FSYNC;
  if (!mine.new_name) return SQLITE_OK;
  if (auto done = mine.files.sync_folder(folder_of(mine.path)); !done)
    return SQLITE_IOERR_DIR_FSYNC;
  mine.new_name = false;
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* out) {
  auto& mine = of(file);
  const auto size = mine.file ? mine.file->size() : Result<std::uint64_t>(mine.memory.size());
  if (!size) return SQLITE_IOERR_FSTAT;
  *out = static_cast<sqlite3_int64>(*size);
  return SQLITE_OK;
}

int file_control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
  return 4096;
}
// The values that SQLite reports for Unix disks.
int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

constexpr sqlite3_io_methods kMethods{2,
                                      close,
                                      read,
                                      write,
                                      truncate,
                                      sync,
                                      file_size,
                                      lock,
                                      unlock,
                                      check_reserved,
                                      file_control,
                                      sector_size,
                                      characteristics,
                                      shm_map,
                                      shm_lock,
                                      shm_barrier,
                                      shm_unmap,
                                      nullptr,
                                      nullptr};

}  // namespace

struct SqliteFiles::State {
  FileSystem& files;
  Random& random;
  std::map<std::string, Shared> shared;  // by path
  std::string name;
  unsigned page_size = 0;
  sqlite3_vfs vfs{};

  static State& of(sqlite3_vfs* vfs) { return *static_cast<State*>(vfs->pAppData); }
  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags,
                  int* out_flags);
  static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder);
  static int access(sqlite3_vfs* vfs, const char* path, int flags, int* out);
  static int full_path(sqlite3_vfs* vfs, const char* path, int size, char* out);
  static int randomness(sqlite3_vfs* vfs, int size, char* out);
};

int SqliteFiles::State::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags,
                             int* out_flags) {
  auto& state = of(vfs);
  file->pMethods = nullptr;
  auto connection = std::make_unique<Connection>(Connection{.files = state.files,
                                                            .all = state.shared,
                                                            .file = {},
                                                            .path = path ? path : "",
                                                            .memory = {},
                                                            .shm_reads = {}});
  if (path) {
    auto opened = state.files.open(path, flags & SQLITE_OPEN_CREATE);
    if (!opened) return code_of(opened.error(), SQLITE_CANTOPEN);
    connection->file = std::move(*opened);
  }
  // Syncing the name of the WAL also syncs the database's name, because they are in one folder.
  connection->new_name =
      (flags & SQLITE_OPEN_CREATE) &&
      (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL));
  if (path && (flags & SQLITE_OPEN_MAIN_DB)) {
    connection->shared = &state.shared[path];
    ++connection->shared->open;
  }
  if (out_flags) *out_flags = flags;
  *reinterpret_cast<OpenFile*>(file) = {{&kMethods}, connection.release()};
  return SQLITE_OK;
}

int SqliteFiles::State::remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  auto& files = of(vfs).files;
  if (auto done = files.remove(path); !done)
    return done.error().reason == "not_found" ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE;
  return sync_folder ? code_of(files.sync_folder(folder_of(path)), SQLITE_IOERR_DIR_FSYNC)
                     : SQLITE_OK;
}

// An empty file does not count as existing, as in SQLite's own VFS.
int SqliteFiles::State::access(sqlite3_vfs* vfs, const char* path, int, int* out) {
  const auto size = file_size(of(vfs).files, path);
  if (!size && size.error().reason != "not_found") return SQLITE_IOERR_ACCESS;
  *out = size && *size > 0 ? 1 : 0;
  return SQLITE_OK;
}

int SqliteFiles::State::full_path(sqlite3_vfs*, const char* path, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", path);
  return SQLITE_OK;
}

int SqliteFiles::State::randomness(sqlite3_vfs* vfs, int size, char* out) {
  for (int i = 0; i < size; ++i) out[i] = static_cast<char>(of(vfs).random.next());
  return size;
}

SqliteFiles::SqliteFiles(FileSystem& files, Random& random, unsigned page_size)
    : state_(new State{files, random, {}, {}, page_size}) {
  state_->name = "alarum-" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
  auto& vfs = state_->vfs;
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(OpenFile);
  vfs.mxPathname = 1024;
  vfs.zName = state_->name.c_str();
  vfs.pAppData = state_.get();
  vfs.xOpen = State::open;
  vfs.xDelete = State::remove;
  vfs.xAccess = State::access;
  vfs.xFullPathname = State::full_path;
  vfs.xRandomness = State::randomness;
  vfs.xSleep = [](sqlite3_vfs*, int microseconds) { return microseconds; };
  vfs.xCurrentTime = [](sqlite3_vfs*, double* out) {
    return *out = static_cast<double>(kJulianMilliseconds) / 86'400'000.0, SQLITE_OK;
  };
  vfs.xCurrentTimeInt64 = [](sqlite3_vfs*, sqlite3_int64* out) {
    return *out = kJulianMilliseconds, SQLITE_OK;
  };
  vfs.xGetLastError = [](sqlite3_vfs*, int, char*) { return 0; };
  sqlite3_initialize();
  // SQLite takes the salts of a WAL from random numbers of the whole process, which start here.
  sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, static_cast<int>(random.next() >> 33 | 1),
                       nullptr);
  sqlite3_vfs_register(&vfs, 0);
}

SqliteFiles::~SqliteFiles() {
  sqlite3_vfs_unregister(&state_->vfs);
  sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, 0, nullptr);
}

const char* SqliteFiles::name() const {
  return state_->name.c_str();
}
FileSystem& SqliteFiles::files() {
  return state_->files;
}
unsigned SqliteFiles::page_size() const {
  return state_->page_size;
}

}  // namespace alarum::alert
