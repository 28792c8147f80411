#pragma once
#include <chrono>

#include "alert/posted.h"
#include "base/clock.h"
#include "engine/processor.h"
#include "journal/journal.h"

namespace alarum::app {

/// Generations that this process has compiled already, by hash; nullptr: it has not.
using FindCompiled =
    std::function<std::shared_ptr<const match::Generation>(const std::string& hash)>;

/// Finds generations that are stored beside the journal, which outlives it, and compiles them; the
/// newest one is buffered, so that a reload of what is in force costs nothing. With `missing`, the
/// one found before (at first `in_force`) stands in for one that is gone or does not load any more,
/// whose hash is added: alerts and windows of rules that are the same live on. What `compiled` has
/// is taken in place of compiling what was read; empty: nothing.
engine::FindGeneration stored_generations(journal::JournalView& journal,
                                          std::shared_ptr<const match::Generation> in_force,
                                          std::vector<std::string>* missing = nullptr,
                                          FindCompiled compiled = {});

struct Replayed {
  model::Offset from = 0;
  model::Offset records = 0;
  std::vector<journal::Unreadable> damage = {};  ///< what the replay passed over
};

/// Where a replay may take up.
struct Bounds {
  /// No checkpoint above it is used: the book would lack what came before
  model::Offset newest = 0;
  model::Offset beginning = 0;  ///< of the journal
  model::Offset lived = 0;      ///< as engine::Processor::expect()'s
  /// While the replay lasts, a checkpoint is written each time this has passed: a start that is cut
  /// short again and again gets ahead all the same.
  std::chrono::milliseconds checkpoint_every = std::chrono::seconds(10);
};

/// Brings engine and book to the end of the journal: the newest checkpoint within the bounds, then
/// every record after it that there is. Errors: those of the reader; `state_lost` when no
/// checkpoint can be used and the records before it are gone. A record that cannot be processed is
/// parked (Processor::step), and replay goes on. `clock` measures how long it takes.
/// `missing_rules`: as stored_generations() has found them by then.
Result<Replayed> recover(engine::Processor& processor, alert::Book& book, journal::Journal& journal,
                         Clock& clock, Bounds bounds,
                         const std::vector<std::string>& missing_rules = {});

/// The damage of a start: what it went over, and what of it people are to know.
struct Damage {
  /// Files and offsets that the replay needed and that could not be read; rules that are gone
  std::vector<std::string> places;
  engine::Processor::Parted parted;  ///< what engine and book no longer had in common
  std::string cause;                 ///< `the journal is damaged (offsets 40 to 79 cannot be read)`
  bool any() const { return !places.empty() || parted.any(); }
};
/// Of `unreadable` what a replay from `from` on met.
/// `inherited`: as engine::Processor's.
Damage damage_of(const std::vector<journal::Unreadable>& unreadable, model::Offset from,
                 const std::vector<std::string>& missing_rules,
                 const std::vector<std::string>& inherited = {});
/// What the ledger saves says so until people have learned of it.
void note(engine::Processor& processor, const Damage& damage);
/// Puts it into the log, loudly.
void log_damage(const Damage& damage);
/// The alert by which people learn of it, also those whose receivers are not notified of ends that
/// nobody confirmed.
alert::Posted damage_alert(const Damage& damage, Time now);

}  // namespace alarum::app
