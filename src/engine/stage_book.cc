// How the stage writes the book, and feeds delivery directly and from the outbox.
#include <algorithm>

#include "base/log.h"
#include "engine/guarded.h"
#include "engine/stage.h"

namespace alarum::engine {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kRows = 2'000;      // rows of a transaction, roughly
constexpr std::size_t kMostRows = 8'000;  // rows that wait while others are being written
// How often the book is given a new `processed` at least, if records led to no rows.
constexpr std::chrono::nanoseconds kMove = 1s;

}  // namespace

// Writes everything to the book and waits. False if that failed. Records without rows need no
// transaction, because a replay makes no rows of them either.
bool Stage::enter() {
  const bool rows = processor_.waiting() > 0 || writer_.busy() || owed_;
  if ((rows || clock_.monotonic() >= moved_ + kMove) && !move_book()) return false;
  note_entered();
  return true;
}

// When the next write is due; nullopt if there is nothing to write, or a write is under way.
std::optional<std::chrono::nanoseconds> Stage::next_enter() const {
  if (writer_.busy()) return std::nullopt;
  std::optional<std::chrono::nanoseconds> next;
  if (book_.processed() < processor_.next_offset()) next = moved_ + kMove;
  if (processor_.waiting() == 0) return next;
  // A stop waits for the write, so it is due at once.
  const auto rows = stopping_ ? 0ns : waiting_since_.value_or(0ns) + options_.enter_within;
  return std::min(rows, next.value_or(rows));
}

bool Stage::enter_due() const {
  const auto next = next_enter();
  return next && clock_.monotonic() >= *next;
}

// Writes rows that have waited for enter_within, and not earlier, because a transaction costs more
// than its rows. Questions to the book call enter(). False if the book could not be written.
bool Stage::enter_in_time() {
  if (owed_ || (!options_.behind && enter_due())) return enter();
  if (!written(writer_.result())) return false;
  if (enter_due()) begin_write();
  note_entered();
  return true;
}

bool Stage::many_rows_wait() const {
  return processor_.waiting() > (writer_.busy() ? kMostRows : kRows);
}

// Writes because many rows wait. False as enter().
bool Stage::enter_many() {
  if (owed_ || !options_.behind || processor_.waiting() > kMostRows) return enter();
  if (!written(writer_.result())) return false;
  if (!writer_.busy()) begin_write();
  return true;
}

// Hands the batch to the writer. Until it is written, the outbox cannot be read.
void Stage::begin_write() {
  guarded("the outbox", [&] { feed(); });
  waiting_since_.reset();
  writing_since_ = clock_.monotonic();
  passed_in_writing_ = std::exchange(passed_, {});
  writer_.begin(processor_.hand_out());
}

// Handles the result of begin_write(), if there is one. False as enter().
bool Stage::written(std::optional<BookWriter::Written> result) {
  if (!result) return true;
  moved_ = clock_.monotonic();
  writing_since_ = 0ns;
  if (result->done) {
    passed_in_writing_.clear();
    return wrote(result->done);
  }
  processor_.put_back(std::move(result->batch));
  passed_.merge(passed_in_writing_);
  passed_in_writing_.clear();
  // A row cannot be written. Writing from here finds out which one.
  return result->done.error().reason == "exception" ? move_book() : wrote(result->done);
}

void Stage::note_entered() {
  const std::lock_guard lock(mutex_);
  backlog_.entered(in_hand_);
}

// Writes from this thread and waits. False as enter().
bool Stage::move_book() {
  if (!written(writer_.finish())) return false;
  if (!wrote(caught([&] { return processor_.commit(); }))) return false;
  moved_ = clock_.monotonic();
  waiting_since_.reset();
  passed_.clear();
  return true;
}

// Handles the result of a write. The book must have the engine's results before stepping goes on,
// so a full disk stops stepping. The journal goes on meanwhile, and senders get 503 if the engine
// is too far behind. At a stop the rest is left to the journal.
bool Stage::wrote(const Result<void>& done) {
  if (done) {
    owed_ = false;
    if (!healthy_.exchange(true)) log::info("engine", "the history can be written again");
    return true;
  }
  owed_ = true;
  try_again_ = clock_.monotonic() + kAgain;
  if (healthy_.exchange(false)) {
    log::error("engine", done.error().message,
               {{"reason", done.error().reason}, {"next", "trying every second"}});
  }
  if (!stopping_) return false;
  gave_up_ = true;
  items_.clear();  // these questions are never answered
  return false;
}

// A failed sync stops nothing, because the journal has what the book may lose. But no checkpoint
// counts until everything was written again. That must happen soon, because the system may forget
// the pages that it could not write.
void Stage::settle_book() {
  const auto doubt = book_.syncs().doubt();
  const auto now = clock_.monotonic();
  if (!doubt || now < settle_again_) return;
  if (!std::exchange(said_doubt_, true)) {
    log::error("engine", "the history may not be on disk: " + doubt->message,
               {{"reason", doubt->reason}, {"next", "writing it again, every second"}});
  }
  settle_again_ = now + kAgain;
  if (!written(writer_.finish())) return;
  if (auto done = book_.settle(); !done) return;
  said_doubt_ = false;
  log::info("engine", "the history was written again and is on disk");
}

// New notifications go to delivery without the book, except for targets of which the book has, or
// will have, notifications that come first.
void Stage::feed_fresh() {
  note_unread();
  auto fresh = processor_.take_fresh();
  passed_.merge(fresh.by_book);
  std::map<std::string, std::vector<model::Notification>> by_target;
  for (auto& one : fresh.notifications) by_target[one.target].push_back(std::move(one));
  for (auto& [target, notifications] : by_target) {
    if (unread_.contains(target) || passed_.contains(target) ||
        passed_in_writing_.contains(target) || notifications.size() > ports_.room(target)) {
      passed_.insert(target);
      continue;
    }
    fed_[target] = notifications.back().sequence;
    ports_.deliver(std::move(notifications));
  }
  unread_.insert(passed_.begin(), passed_.end());
  unread_.insert(passed_in_writing_.begin(), passed_in_writing_.end());
}

void Stage::note_unread() {
  // For targets that a new routing brings, the book may have notifications from before.
  if (const auto& outlets = processor_.delivery_config(); outlets.routing != fed_by_) {
    fed_by_ = outlets.routing;
    for (const auto& target : outlets.targets) unread_.insert(target.name);
  }
  for (const auto& [target, newest] : book_.news()) {
    if (newest > fed_[target]) unread_.insert(target);
  }
}

void Stage::feed() {
  feed_again_.reset();
  note_unread();
  if (writer_.busy()) return;  // when it has written, it wakes this thread
  for (auto target = unread_.begin(); target != unread_.end();) {
    const auto room = ports_.room(*target);
    auto& fed = fed_[*target];
    auto pending =
        room > 0 ? book_.pending(*target, fed, room) : std::vector<model::Notification>();
    if (!pending) {
      log::error("engine", pending.error().message, {{"reason", pending.error().reason}});
      feed_again_ = clock_.monotonic() + kAgain;
      return;
    }
    // No write is under way, so passed_ has all targets whose notifications are not in the book
    // yet.
    const bool all = pending->size() < room && !passed_.contains(*target);
    if (!pending->empty()) {
      fed = pending->back().sequence;
      ports_.deliver(std::move(*pending));
    }
    target = all ? unread_.erase(target) : std::next(target);
  }
}

}  // namespace alarum::engine
