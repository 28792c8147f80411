#pragma once
#include <memory>
#include <string>
#include <vector>

#include "alert/book.h"
#include "alert/sqlite_files.h"
#include "app/in_force.h"
#include "app/recovery.h"
#include "base/clock.h"
#include "base/file.h"
#include "engine/processor.h"
#include "journal/journal.h"

namespace alarum::app {

/// The opened data folder: journal and book, and the engine and the processor that a start builds
/// from them. A start calls open(), then recover(), on the main thread. After that the journal
/// belongs to its writer, and book, engine and processor to the engine's thread. Owned by Core.
class Storage {
 public:
  struct World {
    FileSystem& files;
    Clock& clock;
    alert::SqliteFiles* sqlite = nullptr;  ///< nullptr: SQLite opens its files itself
  };
  /// Opens journal and book, and stores the rules in force, with their `inventory` if they have
  /// one. Errors: those of journal and book; `newer_format` if a newer version wrote the rules that
  /// were in force last.
  static Result<std::unique_ptr<Storage>> open(
      const InForce& in_force, const std::shared_ptr<const rules::InventoryText>& inventory,
      World world, FindCompiled compiled);

  /// Brings engine and book to the end of the journal, and makes them agree about which alerts
  /// fire, whatever was lost. Errors: those of app::recover().
  /// `outlets`: the delivery config to use until a record or checkpoint names another.
  Result<void> recover(engine::DeliveryConfig outlets, std::chrono::milliseconds checkpoint_every);

  journal::Journal& journal() { return *journal_; }
  const journal::Journal& journal() const { return *journal_; }
  alert::Book& book() { return *book_; }
  engine::Engine& engine() { return *engine_; }
  engine::Processor& processor() { return *processor_; }
  std::string book_path() const { return folder_ + "/book.sqlite"; }

  /// The damage that the start found.
  const Damage& damage() const { return damage_; }
  /// Events that were processed before this process began to count, for the audit.
  std::uint64_t stepped_before() const { return stepped_before_; }
  /// Whether the replay took more than a second, so that a checkpoint should be made at once.
  bool recovered_slowly() const { return slowly_; }

 private:
  Storage(std::string folder, World world) : folder_(std::move(folder)), world_(world) {}
  // Whether this version can read the rules that were in force last.
  Result<void> check_rules();
  Result<void> save_rules(const match::Generation& generation,
                          const rules::InventoryText* inventory);
  Result<void> open_book();
  // Syncs the book's WAL. The journal calls it before a checkpoint counts, on the writing thread.
  Result<void> sync_book();
  Result<void> replay(std::chrono::milliseconds checkpoint_every);
  // Compares the firing alerts of book and engine, and sets damage_.
  Result<void> reconcile(const Replayed& replayed);

  const std::string folder_;  // the data folder
  const World world_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<alert::Book> book_;
  bool had_book_ = false;  // the book existed when it was opened
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<engine::Processor> processor_;
  std::vector<std::string> missing_rules_;  // hashes; used by the engine's thread once it runs
  Damage damage_;
  std::uint64_t stepped_before_ = 0;
  bool slowly_ = false;
};

}  // namespace alarum::app
