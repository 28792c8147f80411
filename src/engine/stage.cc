#include "engine/stage.h"

#include <algorithm>

#include "base/log.h"
#include "base/thread_name.h"
#include "engine/guarded.h"

namespace alarum::engine {

using namespace std::chrono_literals;

namespace {

// Records that are read from the log before other work gets its turn.
constexpr std::size_t kPiece = 1'000;
constexpr std::size_t kKeys = 200;  // keys of removed rules that are freed at a time
// How soon to ask again whether there is room for a part of a checkpoint.
constexpr std::chrono::nanoseconds kNoRoom = 10ms;
constexpr auto kMostPatience = 1s;  // bounds a wait, in case patience() has missed something
// After each batch, checkpointing and clean-up may use a quarter of the batch's time (between
// kLeastTurn and kMostTurn) if events are waiting, and kMostTurn if none are.
constexpr std::chrono::nanoseconds kLeastTurn = 100us, kMostTurn = 5ms;

}  // namespace

Stage::Stage(Engine& engine, alert::Book& book, Processor& processor, Clock& clock, Options options,
             Ports ports)
    : engine_(engine),
      book_(book),
      processor_(processor),
      clock_(clock),
      options_(options),
      ports_(std::move(ports)),
      backlog_(options_.queue_bytes),
      channel_(1),
      rule_times_(clock_),
      writer_(book_, [this] { channel_.push_over_bound(Item(Wake())); }) {}

void Stage::start() {
  if (options_.behind) writer_.start();
  thread_ = std::thread([this] {
    name_thread("engine");
    while (turn(std::min<std::chrono::nanoseconds>(patience(), kMostPatience))) {
      // A closed channel does not wait, so the thread sleeps here.
      if (drained_ && patience() > 0ns) std::this_thread::sleep_for(patience());
    }
  });
}

void Stage::begin_stop() {
  stopping_ = true;
  channel_.push_over_bound(Item(Wake()));
}

void Stage::close(std::chrono::milliseconds grace) {
  begin_stop();
  drain_until_ = clock_.monotonic() + grace;
  channel_.close();
}

void Stage::stop(std::chrono::milliseconds grace) {
  close(grace);
  if (thread_.joinable()) thread_.join();
  writer_.stop();
}

void Stage::take(std::vector<model::Record> records) {
  const auto now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  if (backlog_.offer(std::move(records), now)) channel_.push_over_bound(Item(Wake()));
}

bool Stage::ask(Work work) {
  return !gave_up_ && channel_.push_over_bound(Item(std::move(work)));
}

bool Stage::ask_live(LiveWork work) {
  return !gave_up_ && channel_.push_over_bound(Item(std::move(work)));
}

std::size_t Stage::backlog() const {
  const std::lock_guard lock(mutex_);
  return backlog_.bytes();
}

Duration Stage::lag() const {
  const auto now = clock_.monotonic();
  const auto since = writing_since_.load();
  const std::lock_guard lock(mutex_);
  const auto writing = since > 0ns ? std::chrono::duration_cast<Duration>(now - since) : Duration();
  return std::max(backlog_.lag(now), writing);
}

bool Stage::waits() const {
  if (gave_up_) return false;
  if (step_at_ < records_.size() || next_ < read_to_) return true;
  const std::lock_guard lock(mutex_);
  return backlog_.commits() > 0 || backlog_.dropped();
}

std::chrono::nanoseconds Stage::patience() const {
  if (drained_) return ports_.checkpoint_room() ? 0ns : kNoRoom;
  if (!begun_ || channel_.ready()) return 0ns;
  if (gave_up_) return 1h;  // only close() is left to come
  const auto now = clock_.monotonic();
  if (owed_) return stopping_ ? 0ns : std::max(0ns, try_again_ - now);
  return waits() ? std::min(idle_patience(), std::max(0ns, read_again_ - now)) : idle_patience();
}

std::chrono::nanoseconds Stage::idle_patience() const {
  if (processor_.saving() || checkpoint_due()) return ports_.checkpoint_room() ? 0ns : kNoRoom;
  if (untidy_) return 0ns;
  const auto checkpoint = last_checkpoint_ + options_.checkpoint_every;
  const auto settle = history_in_doubt() ? settle_again_ : checkpoint;
  const auto first = std::min({checkpoint, settle, next_enter().value_or(checkpoint),
                               processor_.late_alerts().due().value_or(checkpoint),
                               feed_again_.value_or(checkpoint)});
  return std::max(0ns, first - clock_.monotonic());
}

bool Stage::turn(std::chrono::nanoseconds most) {
  if (ended_) return false;
  if (!begun_) {
    begin();
    return true;
  }
  auto items = channel_.take_all(most);
  if (items) std::ranges::move(*items, std::back_inserter(items_));
  if (!items && (drained_ || !goes_on())) return !end();
  guarded("a turn", [&] { work(); });
  return true;
}

void Stage::begin() {
  begun_ = true;
  last_checkpoint_ = clock_.monotonic();
  guarded("the outbox", [&] { after_batch(); });
  if (options_.checkpoint_first) guarded("a checkpoint", [&] { begin_checkpoint(); });
}

// After close(): whether turns still step. A log that cannot be read is not waited for, because the
// journal has its records.
bool Stage::goes_on() const {
  const auto now = clock_.monotonic();
  return (waits() || !items_.empty()) && read_again_ <= now && now < drain_until_.load();
}

// False if the last checkpoint still waits for room.
bool Stage::end() {
  if (!std::exchange(drained_, true)) {
    guarded("the book", [&] { settle_book(); });
    report_late(true);
    items_.clear();  // questions behind records that could not be stepped are never answered
  }
  ended_ = true;
  if (!gave_up_) guarded("a checkpoint", [&] { ended_ = last_checkpoint(); });
  return ended_;
}

// Records come first, so that a question asked after a commit finds its results. What came together
// is entered together.
void Stage::work() {
  const auto began = clock_.monotonic();
  if (gave_up_) return items_.clear();
  settle_book();
  if (owed_ && !try_again()) return answer_live();
  const bool works = waits() || !items_.empty();
  // If rules cannot be read, earlier results are still handled, and questions wait.
  const bool stepped = step_waiting();
  if (owed_ || (stepped && !handle_items())) return answer_live();
  if (!stepped) answer_live();
  if (works || !processor_.saving()) {
    guarded("the outbox", [&] { feed_fresh(); });
    if (!enter_in_time()) return;
    after_batch();
  }
  const auto now = clock_.monotonic();
  const Turn turn{
      now + std::clamp<std::chrono::nanoseconds>((now - began) / 4, kLeastTurn, kMostTurn),
      now + kMostTurn};
  processor_.saving() ? go_on_with_checkpoint(turn) : tidy(turn);
}

// False if it is not time yet, or if it failed again.
bool Stage::try_again() {
  if (!stopping_ && clock_.monotonic() < try_again_) return false;
  return enter();
}

// False if the book could not be written. Items that were not handled stay, in their order.
bool Stage::handle_items() {
  while (!items_.empty()) {
    auto& item = items_.front();
    if (auto* asked = std::get_if<Work>(&item)) {
      if (!enter()) return false;
      const auto question = std::move(*asked);
      guarded("a question", [&] { question(engine_, book_, processor_); });
    } else if (const auto* live = std::get_if<LiveWork>(&item)) {
      guarded("a question", [&] { (*live)(engine_, processor_); });
    }
    items_.pop_front();
  }
  return true;
}

// Answers the questions that need no book, while others have to wait.
void Stage::answer_live() {
  std::erase_if(items_, [this](const Item& item) {
    const auto* live = std::get_if<LiveWork>(&item);
    if (live) guarded("a question", [&] { (*live)(engine_, processor_); });
    return live != nullptr;
  });
}

// False if the book could not be written, or if rules could not be read.
bool Stage::step_waiting() {
  if (!step_in_hand()) return false;
  if (next_ >= read_to_ && !step_from_memory()) return false;
  return next_ >= read_to_ || step_from_log();
}

bool Stage::step_from_memory() {
  const auto next = [this] {
    const std::lock_guard lock(mutex_);
    return backlog_.take();
  };
  auto most = [this] {
    const std::lock_guard lock(mutex_);
    return backlog_.commits();
  }();
  for (; most > 0; --most) {
    auto commit = next();
    records_ = std::move(commit.records);
    durable_at_ = commit.offered;
    if (!step_in_hand()) return false;
  }
  const std::lock_guard lock(mutex_);
  if (const auto end = backlog_.read_to()) {
    read_to_ = *end;
    log_ = {};  // an older reader may not know of these records
  }
  return true;
}

// Reads a limited number of records, so that questions and receipts get their turn.
bool Stage::step_from_log() {
  if (clock_.monotonic() < read_again_) return true;
  const auto more = read_some();
  if (!more || !*more) log_ = {};
  if (!more) {
    read_again_ = clock_.monotonic() + kAgain;
    log::error(
        "engine", more.error().message,
        {{"reason", more.error().reason}, {"reading", next_}, {"next", "trying every second"}});
  }
  return !owed_ && step_at_ >= records_.size();
}

// False once read_to_ is reached. The reader was opened after everything below read_to_ was on
// disk, so records that it does not find are damaged.
Result<bool> Stage::read_some() try {
  if (!log_) {
    auto opened = ports_.log(next_);
    if (!opened) return std::unexpected(opened.error());
    log_ = std::move(*opened);
  }
  for (std::size_t count = 0; count < kPiece && next_ < read_to_;) {
    auto records = log_();
    if (!records) return std::unexpected(records.error());
    if (records->empty() || records->front().offset >= read_to_)
      pass_over(read_to_);
    else if (records->front().offset > next_)
      pass_over(records->front().offset);
    std::erase_if(*records, [&](const model::Record& record) { return record.offset >= read_to_; });
    if (records->empty()) break;
    count += records->size();
    records_ = std::move(*records);
    const auto waited = [&] {
      const std::lock_guard lock(mutex_);
      return backlog_.age(records_.back().at, clock_.monotonic());
    }();
    durable_at_ = clock_.monotonic() - waited;
    if (!step_in_hand()) break;
  }
  return next_ < read_to_;
} catch (const std::exception& fault) {
  return fail("unreadable", fault.what());
}

void Stage::pass_over(model::Offset below) {
  log::error("engine", "records of the journal cannot be read and were passed over",
             {{"reason", "corruption"}, {"from", next_}, {"to", below}});
  next_ = below;
  if (next_ >= read_to_) in_hand_.reset();
}

// False if the rules cannot be read now. Later records wait, because stepping them under other
// rules would give other results than a replay. At a stop they are left to the journal.
bool Stage::find_rules(const model::Record& record) {
  if (clock_.monotonic() < read_again_) return false;
  const auto found = caught([&] { return engine_.prepare(record); });
  if (found || found.error().reason != "io_error") return true;
  in_hand_ = record.at;  // so that lag() counts from this record
  read_again_ = clock_.monotonic() + kAgain;
  log::error("engine", found.error().message,
             {{"reason", found.error().reason},
              {"offset", record.offset},
              {"next", "trying every second; nothing is stepped meanwhile"}});
  return false;
}

// False if the book could not be written or read, or if rules could not be read. The record is not
// stepped then.
bool Stage::prepare(const model::Record& record) {
  if (!find_rules(record)) return false;
  if (!processor_.needs_book(record)) return true;
  if (!written(writer_.finish())) return false;
  const auto done = caught([&] { return processor_.prepare(record); });
  return done ? true : wrote(done);
}

// Steps records_. False as prepare(): the remaining records stay in records_.
bool Stage::step_in_hand() {
  while (step_at_ < records_.size()) {
    const auto& record = records_[step_at_];
    if (!prepare(record)) return false;
    ++step_at_;
    in_hand_ = record.at;
    next_ = record.offset + 1;
    ++stepped_;
    if (processor_.waiting() == 0) waiting_since_.reset();
    step(record);
    if (!waiting_since_ && processor_.waiting() > 0) waiting_since_ = clock_.monotonic();
    // In a long burst the first alerts are sent while others are still being stepped, and
    // transactions stay short.
    if (many_rows_wait()) {
      guarded("the outbox", [&] { feed_fresh(); });
      if (!enter_many()) return false;
      guarded("the outbox", [&] { after_batch(); });
    }
  }
  note_stepped();
  records_.clear();
  step_at_ = 0;
  if (next_ >= read_to_) in_hand_.reset();
  return true;
}

// The processor's faults are logged and listed in parked().
void Stage::step(const model::Record& record) {
  if (!options_.rule_times || !rule_times_.samples_next()) return void(processor_.step(record));
  engine_.set_meter(&rule_times_);
  (void)processor_.step(record);
  engine_.set_meter(nullptr);
  rule_times_.end();
}

// One look at the clock for a whole commit.
void Stage::note_stepped() {
  if (records_.empty()) return;
  const auto events = std::ranges::count_if(records_, [](const model::Record& record) {
    return std::holds_alternative<model::Event>(record.payload);
  });
  if (events > 0)
    step_delays_.observe(clock_.monotonic() - durable_at_, static_cast<std::uint64_t>(events));
}

void Stage::after_batch() {
  const bool all = processor_.waiting() == 0 && !writer_.busy();
  processed_ = all ? std::max(processor_.next_offset(), book_.processed()) : book_.processed();
  processing_errors_ = processor_.parked_count();
  ports_.processed(book_.processed());
  ports_.next_due(processor_.next_due());
  feed();
  report_late(false);
  if (!processor_.saving() && checkpoint_due() && ports_.checkpoint_room()) begin_checkpoint();
}

bool Stage::checkpoint_due() const {
  return clock_.monotonic() - last_checkpoint_ >= options_.checkpoint_every ||
         stepped_ >= options_.checkpoint_records;
}

void Stage::report_late(bool all) {
  const auto late = processor_.late_alerts().take(clock_.monotonic(), all);
  if (!late) return;
  log::warn(
      "engine",
      "alerts came late: they were over before their events arrived, as in a backlog after an "
      "outage or a file that is sent again; they are recorded and nobody is notified",
      {{"alerts", late->count},
       {"up_to", format_duration(std::chrono::round<std::chrono::seconds>(late->oldest)) + " old"},
       {"rules", late->rules},
       {"see", "alarum alerts --all; alarum history --kind suppressed --why late"}});
}

void Stage::begin_checkpoint() {
  last_checkpoint_ = clock_.monotonic();
  stepped_ = 0;
  // A checkpoint ahead of the book could not be used, so the book must have everything.
  if (!move_book() || processor_.next_offset() > book_.processed() ||
      book_.processed() == checkpointed_)
    return;
  checkpointed_ = book_.processed();
  ports_.checkpoint({checkpointed_, processor_.begin_save(), true, false});
}

bool Stage::is_over(const Turn& turn) const {
  return clock_.monotonic() >= (backlog() > 0 ? turn.least : turn.most);
}

void Stage::go_on_with_checkpoint(const Turn& turn) {
  while (processor_.saving() && ports_.checkpoint_room()) {
    part_of_checkpoint();
    if (is_over(turn)) return;
  }
}

void Stage::tidy(const Turn& turn) {
  do untidy_ = !processor_.tidy(kKeys);
  while (untidy_ && !is_over(turn));
}

void Stage::part_of_checkpoint() {
  auto part = processor_.save_some(options_.checkpoint_part);
  ports_.checkpoint({checkpointed_, std::move(part), false, !processor_.saving()});
  if (processor_.saving()) return;
  last_checkpoint_ = clock_.monotonic();
  if (!written(writer_.finish())) return;
  if (auto done = book_.prune(clock_.wall() - options_.keep_history); !done) {
    log::warn("engine", done.error().message, {{"reason", done.error().reason}});
  }
}

// Finishes the checkpoint that is under way, then makes a last one. False if there is no room for
// the next part.
bool Stage::last_checkpoint() {
  while (processor_.saving() || !last_begun_) {
    if (!ports_.checkpoint_room()) return false;
    if (processor_.saving())
      part_of_checkpoint();
    else
      last_begun_ = true, begin_checkpoint();
  }
  return true;
}

}  // namespace alarum::engine
