#include "tools/explain.h"

#include <algorithm>

namespace alarum::tools {
namespace {

// Replays from the newest checkpoint at or below the offset; true when one was taken.
bool resume(PastEngine& past, journal::JournalView& journal, model::Offset offset,
            model::Offset& from) {
  std::vector<std::string> damaged;
  while (auto checkpoint = journal.load_checkpoint(offset, damaged)) {
    if (past.restore(checkpoint->state)) return from = checkpoint->offset, true;
    if (checkpoint->offset == 0) break;
    offset = checkpoint->offset - 1;
  }
  return false;
}

}  // namespace

Result<std::vector<model::Offset>> find_events(journal::JournalView& journal,
                                               const std::string& id) {
  const auto first = first_offset(journal);
  if (!first) return std::unexpected(first.error());
  std::vector<model::Offset> found;
  const auto read = read_past(journal, *first, [&](const model::Record& record) -> Result<bool> {
    const auto* event = std::get_if<model::Event>(&record.payload);
    if (event && event->id() == id) found.push_back(record.offset);
    return true;
  });
  if (!read) return std::unexpected(read.error());
  return found;
}

Result<Explanation> explain_at(journal::JournalView& journal, model::Offset offset,
                               const engine::FindGeneration& find, const FindHash& hash_of) {
  const auto first = first_offset(journal);
  if (!first) return std::unexpected(first.error());
  PastEngine past(find, hash_of);
  model::Offset from = *first;
  resume(past, journal, offset, from);
  std::optional<Explanation> found;
  const auto read = read_past(journal, from, [&](const model::Record& record) -> Result<bool> {
    auto changes = past.step(record);
    if (!changes) return std::unexpected(changes.error());
    if (record.offset < offset) return true;
    const auto* event = std::get_if<model::Event>(&record.payload);
    if (record.offset > offset || !event || !past.engine().generation()) return false;
    // Copy the rules, because the generation is destroyed with the engine.
    auto rules = std::make_shared<const rules::RuleSet>(past.engine().generation()->rules());
    auto verdicts = judge(*rules, *event);
    auto memories = remembered(past.engine(), verdicts, record, *changes);
    auto reading = past.engine().reading();
    reading.when -= record.ahead;
    found = Explanation{record,
                        std::move(rules),
                        reading,
                        std::move(verdicts),
                        std::move(*changes),
                        std::move(memories)};
    return false;
  });
  if (!read) return std::unexpected(read.error());
  if (!found) return fail("not_found", "there is no event at offset " + std::to_string(offset));
  return std::move(*found);
}

}  // namespace alarum::tools
