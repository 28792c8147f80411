#pragma once
#include <chrono>

#include "alert/posted.h"
#include "base/clock.h"
#include "engine/processor.h"
#include "journal/journal.h"

namespace alarum::app {

/// Returns a generation that this process has compiled already, by its hash; nullptr if it has not.
/// The simulator saves the time of compiling by it.
using FindCompiled =
    std::function<std::shared_ptr<const match::Generation>(const std::string& hash)>;

/// A function that loads the generations stored beside the journal and compiles them. It remembers
/// the newest one, so loading it again costs nothing. Used on the engine's thread; `journal` must
/// outlive it.
///
/// `missing`: if not nullptr, a generation that is gone or cannot be compiled any more is replaced
/// by the one found before (at first `in_force`), and its hash is added to `missing`; so alerts and
/// windows of rules that have not changed survive. An `io_error` is returned as an error all the
/// same, because a later attempt may succeed. `compiled`: asked before compiling; may be empty.
engine::FindGeneration stored_generations(journal::JournalView& journal,
                                          std::shared_ptr<const match::Generation> in_force,
                                          std::vector<std::string>* missing = nullptr,
                                          FindCompiled compiled = {});

/// What a replay has done.
struct Replayed {
  model::Offset from = 0;                        ///< the offset where it began
  model::Offset records = 0;                     ///< how many it processed
  std::vector<journal::Unreadable> damage = {};  ///< parts of the journal that it had to skip
};

/// Where a replay may begin.
struct Bounds {
  /// A checkpoint above this offset is not used, because the book lacks records before it
  model::Offset newest = 0;
  model::Offset beginning = 0;  ///< the first offset that the journal still has
  model::Offset lived = 0;      ///< the argument of engine::Processor::expect()
  /// During the replay a checkpoint is written at this interval, so that a start which is
  /// interrupted again and again makes progress all the same.
  std::chrono::milliseconds checkpoint_every = std::chrono::seconds(10);
};

/// Brings engine and book to the end of the journal: restores the newest checkpoint within the
/// bounds, then processes every record after it. A record that cannot be processed is counted and
/// skipped (Processor::step). Before any thread starts. `clock`: measures the time of a checkpoint.
/// `missing_rules`: what stored_generations() has added.
/// Errors: those of reading the journal and writing the book; `state_lost` if no checkpoint can be
/// used and the journal does not go back to offset 0; `newer_format` for a checkpoint of a newer
/// version.
Result<Replayed> recover(engine::Processor& processor, alert::Book& book, journal::Journal& journal,
                         Clock& clock, Bounds bounds,
                         const std::vector<std::string>& missing_rules = {});

/// The damage that a start found: what it skipped, and what that means for alerts.
struct Damage {
  /// Files and offsets that the replay needed and that could not be read; rules that are gone
  std::vector<std::string> places;
  engine::Processor::Parted parted;  ///< alerts that engine and book did not agree about
  std::string cause;                 ///< `the journal is damaged (offsets 40 to 79 cannot be read)`
  bool any() const { return !places.empty() || parted.any(); }
};
/// The damage, without `parted`. Of `unreadable` only what lies at or after `from` counts.
/// `inherited`: damage of earlier starts that people were not notified of
/// (engine::Processor::inherited_damage()).
Damage damage_of(const std::vector<journal::Unreadable>& unreadable, model::Offset from,
                 const std::vector<std::string>& missing_rules,
                 const std::vector<std::string>& inherited = {});
/// Stores the damage with the engine's state, so that a start which is interrupted passes it on.
void note(engine::Processor& processor, const Damage& damage);
/// Logs each part of it as an error.
void log_damage(const Damage& damage);
/// The alert by which people are notified of the damage; it ends by itself after a day.
alert::Posted damage_alert(const Damage& damage, Time now);

}  // namespace alarum::app
