#include "app/storage.h"

#include "base/log.h"
#include "journal/embedded.h"
#include "tools/past.h"

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

journal::Options journal_options(const config::Config& config) {
  journal::Options options;
  options.folder = config.data;
  options.segment_size = config.journal.segment_size;
  options.max_size = config.journal.max_size;
  options.retention = config.journal.retention;
  options.keep_all = config.journal.keep == config::Journal::Keep::all;
  options.dedup_window = config.dedup.window;
  options.dedup_max = config.dedup.max;
  return options;
}

}  // namespace

Result<std::unique_ptr<Storage>> Storage::open(
    const InForce& in_force, const std::shared_ptr<const rules::InventoryText>& inventory,
    World world, FindCompiled compiled) {
  std::unique_ptr<Storage> storage(new Storage(in_force.config.data, world));
  if (auto done = world.files.make_folder(storage->folder_); !done)
    return std::unexpected(done.error());
  auto journal = journal::open_embedded(journal_options(in_force.config), world.files, world.clock);
  if (!journal) return std::unexpected(journal.error());
  storage->journal_ = std::move(*journal);
  const auto generation = in_force.generation.get();
  if (generation->rules().hash != storage->journal_->opened().generation_hash) {
    if (auto done = storage->check_rules(); !done) return std::unexpected(done.error());
  }
  if (auto done = storage->save_rules(*generation, inventory.get()); !done)
    return std::unexpected(done.error());
  if (auto done = storage->open_book(); !done) return std::unexpected(done.error());
  auto stored = stored_generations(storage->journal_->view(), generation, &storage->missing_rules_,
                                   std::move(compiled));
  storage->engine_ = std::make_unique<engine::Engine>(
      [&in_force, stored = std::move(stored)](
          const std::string& hash) -> Result<std::shared_ptr<const match::Generation>> {
        auto coming = in_force.coming.get();
        if (coming && coming->rules().hash == hash) return coming;
        return stored(hash);
      });
  return storage;
}

// The rules that were in force last are needed to go on from there. If a newer version wrote them,
// the start is rejected, because no other rules may replace them.
Result<void> Storage::check_rules() {
  const auto hash = journal_->opened().generation_hash;
  const auto text = journal_->view().load_generation(hash);
  if (!text) return {};
  const auto known = rules::unpack(*text, [](const std::string&) { return std::string(); });
  if (known || known.error().reason != "newer_format") return {};
  return fail("newer_format", folder_ + "/generations/" + hash + ": " + known.error().message);
}

// Stores the text of the rules in force. If its file is gone or damaged, it is written again while
// the text is known.
Result<void> Storage::save_rules(const match::Generation& generation,
                                 const rules::InventoryText* inventory) {
  const auto& rules = generation.rules();
  if (!inventory) return journal_->store_generation(rules.hash, {rules.text});
  return journal_->store_generation(rules.hash, {rules.text, inventory->sha256, inventory->text});
}

Result<void> Storage::open_book() {
  const auto size = file_size(world_.files, book_path());
  had_book_ = size && *size > 0;  // an empty file counts as none, since SQLite makes a book of it
  auto book = alert::Book::open(book_path(), world_.sqlite);
  if (!book) return std::unexpected(book.error());
  book_ = std::move(*book);
  // SQLite syncs its WAL only now and then, and a power cut puts the book back to that point. A
  // checkpoint that is ahead of the book could not be used, so the book is synced before it.
  journal_->checkpoints_rely_on([this] { return sync_book(); });
  journal_->raise_to(book_->processed());
  return {};
}

// If there is no WAL file, everything is in the database file.
Result<void> Storage::sync_book() {
  const auto wal = world_.files.open(book_path() + "-wal", false);
  if (!wal)
    return wal.error().reason == "not_found" ? Result<void>() : std::unexpected(wal.error());
  return book_->syncs().sync([&] { return (*wal)->sync(); });
}

Result<void> Storage::recover(engine::DeliveryConfig outlets,
                              std::chrono::milliseconds checkpoint_every) {
  processor_ =
      std::make_unique<engine::Processor>(*engine_, *book_, std::move(outlets), delivery_config_of);
  return replay(checkpoint_every);
}

// A book that was deleted is made again from the newest checkpoint, which knows what fires. A
// replay from the beginning would notify people of everything again.
Result<void> Storage::replay(std::chrono::milliseconds checkpoint_every) {
  const auto began = world_.clock.monotonic();
  const auto opened = journal_->opened();
  // Without the book, the receipts in the journal say what was sent.
  const auto bounds =
      had_book_
          ? Bounds{book_->processed(), opened.first_offset, opened.end_offset, checkpoint_every}
          : Bounds{~model::Offset{0}, opened.first_offset, 0, checkpoint_every};
  auto replayed =
      app::recover(*processor_, *book_, *journal_, world_.clock, bounds, missing_rules_);
  if (!replayed) return std::unexpected(replayed.error());
  if (!had_book_ && std::max(replayed->from, opened.end_offset) > 0) {
    log::warn("app",
              "there was no book: it is made again from the newest checkpoint and the journal. The "
              "history before that, dead letters, and ends that still waited to be sent are lost",
              {{"file", book_path()}, {"from", replayed->from}});
  }
  if (!had_book_) {
    if (auto done = book_->commit({{}, {}, {}, {}, replayed->from, replayed->from}); !done)
      return done;
  }
  journal_->raise_to(replayed->from);
  journal_->raise_time_to(processor_->now());
  const auto oldest = journal_->view().oldest_checkpoint();
  journal_->expect_from(std::min(replayed->from, oldest.value_or(replayed->from)));
  if (auto done = reconcile(*replayed); !done) return done;
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(world_.clock.monotonic() - began);
  // Both the journal's totals and the engine are at the end of the journal now.
  stepped_before_ = tools::written(opened.totals) - processor_->counts().events;
  slowly_ = took > 1s;
  log::info("app", "replayed",
            {{"from", replayed->from}, {"records", replayed->records}, {"ms", took.count()}});
  return {};
}

// Makes the engine and what people were notified of agree again, whatever was lost.
Result<void> Storage::reconcile(const Replayed& replayed) {
  auto opened = journal_->opened();
  auto& unreadable = opened.damage;
  unreadable.insert(unreadable.end(), replayed.damage.begin(), replayed.damage.end());
  damage_ = damage_of(unreadable, replayed.from, missing_rules_, processor_->inherited_damage());
  if (!had_book_ && damage_.places.empty())
    damage_.cause = "the history (book.sqlite) was missing and has been rebuilt";
  const auto reason = "not confirmed: " + damage_.cause +
                      "; the bridge no longer knows this alert and does not watch it any more";
  auto parted = processor_->reconcile({opened.end_offset, world_.clock.wall(), reason});
  if (!parted) return std::unexpected(parted.error());
  damage_.parted = std::move(*parted);
  note(*processor_, damage_);
  log_damage(damage_);
  return {};
}

}  // namespace alarum::app
