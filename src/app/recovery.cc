#include "app/recovery.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"

namespace alarum::app {
namespace {

Result<std::shared_ptr<const match::Generation>> compile_stored(const std::string& text,
                                                                const std::string& hash,
                                                                const rules::FindInventory& find) {
  auto sources = rules::unpack(text, find);
  if (!sources) return std::unexpected(sources.error());
  Diagnostics faults;
  auto compiled = rules::compile(*sources, faults);
  if (!compiled)
    return fail("bad_generation",
                "the stored rules " + hash + " do not load any more:\n" + faults.text());
  return std::make_shared<const match::Generation>(std::move(*compiled));
}

// Whether a later attempt may succeed. Then nothing may replace what could not be read.
bool may_pass(const Error& error) {
  return error.reason == "io_error";
}

constexpr std::size_t kMostNamed = 10;

std::string named(const std::vector<std::string>& ids) {
  std::string out;
  for (std::size_t i = 0; i < std::min(ids.size(), kMostNamed); ++i)
    out += (i == 0 ? "" : ", ") + ids[i];
  return ids.size() > kMostNamed ? fmt::format("{} and {} more", out, ids.size() - kMostNamed)
                                 : out;
}

// Restores the newest usable checkpoint, and returns the offset to replay from; 0 without one. A
// checkpoint of a newer version is an error and is not skipped, because a replay by this version
// could give other results from the same records.
Result<model::Offset> restore(engine::Processor& processor, model::Offset bound,
                              journal::JournalView& journal) {
  std::vector<std::string> damaged;
  const auto load = [&] {
    auto checkpoint = journal.load_checkpoint(bound, damaged);
    for (const auto& name : damaged)
      log::warn("app", "a checkpoint is damaged and was passed over", {{"file", name}});
    damaged.clear();
    return checkpoint;
  };
  while (auto checkpoint = load()) {
    auto done = processor.restore(checkpoint->state);
    if (done) return checkpoint->offset;
    if (may_pass(done.error())) return std::unexpected(done.error());
    if (done.error().reason == "newer_format") {
      return fail("newer_format", fmt::format("the checkpoint at offset {}: {}", checkpoint->offset,
                                              done.error().message));
    }
    log::warn("app", "a checkpoint cannot be used; an older one is tried",
              {{"offset", checkpoint->offset}, {"reason", done.error().message}});
    if (checkpoint->offset == 0) break;
    bound = checkpoint->offset - 1;
  }
  return 0;
}

// The error that says what is lost and how to go on without it. `folder`: the data folder.
std::unexpected<Error> state_lost(alert::Book& book, const std::string& folder,
                                  const std::string& why) {
  const auto counts = book.counts();
  const auto held = counts ? fmt::format("{} alerts that fire and {} notifications that wait",
                                         counts->firing, counts->pending)
                           : "alerts that fire and notifications that wait";
  return fail(
      "state_lost",
      fmt::format("no checkpoint in {0}/checkpoints can be used, and what led to the "
                  "present state is no longer in the journal: {1}. "
                  "Put back a checkpoint from a backup. To go on without: mv {0} {0}.lost, "
                  "and start again. What rules remember, silences, and {2} are then lost "
                  "(nobody is notified of their end), duplicates are not recognized; the tools "
                  "still read it: alarum explain --data {0}.lost ID",
                  folder, why, held));
}

// Writes a checkpoint of the state that the book has.
Result<void> write_checkpoint(engine::Processor& processor, journal::Journal& journal) {
  constexpr std::size_t kPart = 1 << 20;
  if (auto agreed = processor.agree_with_book(); !agreed) return agreed;
  auto begun = journal.begin_checkpoint(processor.next_offset());
  if (!begun) return std::unexpected(begun.error());
  auto& draft = **begun;
  auto done = draft.add(processor.begin_save());
  while (processor.saving()) {
    const auto part = processor.save_some(kPart);
    if (done) done = draft.add(part);
  }
  if (done) return draft.finish();
  draft.give_up();
  return done;
}

}  // namespace

engine::FindGeneration stored_generations(journal::JournalView& journal,
                                          std::shared_ptr<const match::Generation> in_force,
                                          std::vector<std::string>* missing,
                                          FindCompiled compiled) {
  return [&journal, newest = std::move(in_force), missing, compiled = std::move(compiled)](
             const std::string& hash) mutable -> Result<std::shared_ptr<const match::Generation>> {
    if (newest && newest->rules().hash == hash) return newest;
    const auto text = journal.load_generation(hash);
    const auto ready = text && compiled ? compiled(hash) : nullptr;
    auto found = ready  ? Result<std::shared_ptr<const match::Generation>>(ready)
                 : text ? compile_stored(*text, hash,
                                         [&](const std::string& sha256) {
                                           return journal.load_attached(sha256);
                                         })
                        : std::unexpected(text.error());
    if (found) newest = *found;
    if (found || !missing || !newest || may_pass(found.error())) return found;
    if (std::ranges::find(*missing, hash) == missing->end()) {
      missing->push_back(hash);
      log::error("app", found.error().message, {{"reason", found.error().reason}});
    }
    return newest;
  };
}

Result<Replayed> recover(engine::Processor& processor, alert::Book& book, journal::Journal& journal,
                         Clock& clock, Bounds bounds,
                         const std::vector<std::string>& missing_rules) {
  Replayed replayed;
  const auto from = restore(processor, bounds.newest, journal.view());
  if (!from) return std::unexpected(from.error());
  replayed.from = *from;
  processor.expect(*from, bounds.lived);
  // With a checkpoint, records that are missing after it are skipped, and the replay begins with
  // the first that exists. Without one, the journal must go back to offset 0.
  const auto reader =
      journal.view().read(replayed.from > 0 ? std::max(replayed.from, bounds.beginning) : 0);
  if (!reader && reader.error().reason == "not_found") {
    return state_lost(book, journal.view().place(), reader.error().message);
  }
  if (!reader) return std::unexpected(reader.error());
  for (auto last = clock.monotonic();;) {
    auto records = (*reader)->next();
    if (!records) return std::unexpected(records.error());
    if (records->empty()) break;
    for (const auto& record : *records) {
      if (auto done = processor.prepare(record); !done) return std::unexpected(done.error());
      // A record that cannot be processed is counted, logged and skipped. But if its rules could
      // not be read, going on under other rules would change what happened.
      if (auto done = processor.step(record); !done && may_pass(done.error()))
        return std::unexpected(done.error());
    }
    if (auto done = processor.commit(); !done) return std::unexpected(done.error());
    replayed.records += records->size();
    if (clock.monotonic() - last < bounds.checkpoint_every) continue;
    if (book.syncs().doubt()) (void)book.settle();  // if that fails, no checkpoint counts
    note(processor, damage_of((*reader)->damage(), replayed.from, missing_rules));
    if (auto done = write_checkpoint(processor, journal); !done)
      log::warn("app", "no checkpoint was written",
                {{"reason", done.error().reason}, {"detail", done.error().message}});
    last = clock.monotonic();
  }
  replayed.damage = (*reader)->damage();
  return replayed;
}

Damage damage_of(const std::vector<journal::Unreadable>& unreadable, model::Offset from,
                 const std::vector<std::string>& missing_rules,
                 const std::vector<std::string>& inherited) {
  Damage damage;
  std::string lost;
  for (const auto& one : unreadable) {
    if (one.to <= std::max(one.from, from) ||
        std::ranges::find(damage.places, one.text) != damage.places.end())
      continue;
    if (damage.places.size() < kMostNamed)
      lost += fmt::format("{}{} to {}", lost.empty() ? "" : ", ", one.from, one.to - 1);
    damage.places.push_back(one.text);
  }
  if (!lost.empty()) damage.cause = "the journal is damaged (offsets " + lost + " cannot be read)";
  for (const auto& hash : missing_rules) {
    damage.places.push_back("the rules " + hash + " are gone; those on disk stand in for them");
    if (damage.cause.empty()) damage.cause = "the stored rules " + hash + " are gone";
  }
  for (const auto& place : inherited) {
    if (std::ranges::find(damage.places, place) == damage.places.end())
      damage.places.push_back(place);
    if (damage.cause.empty()) damage.cause = "a start that was cut short went over damage";
  }
  if (damage.cause.empty()) damage.cause = "what it was made of is no longer in the journal";
  return damage;
}

void note(engine::Processor& processor, const Damage& damage) {
  auto places = damage.places;
  if (places.empty() && damage.any()) places.push_back(damage.cause);
  places.resize(std::min(places.size(), kMostNamed));
  processor.note_damage(std::move(places));
}

void log_damage(const Damage& damage) {
  for (const auto& place : damage.places)
    log::error("app", "the replay went over damage", {{"reason", "corruption"}, {"detail", place}});
  const auto say = [&](const char* what, const std::vector<std::string>& ids) {
    if (!ids.empty())
      log::error("app", what,
                 {{"alerts", ids.size()}, {"ids", named(ids)}, {"cause", damage.cause}});
  };
  say("alerts that fired are no longer known: they end as lost, and those who were notified of "
      "them are notified of that",
      damage.parted.lost);
  say("alerts fire that were missing in the history: they are added, and people are notified",
      damage.parted.found);
  say("alerts fire again whose end the journal has lost: they are ended once more",
      damage.parted.over);
  say("alerts fire on whose end the journal has lost, because events came after it: people are "
      "notified again",
      damage.parted.again);
}

alert::Posted damage_alert(const Damage& damage, Time now) {
  alert::Posted posted;
  posted.labels = {{"alertname", std::string(engine::kDamageAlert)}, {"severity", "critical"}};
  posted.starts_at = now;
  posted.ends_at = now + std::chrono::hours(24);
  auto text = damage.cause + ". " +
              (damage.parted.lost.empty()
                   ? "No alert that fired was lost."
                   : fmt::format("{} alerts that fired are no longer known, have ended as lost and "
                                 "are not watched: {}.",
                                 damage.parted.lost.size(), named(damage.parted.lost)));
  for (std::size_t i = 0; i < std::min(damage.places.size(), kMostNamed); ++i)
    text += ' ' + damage.places[i] + '.';
  posted.annotations = {{"summary", "Alarum started from a damaged data folder"},
                        {"description", text},
                        {"runbook",
                         "Whether the faults behind lost alerts are over is not known: look at "
                         "them (alarum history, reason lost). Silences that were set or ended, and "
                         "alerts that were acknowledged, in the offsets "
                         "that cannot be read are as they were before: look at alarum silence "
                         "query. Check the disk."}};
  return posted;
}

}  // namespace alarum::app
