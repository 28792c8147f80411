#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/random.h"

namespace alarum::simulation {

/// The operations that can fail or crash.
enum class Operation {
  open,
  read,
  write,
  sync,
  allocate,
  truncate,
  rename,
  remove,
  list,
  make_folder,
  sync_folder,
  lock
};
constexpr std::size_t kOperations = 12;

/// Which part of the data folder a file belongs to, by its path.
enum class Place {
  segments,
  checkpoints,
  generations,
  book,
  book_wal,
  positions,
  rejected,
  inventory,
  output,
  other
};
constexpr std::size_t kPlaces = 10;

/// How an operation ended. `crashed`: the disk froze during it. `ghost`: it came after that, from a
/// bridge that is already dead. `refused`: the file does not exist, or is locked.
enum class Outcome { done, failed, full, crashed, ghost, refused };

/// `kill`: the process ends, and the system has everything that was written. `power_cut`: what was
/// not synced is lost, in part or completely.
enum class Crash { kill, power_cut };

std::string_view to_text(Operation operation);
std::string_view to_text(Place place);
std::string_view to_text(Outcome outcome);
Place place_of(std::string_view path);

/// A bit that was flipped on the disk behind the bridge's back.
struct Damage {
  std::string path;  ///< the file's name at that time
  std::uint64_t position = 0;
  bool there = true;  ///< the file still exists and nothing has been written over that page since
};

/// A file system in memory for one thread. For each byte and each name it knows whether it is
/// durable or only written. It fails as real disks fail, and all its choices come from one random
/// stream. A file is a durable image and a list of changes since its last sync, so a sync costs
/// only what was written.
///
/// Contents become durable by a file's sync(), names by their folder's sync_folder(). Of the rest a
/// power cut leaves any sectors of the contents, and of the names of a folder the first few changes
/// in their order, as a journaling file system does (or any of them, see set_names_reorder()).
class SimulatedDisk final : public FileSystem {
 public:
  explicit SimulatedDisk(Random& random) : random_(random) {}

  Result<std::unique_ptr<File>> open(const std::string& path, bool create) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  Result<void> make_folder(const std::string& path) override;
  Result<void> sync_folder(const std::string& path) override;
  Result<std::unique_ptr<File>> lock(const std::string& path) override;

  // Faults that the bridge sees as errors. The error is `io_error`. A failed write may be done in
  // part. After a failed sync the changes count as synced but are lost at the next power cut, as on
  // Linux, where fsync reports an error only once. Other failed operations change nothing.
  using Places = std::uint32_t;  ///< a bit for each Place
  static constexpr Places kEverywhere = ~Places{0};
  static constexpr Places only(Place place) { return Places{1} << static_cast<unsigned>(place); }
  void set_fail_rate(Operation operation, double share, Places places = kEverywhere);
  /// Fails once, at the nth such operation from now on; 1 is the next one
  void fail_nth(Operation operation, std::uint64_t nth, Places places = kEverywhere);
  void clear_faults();  ///< ends failures of both kinds; damage and capacity stay
  /// Bytes that all files together may have; past it writes fail with `disk_full`
  void set_capacity(std::uint64_t bytes) { capacity_ = bytes; }
  std::uint64_t used() const { return used_; }
  void set_names_reorder(bool any) { names_reorder_ = any; }
  /// A power cut may leave a part of a sector
  void set_tears_sectors(bool tears) { tears_sectors_ = tears; }

  /// Flips one bit of a byte that was written and synced at least `age` operations ago. nullopt if
  /// there is no such byte.
  std::optional<Damage> damage_old(std::uint64_t age, Places places);
  std::vector<Damage> damages() const;  ///< all that were made, as they are now
  /// Makes some unsynced data durable, as systems do from time to time without being asked.
  void write_back();

  /// How many operations have begun; read, list and the size of a file do not count.
  std::uint64_t operations() const { return operations_; }
  /// Plans a crash at this operation (the next one is operations() + 1): the disk freezes before,
  /// during or after it. From then on every operation fails with io_error and changes nothing.
  /// reboot() cancels the plan.
  void crash_at(std::uint64_t operation, Crash kind) { crash_at_ = {operation, kind}; }
  void crash(Crash kind);  ///< freezes the disk now
  bool crashed() const { return crashed_; }
  /// The kind of the crash that froze the disk, even if another one was planned later. Only if
  /// crashed().
  Crash crashed_by() const { return crashed_by_; }
  /// Makes the state that the next incarnation finds, after a crash or an orderly end. Handles and
  /// locks of earlier incarnations are dead.
  void reboot();

  /// Called after each operation; may be empty.
  std::function<void(Operation, const std::string& path, Outcome)> on_operation;

  // For checks and for people at the simulated machine. These ignore all faults and do not count as
  // operations.
  std::optional<std::string> bytes(const std::string& path) const;  ///< as now written
  bool exists(const std::string& path) const { return names_.contains(path); }
  std::vector<std::string> paths() const;
  /// Writes a file durably, as another process would (an operator who edits rules). Makes its
  /// folder.
  void put(const std::string& path, std::string_view text);
  /// Removes a file durably, as another process would.
  void lose(const std::string& path);

 private:
  friend class SimulatedFile;
  struct Change {
    enum class Kind { write, resize } kind;
    std::uint64_t at;  ///< for a resize: the new size
    std::string bytes;
  };
  struct Inode {
    std::string now, durable;
    std::vector<Change> unsynced;
    std::vector<std::uint64_t> written;  ///< by page: the operation that wrote it last, or 0
    std::uint64_t end = 0;               ///< behind the last byte that was written, not reserved
    std::uint64_t synced = 0;            ///< the operation that synced it last
  };
  using InodePtr = std::shared_ptr<Inode>;
  using Names = std::map<std::string, InodePtr>;
  struct NameChange {
    std::string gone, there;  ///< the name that is removed, that is added; may be empty
    InodePtr inode;
  };
  enum class Extent { nothing, part, all };
  struct Nth {
    Operation operation;
    std::uint64_t left;
    Places places;
  };
  struct CrashAt {
    std::uint64_t operation;
    Crash kind;
  };
  struct Damaged {
    Damage damage;
    std::weak_ptr<Inode> inode;
    std::uint64_t written = 0;
  };

  // Every operation that changes something passes here: it counts, fails, or crashes, or `apply`
  // does it. look() is the same for operations that change nothing.
  template <class Apply>
  Result<void> attempt(Operation operation, const std::string& path, Apply apply);
  Result<void> look(Operation operation, const std::string& path);
  bool fails(Operation operation, const std::string& path);
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : random_.next() % bound; }
  bool chance(double share) { return share > 0 && random_.share() < share; }
  void report(Operation operation, const std::string& path, Outcome outcome) const;
  void change_names(NameChange change);
  static void apply(Names& names, const NameChange& change);
  Result<void> write(Inode& inode, std::uint64_t at, std::string_view bytes);
  Result<void> resize(Inode& inode, std::uint64_t size);
  void sync(Inode& inode);
  void lose_sync(Inode& inode);
  void apply_some(Inode& inode, double share);
  void cut_power();
  void count_used();

  Random& random_;
  Names names_, durable_;  // as written; as they survive a power cut
  std::map<std::string, std::vector<NameChange>> pending_;  // unsynced, by folder
  std::set<std::string> folders_{"", "/"};
  std::set<std::string> synced_folders_{"", "/"};
  std::set<std::string> locked_;
  std::uint64_t incarnation_ = 1, operations_ = 0, used_ = 0;
  std::uint64_t capacity_ = ~std::uint64_t{0};
  std::array<double, kOperations> fail_rates_{};
  std::array<Places, kOperations> fail_places_{};
  std::vector<Nth> fail_nth_;
  std::optional<CrashAt> crash_at_;
  Crash crashed_by_ = Crash::kill;
  bool crashed_ = false, names_reorder_ = false, tears_sectors_ = true;
  std::vector<Damaged> damages_;
};

}  // namespace alarum::simulation
