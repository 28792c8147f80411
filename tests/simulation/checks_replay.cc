// A book that is made from the records alone, held against the one that was lived.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "alert/sqlite_files.h"
#include "app/delivery_config.h"
#include "receivers/list.h"
#include "tests/simulation/checks_world.h"
#include "tests/simulation/world.h"

namespace alarum::simulation {
namespace {

using Lines = std::vector<std::string>;

// Each notification, with what became of it.
Result<Lines> notifications_of(alert::Book& book) {
  alert::Book::Question question;
  question.kind = alert::Book::Entry::Kind::notification;
  question.limit = 1'000'000;
  const auto entries = book.entries(question);
  if (!entries) return std::unexpected(entries.error());
  Lines out;
  for (const auto& one : entries->entries) {
    out.push_back(fmt::format("{} of offset {} to {}: {} {} after {}", one.id, one.offset,
                              one.target, one.outcome, one.detail, one.attempts));
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());  // of several alerts
  return out;
}

Result<Lines> replayed_notifications(const std::vector<model::Record>& records,
                                     const engine::FindGeneration& find) {
  SeededRandom unused(0);
  SimulatedDisk disk(unused);
  alert::SqliteFiles sqlite(disk, unused);
  auto book = alert::Book::open("/book.sqlite", &sqlite);
  if (!book) return std::unexpected(book.error());
  engine::Engine engine(find);
  // Whoever is notified the first record says.
  auto nobody = app::delivery_config_of(
      app::routing_text(config::default_config(receivers::kinds()), false, {}));
  if (!nobody) return std::unexpected(nobody.error());
  engine::Processor processor(engine, **book, std::move(*nobody), app::delivery_config_of);
  for (const auto& record : records) {
    if (auto done = processor.prepare(record); !done) return std::unexpected(done.error());
    if (auto done = processor.step(record); !done) return std::unexpected(done.error());
  }
  if (auto done = processor.commit(); !done) return std::unexpected(done.error());
  return notifications_of(**book);
}

// What was made to agree with the book is no function of the records. Of a start that was cut short
// nobody saw whether it did so: it does where another config brought targets.
bool was_taken_from_book(const History& history) {
  const auto& first = history.incarnations.front().config;
  const auto is_another = [&](const auto& one) {
    return !one.config.empty() && one.config != first;
  };
  const bool other = std::ranges::any_of(history.incarnations, is_another) ||
                     std::ranges::any_of(history.operated, is_another);
  return std::ranges::any_of(history.incarnations, [&](const Incarnation& one) {
    return one.doubted || (other && one.end == Incarnation::End::start_crashed);
  });
}

}  // namespace

void check_notifications(World& world, const engine::FindGeneration& find) {
  if (was_taken_from_book(world.history)) return;
  const auto lived = notifications_of(world.core->storage().book());
  const auto replayed = replayed_notifications(world.history.records, find);
  if (!lived || !replayed)
    return world.violation("notifications cannot be replayed: " +
                           (lived ? replayed : lived).error().message);
  Lines lost, made;
  std::ranges::set_difference(*lived, *replayed, std::back_inserter(lost));
  std::ranges::set_difference(*replayed, *lived, std::back_inserter(made));
  if (lost.empty() && made.empty()) return;
  const auto first = [](const Lines& lines) { return lines.empty() ? "none" : lines.front(); };
  world.violation(
      fmt::format("a replay does not make the notifications that were lived: {} were lived only "
                  "({}), {} are replayed only ({})",
                  lost.size(), first(lost), made.size(), first(made)));
}

}  // namespace alarum::simulation
