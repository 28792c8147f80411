#pragma once
#include <functional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "journal/view.h"
#include "model/record.h"

namespace alarum::tools {

/// The offset at which a journal begins (0 until retention has taken something). Error `not_found`:
/// no journal is there; it says how to name one.
Result<model::Offset> first_offset(journal::JournalView& journal);

/// What was read, and what could not be.
struct PastRead {
  model::Offset end = 0;            ///< the offset after the last record
  std::vector<std::string> damage;  ///< places that were passed over
  journal::Totals totals;           ///< as they stood at the end
  /// Events that had been written before the first record that was read
  std::uint64_t written_before = 0;
};
/// Events that were written: accepted, but for those of which `keep: matched` kept nothing.
constexpr std::uint64_t written(const journal::Totals& totals) {
  return totals.received - totals.rejected - totals.duplicate - totals.unmatched;
}

/// Calls `visit` for every record from `from` on, until it says false or the journal ends. Takes no
/// lock and writes nothing, so that it works beside a running daemon: a segment that is sealed
/// meanwhile is opened anew, a frame that is only half there is the end. Errors: those of `visit`;
/// `not_found` when retention was faster; `io_error`, `newer_format`.
using Visit = std::function<Result<bool>(const model::Record&)>;
Result<PastRead> read_past(journal::JournalView& journal, model::Offset from, const Visit& visit);

/// The full hash of the generation with this id.
using FindHash = std::function<Result<std::string>(model::GenerationId)>;

/// An engine over recorded records under the rules that were in force: as the daemon did it. Where
/// the journal no longer begins at the start of everything it takes up the rules that its first
/// record names.
class PastEngine {
 public:
  PastEngine(engine::FindGeneration find, FindHash hash_of)
      : engine_(std::move(find)), hash_of_(std::move(hash_of)) {}

  Result<std::vector<model::Change>> step(const model::Record& record);
  /// Takes up what a checkpoint of the daemon holds. Error `bad_state`; nothing is then changed.
  Result<void> restore(const std::string& checkpoint);
  engine::Engine& engine() { return engine_; }

 private:
  engine::Engine engine_;
  FindHash hash_of_;
};

}  // namespace alarum::tools
