#include "tools/past.h"

#include <algorithm>

#include "engine/processor.h"

namespace alarum::tools {
namespace {

// How often reading may begin again without progress. A segment is sealed only once, so more means
// that something else is wrong.
constexpr int kTries = 5;

std::uint64_t events_in(const std::vector<model::Record>& records) {
  return static_cast<std::uint64_t>(std::ranges::count_if(records, [](const auto& record) {
    return std::holds_alternative<model::Event>(record.payload);
  }));
}

// Continues at `read.end`. True: everything was read, or `visit` has stopped it. False: the file
// that comes next is gone.
Result<bool> read_on(journal::JournalView& journal, model::Offset from, const Visit& visit,
                     PastRead& read) {
  const auto opened = journal.read(read.end);
  if (!opened) return std::unexpected(opened.error());
  auto& reader = **opened;
  std::size_t told = 0;  // of its damage
  for (;;) {
    const auto records = reader.next();
    // An earlier attempt may have reported the same damage.
    for (const auto& damage = reader.damage(); told < damage.size(); ++told) {
      const auto& text = damage[told].text;
      if (std::ranges::find(read.damage, text) == read.damage.end()) read.damage.push_back(text);
    }
    if (!records && records.error().reason == "not_found") return false;
    if (!records) return std::unexpected(records.error());
    if (records->empty()) return true;
    read.totals = reader.totals();
    if (read.end == from) read.written_before = written(read.totals) - events_in(*records);
    for (const auto& record : *records) {
      read.end = record.offset + 1;
      const auto more = visit(record);
      if (!more) return std::unexpected(more.error());
      if (!*more) return true;
    }
  }
}

}  // namespace

Result<model::Offset> first_offset(journal::JournalView& journal) {
  const auto first = journal.first_offset();
  if (first) return first;
  return fail("not_found",
              journal.place() + " has no journal; say where it is with --data or --config");
}

Result<PastRead> read_past(journal::JournalView& journal, model::Offset from, const Visit& visit) {
  PastRead read{from, {}, {}, 0};
  for (int tries = 0; tries < kTries;) {
    const auto before = read.end;
    const auto done = read_on(journal, from, visit, read);
    if (!done) return std::unexpected(done.error());
    if (*done) return read;
    tries = read.end > before ? 0 : tries + 1;
  }
  return fail("not_found", "the segment with offset " + std::to_string(read.end) +
                               " goes away whenever it is opened");
}

// The daemon's checkpoint has the engine's state and that of routing, which is not needed here.
Result<void> PastEngine::restore(const std::string& checkpoint) {
  const auto state = engine::Processor::engine_state(checkpoint);
  return state ? engine_.restore(*state) : Result<void>(std::unexpected(state.error()));
}

Result<std::vector<model::Change>> PastEngine::step(const model::Record& record) {
  const bool names_rules = std::holds_alternative<model::Reload>(record.payload);
  if (!engine_.generation() && record.generation != 0 && !names_rules) {
    const auto hash = hash_of_(record.generation);
    if (!hash) return std::unexpected(hash.error());
    auto taken = engine_.step({record.offset, record.at, record.generation, model::Reload{*hash},
                               std::nullopt, record.ahead});
    if (!taken) return taken;
  }
  auto changes = engine_.step(record);
  if (!changes) return changes;
  for (auto& change : *changes) model::to_wall(change, record.ahead);
  return changes;
}

}  // namespace alarum::tools
