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

/// The data folder, opened: journal and book, and the engine and the ledger that the start makes of
/// them. A start first opens, then recovers. Afterwards the journal is its writer's,
/// and book, engine and ledger are the engine stage's.
class Storage {
 public:
  struct World {
    FileSystem& files;
    Clock& clock;
    alert::SqliteFiles* sqlite = nullptr;  ///< nullptr: SQLite opens its files itself
  };
  /// Opens journal and book, and stores the rules in force, with their `inventory` if they have
  /// one. Errors: those of both.
  static Result<std::unique_ptr<Storage>> open(
      const InForce& in_force, const std::shared_ptr<const rules::InventoryText>& inventory,
      World world, FindCompiled compiled);

  /// Brings engine and book to the end of the journal, and to the same state, whatever was lost.
  /// Errors: those of recover().
  /// `outlets`: where nothing recorded says others.
  Result<void> recover(engine::DeliveryConfig outlets, std::chrono::milliseconds checkpoint_every);

  journal::Journal& journal() { return *journal_; }
  const journal::Journal& journal() const { return *journal_; }
  alert::Book& book() { return *book_; }
  engine::Engine& engine() { return *engine_; }
  engine::Processor& processor() { return *processor_; }
  std::string book_path() const { return folder_ + "/book.sqlite"; }

  /// That the start found.
  const Damage& damage() const { return damage_; }
  /// Events that were processed before this process began to count.
  std::uint64_t stepped_before() const { return stepped_before_; }
  /// A checkpoint is worth having at once.
  bool recovered_slowly() const { return slowly_; }

 private:
  Storage(std::string folder, World world) : folder_(std::move(folder)), world_(world) {}
  Result<void> check_rules();
  Result<void> save_rules(const match::Generation& generation,
                          const rules::InventoryText* inventory);
  Result<void> open_book();
  Result<void> sync_book();
  Result<void> replay(std::chrono::milliseconds checkpoint_every);
  Result<void> reconcile(const Replayed& replayed);

  const std::string folder_;
  const World world_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<alert::Book> book_;
  bool had_book_ = false;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<engine::Processor> processor_;
  std::vector<std::string> missing_rules_;  // hashes; the engine's thread, once it runs
  Damage damage_;
  std::uint64_t stepped_before_ = 0;
  bool slowly_ = false;
};

}  // namespace alarum::app
