#include "engine/stage.h"

#include <algorithm>

#include "base/log.h"

namespace alarum::engine {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kRows = 2'000;  // a transaction
constexpr std::size_t kPart = 8 << 10;  // bytes of a checkpoint: an event may have to wait for a part
constexpr std::size_t kKeys = 200;  // of rules that are gone, given back at a time
// While a checkpoint is made or memory is given back, so much of the thread's time is its own after each batch: a quarter of what that took, within these, where
// events wait; all where none do.
constexpr std::chrono::nanoseconds kLeastTurn = 100us, kMostTurn = 5ms;

}  // namespace

Stage::Stage(Engine& engine, alert::Book& book, Ledger& ledger, Clock& clock, Options options, Ports ports)
    : engine_(engine), book_(book), ledger_(ledger), clock_(clock), options_(options), ports_(std::move(ports)), channel_(options.queue_bytes) {}

void Stage::start() {
  last_checkpoint_ = clock_.monotonic();
  thread_ = std::thread([this] { run(); });
}

void Stage::stop() {
  stopping_ = true;
  channel_.close();
  if (thread_.joinable()) thread_.join();
}

void Stage::take(std::vector<model::Record> records) {
  std::size_t weight = records.size() * sizeof(model::Record);
  for (const auto& record : records) {
    if (const auto* event = std::get_if<model::Event>(&record.payload)) weight += event->bytes().size();
  }
  channel_.push(Item(std::move(records)), weight);
}

void Stage::take(std::vector<model::Receipt> receipts) { channel_.push_over_bound(Item(std::move(receipts))); }

bool Stage::ask(Work work) { return channel_.push_over_bound(Item(std::move(work))); }

void Stage::run() {
  for (const auto& target : ledger_.outlets().targets) unread_.insert(target.name);
  after_batch();
  while (auto items = channel_.take_all(ledger_.saving() ? (ports_.checkpoint_room() ? 0ms : 10ms) : untidy_ ? 0ms : 1000ms)) {
    const auto began = clock_.monotonic();
    for (auto& item : *items) handle(item);
    if (!items->empty() || !ledger_.saving()) {
      enter();
      after_batch();
    }
    const auto now = clock_.monotonic();
    const Turn turn{now + std::clamp<std::chrono::nanoseconds>((now - began) / 4, kLeastTurn, kMostTurn), now + kMostTurn};
    ledger_.saving() ? go_on_with_checkpoint(turn) : tidy(turn);
  }
  last_checkpoint();
}

// What comes together is entered together.
void Stage::handle(Item& item) {
  if (const auto* records = std::get_if<std::vector<model::Record>>(&item)) {
    step_all(*records);
  } else if (const auto* receipts = std::get_if<std::vector<model::Receipt>>(&item)) {
    keep_trying("receipts", [&] { return ledger_.take(*receipts); });
  } else {
    enter();
    std::get<Work>(item)(engine_, book_, ledger_);
  }
}

void Stage::step_all(const std::vector<model::Record>& records) {
  for (const auto& record : records) {
    if (auto done = ledger_.step(record); !done) {
      log::error("engine", done.error().message, {{"reason", done.error().reason}, {"offset", record.offset}});
    }
    // However large a burst is, its first alerts are on their way while the others are stepped, and a transaction is written in a blink.
    if (ledger_.waiting() > kRows) {
      enter();
      after_batch();
    }
  }
}

void Stage::enter() {
  keep_trying("book", [&] { return ledger_.commit(); });
}

// The book must hold what the engine decided before anything else goes on: a full disk stops us here, the channel fills, and the senders
// are told. At a stop the journal still has it.
void Stage::keep_trying(const char* what, const std::function<Result<void>()>& work) {
  for (auto done = work(); !done; done = work()) {
    if (healthy_.exchange(false)) {
      log::error("engine", done.error().message, {{"reason", done.error().reason}, {"writing", what}, {"next", "trying every second"}});
    }
    if (stopping_) return;
    std::this_thread::sleep_for(1s);
  }
  if (!healthy_.exchange(true)) log::info("engine", "the book can be written again");
}

void Stage::after_batch() {
  processed_ = book_.processed();
  ports_.processed(book_.processed());
  ports_.next_due(ledger_.next_due());
  feed();
  if (!ledger_.saving() && clock_.monotonic() - last_checkpoint_ >= options_.checkpoint_every) begin_checkpoint();
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
  ports_.checkpoint({checkpointed_, ledger_.begin_save(), true, false});
}

bool Stage::is_over(const Turn& turn) const { return clock_.monotonic() >= (channel_.weight() > 0 ? turn.least : turn.most); }

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
