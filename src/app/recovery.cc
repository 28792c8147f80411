#include "app/recovery.h"

#include <fmt/format.h>

#include "base/log.h"
#include "journal/generations.h"
#include "journal/reader.h"

namespace alarum::app {
namespace {

Result<std::shared_ptr<const match::Generation>> compile_stored(const std::string& text, const std::string& hash) {
  auto sources = rules::unpack(text);
  if (!sources) return std::unexpected(sources.error());
  Diagnostics faults;
  auto compiled = rules::compile(*sources, faults);
  if (!compiled) return fail("bad_generation", "the stored rules " + hash + " do not load any more:\n" + faults.text());
  return std::make_shared<const match::Generation>(std::move(*compiled));
}

// The offset to replay from: behind the newest checkpoint that can be used, else 0.
model::Offset restore(engine::Ledger& ledger, model::Offset bound, journal::Checkpoints& checkpoints) {
  std::vector<std::string> damaged;
  const auto load = [&] {
    auto checkpoint = checkpoints.load(bound, damaged);
    for (const auto& name : damaged) log::warn("app", "a checkpoint is damaged and was passed over", {{"file", name}});
    damaged.clear();
    return checkpoint;
  };
  while (auto checkpoint = load()) {
    auto done = ledger.restore(checkpoint->state);
    if (done) return checkpoint->offset;
    log::warn("app", "a checkpoint cannot be used; an older one is tried",
              {{"offset", checkpoint->offset}, {"reason", done.error().message}});
    if (checkpoint->offset == 0) break;
    bound = checkpoint->offset - 1;
  }
  return 0;
}

// Says what is lost, and how to go on without it.
std::unexpected<Error> state_lost(alert::Book& book, const std::string& folder, const std::string& why) {
  const auto counts = book.counts();
  const auto held = counts ? fmt::format("{} alerts that fire and {} notifications that wait", counts->firing, counts->pending) : "alerts that fire and notifications that wait";
  return fail("state_lost", fmt::format("no checkpoint in {0}/checkpoints can be used, and what led to the present state is no longer in the journal: {1}. "
                                        "Put back a checkpoint from a backup. To go on without: mv {0} {0}.lost, and start again. What rules remember, silences, and {2} are then lost "
                                        "(nobody is told of their end), duplicates are not known; the tools still read it: alarum explain --data {0}.lost ID",
                                        folder, why, held));
}

// The ledger is at the book's end, or behind it.
Result<void> write_checkpoint(engine::Ledger& ledger, journal::Checkpoints& checkpoints) {
  constexpr std::size_t kPart = 1 << 20;
  auto draft = checkpoints.begin(ledger.next_offset());
  if (!draft) return std::unexpected(draft.error());
  auto done = draft->add(ledger.begin_save());
  while (ledger.saving()) {
    const auto part = ledger.save_some(kPart);
    if (done) done = draft->add(part);
  }
  if (done) return checkpoints.finish(std::move(*draft));
  checkpoints.give_up(std::move(*draft));
  return done;
}

}  // namespace

engine::FindGeneration stored_generations(journal::FileSystem& files, std::string folder,
                                          std::shared_ptr<const match::Generation> in_force) {
  return [&files, folder = std::move(folder), newest = std::move(in_force)](
             const std::string& hash) mutable -> Result<std::shared_ptr<const match::Generation>> {
    if (newest && newest->rules().hash == hash) return newest;
    auto text = journal::load_generation(files, folder, hash);
    if (!text) return std::unexpected(text.error());
    auto found = compile_stored(*text, hash);
    if (found) newest = *found;
    return found;
  };
}

Result<Replayed> recover(engine::Ledger& ledger, alert::Book& book,
                         journal::Checkpoints& checkpoints, journal::FileSystem& files, const std::string& folder,
                         std::chrono::milliseconds checkpoint_every) {
  Replayed replayed;
  replayed.from = restore(ledger, book.processed(), checkpoints);
  auto reader = journal::Reader::open(files, folder, replayed.from);
  if (!reader && reader.error().reason == "not_found") {
    return state_lost(book, folder, reader.error().message);
  }
  if (!reader) return std::unexpected(reader.error());
  for (auto last = std::chrono::steady_clock::now();;) {
    auto records = reader->next();
    if (!records) return std::unexpected(records.error());
    if (records->empty()) return replayed;
    for (const auto& record : *records) (void)ledger.step(record);  // what it cannot process is parked and in the log
    if (auto done = ledger.commit(); !done) return std::unexpected(done.error());
    replayed.records += records->size();
    if (std::chrono::steady_clock::now() - last < checkpoint_every) continue;
    if (auto done = write_checkpoint(ledger, checkpoints); !done) log::warn("app", "no checkpoint was written", {{"reason", done.error().reason}, {"detail", done.error().message}});
    last = std::chrono::steady_clock::now();
  }
}

}  // namespace alarum::app
