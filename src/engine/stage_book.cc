// What the engine's stage gives to the book and to delivery, and takes from the outbox.
#include <algorithm>

#include "base/log.h"
#include "engine/guarded.h"
#include "engine/stage.h"

namespace alarum::engine {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kRows = 2'000;      // a transaction
constexpr std::size_t kMostRows = 8'000;  // that wait while one is being written
// The book learns at least so often of records that led to no row.
constexpr std::chrono::nanoseconds kMove = 1s;

}  // namespace

// False: the book could not be written. Records that led to no row need no transaction of their
// own: a replay makes as little of them.
bool Stage::enter() {
  const bool rows = processor_.waiting() > 0 || writer_.busy() || owed_;
  if ((rows || clock_.monotonic() >= moved_ + kMove) && !move_book()) return false;
  note_entered();
  return true;
}

// When the book is to learn more; nullopt: there is nothing, or it is being written.
std::optional<std::chrono::nanoseconds> Stage::next_enter() const {
  if (writer_.busy()) return std::nullopt;
  std::optional<std::chrono::nanoseconds> next;
  if (book_.processed() < processor_.next_offset()) next = moved_ + kMove;
  if (processor_.waiting() == 0) return next;
  // Who stops waits for it.
  const auto rows = stopping_ ? 0ns : waiting_since_.value_or(0ns) + options_.enter_within;
  return std::min(rows, next.value_or(rows));
}

bool Stage::enter_due() const {
  const auto next = next_enter();
  return next && clock_.monotonic() >= *next;
}

// What waits for less than enter_within waits on: a transaction costs more than its rows. Whoever
// asks for the book calls enter(). False: the book could not be written.
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

// Many rows wait. False: as enter().
bool Stage::enter_many() {
  if (owed_ || !options_.behind || processor_.waiting() > kMostRows) return enter();
  if (!written(writer_.result())) return false;
  if (!writer_.busy()) begin_write();
  return true;
}

// Meanwhile the outbox cannot be read.
void Stage::begin_write() {
  guarded("the outbox", [&] { feed(); });
  waiting_since_.reset();
  writing_since_ = clock_.monotonic();
  passed_in_writing_ = std::exchange(passed_, {});
  writer_.begin(processor_.hand_out());
}

// What came of begin_write(), if that is known. False: as enter().
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
  // Some row cannot be entered: which one it is is found out here.
  return result->done.error().reason == "exception" ? move_book() : wrote(result->done);
}

void Stage::note_entered() {
  const std::lock_guard lock(mutex_);
  backlog_.entered(in_hand_);
}

// False: as enter().
bool Stage::move_book() {
  if (!written(writer_.finish())) return false;
  if (!wrote(caught([&] { return processor_.commit(); }))) return false;
  moved_ = clock_.monotonic();
  waiting_since_.reset();
  passed_.clear();
  return true;
}

// The book must hold what the engine decided before anything else goes on: a full disk stops us
// here. The journal goes on meanwhile, and senders are told when we are too far behind it. At a
// stop the journal still has it.
bool Stage::wrote(const Result<void>& done) {
  if (done) {
    owed_ = false;
    if (!healthy_.exchange(true)) log::info("engine", "the book can be written again");
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
  items_.clear();  // who asked finds that nobody answers
  return false;
}

// A failed sync, whoever saw it, stops nobody: the journal has what the book may lose. But no
// checkpoint counts until all was written again: soon, for the system may forget the pages that it
// could not write.
void Stage::settle_book() {
  const auto doubt = book_.syncs().doubt();
  const auto now = clock_.monotonic();
  if (!doubt || now < settle_again_) return;
  if (!std::exchange(said_doubt_, true)) {
    log::error("engine", "what the book holds may not be on disk: " + doubt->message,
               {{"reason", doubt->reason}, {"next", "writing it again, every second"}});
  }
  settle_again_ = now + kAgain;
  if (!written(writer_.finish())) return;
  if (auto done = book_.settle(); !done) return;
  said_doubt_ = false;
  log::info("engine", "the book was written again and is on disk");
}

// What was made just now goes to delivery without the book, but for targets of which the book has
// something that goes before, or will have.
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
  // Of targets that a routing brings the book may hold what waits since before.
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
  if (writer_.busy()) return;  // it wakes us
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
    // Nothing is being written, so passed_ is all that is not in the book yet.
    const bool all = pending->size() < room && !passed_.contains(*target);
    if (!pending->empty()) {
      fed = pending->back().sequence;
      ports_.deliver(std::move(*pending));
    }
    target = all ? unread_.erase(target) : std::next(target);
  }
}

}  // namespace alarum::engine
