#include "engine/stage.h"

#include <algorithm>

#include "base/log.h"

namespace alarum::engine {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kRows = 2'000;  // a transaction
constexpr std::size_t kPart = 8 << 10;  // bytes of a checkpoint: an event may have to wait for a part
constexpr std::size_t kPiece = 1'000;  // records that are read from the log before others have their turn
constexpr std::size_t kKeys = 200;  // of rules that are gone, given back at a time
// While a checkpoint is made or memory is given back, so much of the thread's time is its own after each batch: a quarter of what that took, within these, where
// events wait; all where none do.
constexpr std::chrono::nanoseconds kLeastTurn = 100us, kMostTurn = 5ms;

// One fault of ours must not end everything: it would come again at each start.
void guarded(const char* what, const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& fault) {
    log::error("engine", "an exception was caught; the engine goes on", {{"doing", what}, {"reason", fault.what()}});
  }
}

}  // namespace

Stage::Stage(Engine& engine, alert::Book& book, Ledger& ledger, Clock& clock, Options options, Ports ports)
    : engine_(engine), book_(book), ledger_(ledger), clock_(clock), options_(options), ports_(std::move(ports)), backlog_(options_.queue_bytes), channel_(1), ending_(1) {}

void Stage::start() {
  last_checkpoint_ = clock_.monotonic();
  thread_ = std::thread([this] { run(); });
}

void Stage::begin_stop() {
  stopping_ = true;
  ending_.close();
}

void Stage::stop(std::chrono::milliseconds grace) {
  begin_stop();
  drain_until_ = clock_.monotonic() + grace;
  channel_.close();
  if (thread_.joinable()) thread_.join();
}

void Stage::take(std::vector<model::Record> records) {
  const auto now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  if (backlog_.offer(std::move(records), now)) channel_.push_over_bound(Item(Wake()));
}

void Stage::take(std::vector<model::Receipt> receipts) { channel_.push_over_bound(Item(std::move(receipts))); }

bool Stage::ask(Work work) { return channel_.push_over_bound(Item(std::move(work))); }

std::size_t Stage::backlog() const {
  const std::lock_guard lock(mutex_);
  return backlog_.bytes();
}

Duration Stage::lag() const {
  const auto now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  return backlog_.lag(now);
}

bool Stage::waits() const {
  if (gave_up_) return false;
  const std::lock_guard lock(mutex_);
  return next_ < read_to_ || backlog_.commits() > 0 || backlog_.dropped();
}

std::chrono::nanoseconds Stage::patience() const {
  if (waits() || (untidy_ && !ledger_.saving())) return 0ms;
  return !ledger_.saving() ? 1000ms : ports_.checkpoint_room() ? 0ms : 10ms;
}

void Stage::run() {
  for (const auto& target : ledger_.outlets().targets) unread_.insert(target.name);
  guarded("the outbox", [&] { after_batch(); });
  if (options_.checkpoint_first) guarded("a checkpoint", [&] { begin_checkpoint(); });
  while (auto items = channel_.take_all(patience())) guarded("a turn", [&] { turn(*items); });
  std::vector<Item> none;
  while (waits() && clock_.monotonic() < drain_until_.load()) guarded("a turn", [&] { turn(none); });
  report_late(true);
  if (!gave_up_) guarded("a checkpoint", [&] { last_checkpoint(); });
}

// Records first: who asks after a commit finds what came of it. What comes together is entered together.
void Stage::turn(std::vector<Item>& items) {
  const auto began = clock_.monotonic();
  const bool works = waits() || !items.empty();
  step_waiting();
  for (auto& item : items) handle(item);
  if (works || !ledger_.saving()) {
    enter();
    after_batch();
  }
  const auto now = clock_.monotonic();
  const Turn turn{now + std::clamp<std::chrono::nanoseconds>((now - began) / 4, kLeastTurn, kMostTurn), now + kMostTurn};
  ledger_.saving() ? go_on_with_checkpoint(turn) : tidy(turn);
}

void Stage::handle(Item& item) {
  if (const auto* receipts = std::get_if<std::vector<model::Receipt>>(&item)) {
    keep_trying("receipts", [&] { return ledger_.take(*receipts); });
  } else if (const auto* work = std::get_if<Work>(&item)) {
    enter();
    guarded("a question", [&] { (*work)(engine_, book_, ledger_); });
  }
}

void Stage::step_waiting() {
  if (next_ >= read_to_) step_from_memory();
  if (next_ < read_to_) step_from_log();
}

void Stage::step_from_memory() {
  const auto next = [this] {
    const std::lock_guard lock(mutex_);
    return backlog_.take();
  };
  auto most = [this] {
    const std::lock_guard lock(mutex_);
    return backlog_.commits();
  }();
  for (; most > 0; --most) step_all(next());
  const std::lock_guard lock(mutex_);
  if (const auto end = backlog_.read_to(); end && !gave_up_) read_to_ = *end;
}

// A piece of it, so that questions and receipts have their turn.
void Stage::step_from_log() {
  const auto more = read_some();
  if (more && *more) return;
  log_ = {};
  if (more || stopping_) return;
  log::error("engine", more.error().message, {{"reason", more.error().reason}, {"reading", next_}, {"next", "trying every second"}});
  (void)ending_.take_all(1s);
}

// False: read_to_ is reached. The reader was opened after everything below read_to_ was on disk, so what it does not find is damaged.
Result<bool> Stage::read_some() try {
  if (!log_) {
    auto opened = ports_.log(next_);
    if (!opened) return std::unexpected(opened.error());
    log_ = std::move(*opened);
  }
  for (std::size_t count = 0; count < kPiece && next_ < read_to_ && !gave_up_;) {
    auto records = log_();
    if (!records) return std::unexpected(records.error());
    if (records->empty() || records->front().offset >= read_to_) pass_over(read_to_);
    else if (records->front().offset > next_) pass_over(records->front().offset);
    std::erase_if(*records, [&](const model::Record& record) { return record.offset >= read_to_; });
    if (records->empty()) break;
    count += records->size();
    step_all(*records);
  }
  return next_ < read_to_;
} catch (const std::exception& fault) {
  return fail("unreadable", fault.what());
}

void Stage::pass_over(model::Offset below) {
  log::error("engine", "records of the journal cannot be read and were passed over", {{"reason", "corruption"}, {"from", next_}, {"to", below}});
  next_ = below;
  if (next_ >= read_to_) in_hand_.reset();
}

void Stage::step_all(const std::vector<model::Record>& records) {
  for (const auto& record : records) {
    if (gave_up_) return;
    in_hand_ = record.at;
    (void)ledger_.step(record);  // what it cannot process is parked and in the log
    next_ = record.offset + 1;
    ++stepped_;
    // However large a burst is, its first alerts are on their way while the others are stepped, and a transaction is written in a blink.
    if (ledger_.waiting() > kRows) {
      enter();
      guarded("the outbox", [&] { after_batch(); });
    }
  }
  if (next_ >= read_to_) in_hand_.reset();
}

void Stage::enter() {
  keep_trying("book", [&] { return ledger_.commit(); });
  if (gave_up_) return;
  const std::lock_guard lock(mutex_);
  backlog_.entered(in_hand_);
}

// The book must hold what the engine decided before anything else goes on: a full disk stops us here. The journal goes on meanwhile, and senders
// are told when we are too far behind it. At a stop the journal still has it.
void Stage::keep_trying(const char* what, const std::function<Result<void>()>& work) {
  if (gave_up_) return;
  for (auto done = work(); !done; done = work()) {
    if (healthy_.exchange(false)) {
      log::error("engine", done.error().message, {{"reason", done.error().reason}, {"writing", what}, {"next", "trying every second"}});
    }
    if (stopping_) gave_up_ = true;
    if (gave_up_) return;
    (void)ending_.take_all(1s);
  }
  if (!healthy_.exchange(true)) log::info("engine", "the book can be written again");
}

void Stage::after_batch() {
  processed_ = book_.processed();
  processing_errors_ = ledger_.parked_count();
  ports_.processed(book_.processed());
  ports_.next_due(ledger_.next_due());
  feed();
  report_late(false);
  const bool due = clock_.monotonic() - last_checkpoint_ >= options_.checkpoint_every || stepped_ >= options_.checkpoint_records;
  if (!ledger_.saving() && due) begin_checkpoint();
}

void Stage::report_late(bool all) {
  const auto late = ledger_.late_alerts().take(clock_.monotonic(), all);
  if (!late) return;
  log::warn("engine", "alerts came late: they were over before their events arrived, as in a backlog after an outage or a file that is played again; they are recorded and nobody is notified",
            {{"alerts", late->count}, {"up_to", format_duration(std::chrono::round<std::chrono::seconds>(late->oldest)) + " old"}, {"rules", late->rules},
             {"see", "alarum alerts --all; alarum history --kind suppressed --why late"}});
}

void Stage::feed() {
  unread_.merge(book_.news());
  for (auto target = unread_.begin(); target != unread_.end();) {
    const auto room = ports_.room(*target);
    auto& fed = fed_[*target];
    auto pending = room > 0 ? book_.pending(*target, fed, room) : std::vector<model::Notification>();
    if (!pending) {
      log::error("engine", pending.error().message, {{"reason", pending.error().reason}});
      return;
    }
    const bool all = pending->size() < room;
    if (!pending->empty()) {
      fed = pending->back().sequence;
      ports_.deliver(std::move(*pending));
    }
    target = all ? unread_.erase(target) : std::next(target);
  }
}

void Stage::begin_checkpoint() {
  last_checkpoint_ = clock_.monotonic();
  // Only what the book holds too: a checkpoint ahead of it could not be used.
  if (ledger_.next_offset() > book_.processed() || book_.processed() == checkpointed_) return;
  checkpointed_ = book_.processed();
  stepped_ = 0;
  ports_.checkpoint({checkpointed_, ledger_.begin_save(), true, false});
}

bool Stage::is_over(const Turn& turn) const { return clock_.monotonic() >= (backlog() > 0 ? turn.least : turn.most); }

void Stage::go_on_with_checkpoint(const Turn& turn) {
  while (ledger_.saving() && ports_.checkpoint_room()) {
    part_of_checkpoint();
    if (is_over(turn)) return;
  }
}

void Stage::tidy(const Turn& turn) {
  do untidy_ = !ledger_.tidy(kKeys);
  while (untidy_ && !is_over(turn));
}

void Stage::part_of_checkpoint() {
  auto part = ledger_.save_some(kPart);
  ports_.checkpoint({checkpointed_, std::move(part), false, !ledger_.saving()});
  if (ledger_.saving()) return;
  last_checkpoint_ = clock_.monotonic();
  if (auto done = book_.prune(clock_.wall() - options_.keep_history); !done) {
    log::warn("engine", done.error().message, {{"reason", done.error().reason}});
  }
}

// The one that is under way, then all that came since.
void Stage::last_checkpoint() {
  while (ledger_.saving()) part_of_checkpoint();
  begin_checkpoint();
  while (ledger_.saving()) part_of_checkpoint();
}

}  // namespace alarum::engine
