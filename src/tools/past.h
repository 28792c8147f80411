#pragma once
#include <functional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "journal/view.h"
#include "model/record.h"

namespace alarum::tools {

/// The offset at which a journal begins; 0 until retention has deleted a segment. Error `not_found`
/// if there is no journal; the message says how to name one.
Result<model::Offset> first_offset(journal::JournalView& journal);

/// The outcome of reading a journal.
struct PastRead {
  model::Offset end = 0;            ///< the offset after the last record
  std::vector<std::string> damage;  ///< places that could not be read and were skipped
  journal::Totals totals;           ///< the running totals at the end
  /// Events that were written before the first record that was read
  std::uint64_t written_before = 0;
};
/// Events that were written to the journal: the accepted ones without those that `keep: matched`
/// did not store.
constexpr std::uint64_t written(const journal::Totals& totals) {
  return totals.received - totals.rejected - totals.duplicate - totals.unmatched;
}

/// Takes one record; returns false to stop reading.
using Visit = std::function<Result<bool>(const model::Record&)>;
/// Calls `visit` for every record from `from` on, until it returns false or the journal ends. It
/// takes no lock and writes nothing, so it works beside a running daemon: a segment that is sealed
/// meanwhile is opened again, and a frame that is only half written is the end. Errors: those of
/// `visit`; `not_found` if retention deleted what is next; `io_error`, `newer_format`.
Result<PastRead> read_past(journal::JournalView& journal, model::Offset from, const Visit& visit);

/// The full hash of the generation with this id.
using FindHash = std::function<Result<std::string>(model::GenerationId)>;

/// An engine that processes recorded records as the daemon did, under the rules that were in force
/// at each. If retention has deleted the beginning of the journal, it starts with the rules that
/// the first record names. One thread.
class PastEngine {
 public:
  /// `find`: the rules by their hash. `hash_of`: that hash by the short id in a record.
  PastEngine(engine::FindGeneration find, FindHash hash_of)
      : engine_(std::move(find)), hash_of_(std::move(hash_of)) {}

  /// Processes the next record, in order; returns the changes to alerts. Errors: those of `find`
  /// and of the engine.
  Result<std::vector<model::Change>> step(const model::Record& record);
  /// Restores the state of a checkpoint of the daemon. Error `bad_state`; then nothing has changed.
  Result<void> restore(const std::string& checkpoint);
  engine::Engine& engine() { return engine_; }

 private:
  engine::Engine engine_;
  FindHash hash_of_;
};

}  // namespace alarum::tools
