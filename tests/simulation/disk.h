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

/// What a file belongs to, by its path.
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

/// `crashed`: the disk froze within it; `ghost`: it came after that; `refused`: it is not there, or
/// it is locked.
enum class Outcome { done, failed, full, crashed, ghost, refused };

/// `kill`: the process ends, and the system still has all that was written. `power_cut`: what was
/// not synced is lost, in part or whole.
enum class Crash { kill, power_cut };

std::string_view to_text(Operation operation);
std::string_view to_text(Place place);
std::string_view to_text(Outcome outcome);
Place place_of(std::string_view path);

/// A bit that was flipped under the program.
struct Damage {
  std::string path;  ///< the file's name at that time
  std::uint64_t position = 0;
  bool there = true;  ///< the file still exists and nothing has been written over that page since
};

/// A file system in memory for one thread. It knows of each byte and each name whether it is on
/// disk or only written, fails as disks fail, and all that happens to it comes from one source of
/// random numbers. A file is a durable image and the list of changes since its last sync: a sync
/// costs what was written.
///
/// Contents last from a file's sync(), names from their folder's sync_folder(). What a power cut
/// leaves of the rest: of contents any sectors, of the names of a folder the first few changes in
/// their order, as a file system with a journal does (or any of them: set_names_reorder).
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

  // Faults that answer. What fails is `io_error`: of a write a part may be done; of a sync the
  // changes count as synced from then on and are lost at the next power cut (as Linux does it:
  // fsync reports an error once); of all others nothing is done.
  using Places = std::uint32_t;  ///< a bit for each Place
  static constexpr Places kEverywhere = ~Places{0};
  static constexpr Places only(Place place) { return Places{1} << static_cast<unsigned>(place); }
  void set_fail_rate(Operation operation, double share, Places places = kEverywhere);
  /// Once, counted from now; 1: the next
  void fail_nth(Operation operation, std::uint64_t nth, Places places = kEverywhere);
  void clear_faults();  ///< what is damaged or full stays so
  /// Of all files together: past it `disk_full`
  void set_capacity(std::uint64_t bytes) { capacity_ = bytes; }
  std::uint64_t used() const { return used_; }
  void set_names_reorder(bool any) { names_reorder_ = any; }
  /// A power cut may leave a part of a sector
  void set_tears_sectors(bool tears) { tears_sectors_ = tears; }

  /// Flips one bit of what was written and synced at least `age` operations ago. nullopt: there is
  /// no such byte.
  std::optional<Damage> damage_old(std::uint64_t age, Places places);
  std::vector<Damage> damages() const;  ///< all, as they are now
  /// The system writes to disk what it has, as it does from time to time without being asked.
  void write_back();

  /// Operations that began, of all kinds but read, list and the size of a file.
  std::uint64_t operations() const { return operations_; }
  /// At this operation (counted as operations() does: the next is operations() + 1) the disk
  /// freezes, before, within or after it. From then on every operation answers io_error and changes
  /// nothing. reboot() forgets it.
  void crash_at(std::uint64_t operation, Crash kind) { crash_at_ = {operation, kind}; }
  void crash(Crash kind);  ///< now
  bool crashed() const { return crashed_; }
  /// Which crash it was that froze the disk, whatever was planned after it. Only once crashed().
  Crash crashed_by() const { return crashed_by_; }
  /// The state that the next incarnation finds. Handles and locks of those before it are dead. Also
  /// after an end without a crash.
  void reboot();

  std::function<void(Operation, const std::string& path, Outcome)> on_operation;

  // For checks, past all faults and without being counted.
  std::optional<std::string> bytes(const std::string& path) const;  ///< as now written
  bool exists(const std::string& path) const { return names_.contains(path); }
  std::vector<std::string> paths() const;
  /// Puts a file there, on disk, as somebody else would (an operator who edits rules, a sender's
  /// log). Its folder is made.
  void put(const std::string& path, std::string_view text);
  /// Takes a file away, on disk, as somebody else would.
  void lose(const std::string& path);

 private:
  friend class SimulatedFile;
  struct Change {
    enum class Kind { write, resize } kind;
    std::uint64_t at;  ///< of a resize the new size
    std::string bytes;
  };
  struct Inode {
    std::string now, durable;
    std::vector<Change> unsynced;
    std::vector<std::uint64_t> written;  ///< by page: the operation that wrote it last; 0: none has
    std::uint64_t end = 0;               ///< of what was written, not only reserved
    std::uint64_t synced = 0;            ///< the operation that synced it last
  };
  using InodePtr = std::shared_ptr<Inode>;
  using Names = std::map<std::string, InodePtr>;
  struct NameChange {
    std::string gone, there;  ///< empty: none
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
  Names names_, durable_;
  std::map<std::string, std::vector<NameChange>> pending_;  // by folder
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
