#include "alert/lifecycle.h"

#include "alert/book_rows.h"

namespace alarum::alert {
namespace {

using Kind = LifecycleEntry::Kind;
using Before = LifecycleEntry::Before;

// What the row before says of a start. Only the first record of all is a start without a gap.
Before before(const Cell& kind_before, Duration gap) {
  if (std::holds_alternative<std::nullptr_t>(kind_before))
    return gap == Duration{} ? Before::nothing : Before::unknown;
  return static_cast<Kind>(integer(kind_before)) == Kind::stopped ? Before::stopped : Before::died;
}

LifecycleEntry lifecycle_of(const Database::Row& row) {
  LifecycleEntry entry{static_cast<model::Offset>(integer(row[0])),
                       time_of(row[1]),
                       static_cast<Kind>(integer(row[2])),
                       Duration(integer(row[3])),
                       text(row[4]),
                       {}};
  if (entry.kind == Kind::started) entry.before = before(row[5], entry.gap);
  return entry;
}

}  // namespace

std::optional<LifecycleEntry> lifecycle_entry(const model::Record& record) {
  LifecycleEntry entry{record.offset, record.arrived(), Kind::started, {}, {}, {}};
  if (const auto* start = std::get_if<model::Start>(&record.payload)) {
    entry.gap = start->gap;
  } else if (std::holds_alternative<model::Stop>(record.payload)) {
    entry.kind = Kind::stopped;
  } else if (const auto* reload = std::get_if<model::Reload>(&record.payload)) {
    entry.kind = Kind::reloaded, entry.hash = reload->hash;
  } else {
    return std::nullopt;
  }
  return entry;
}

Result<void> enter_lifecycle(Database& database, const LifecycleEntry& entry) {
  if (auto done = database.run(
          "INSERT OR IGNORE INTO lifecycle(offset, at, kind, gap, hash) VALUES(?, ?, ?, ?, ?)",
          {number(entry.offset), micros(entry.at), static_cast<std::int64_t>(entry.kind),
           entry.gap.count(), entry.hash});
      !done)
    return done;
  return database.run(
      "DELETE FROM lifecycle WHERE offset <= (SELECT offset FROM lifecycle ORDER BY offset DESC "
      "LIMIT 1 OFFSET ?)",
      {number(kMostLifecycle)});
}

Result<LifecyclePage> lifecycle(Database& database, const LifecycleQuestion& question) {
  const auto there = database.query("SELECT 1 FROM sqlite_master WHERE name = 'lifecycle'");
  if (!there) return std::unexpected(there.error());
  if (there->empty()) return LifecyclePage{};
  const auto rows = database.query(
      "SELECT offset, at, kind, gap, hash, (SELECT kind FROM lifecycle b WHERE b.offset < l.offset "
      "ORDER BY b.offset DESC LIMIT 1) FROM lifecycle l WHERE offset < ? AND at BETWEEN ? AND ? "
      "ORDER BY offset DESC LIMIT ?",
      {number(question.below), micros(question.since), micros(question.until.value_or(Time::max())),
       number(question.limit)});
  if (!rows) return std::unexpected(rows.error());
  LifecyclePage page;
  for (const auto& row : *rows) page.entries.push_back(lifecycle_of(row));
  if (rows->size() == question.limit && !rows->empty()) page.next = page.entries.back().offset;
  return page;
}

}  // namespace alarum::alert
