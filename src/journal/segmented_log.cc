#include "journal/segmented_log.h"

#include <algorithm>

#include "base/log.h"
#include "base/thread_name.h"

namespace alarum::journal {

using namespace std::chrono_literals;

namespace {

constexpr auto kLook = 1s;  // how often the clocks are compared at least
constexpr auto kHousekeeping = 5s;

}  // namespace

Result<std::unique_ptr<SegmentedLog>> SegmentedLog::open(Options options, FileSystem& files,
                                                         Clock& clock) {
  auto log = Log::open(std::move(options), files);
  if (!log) return std::unexpected(log.error());
  return std::unique_ptr<SegmentedLog>(new SegmentedLog(std::move(*log), files, clock));
}

SegmentedLog::SegmentedLog(std::unique_ptr<Log> log, FileSystem& files, Clock& clock)
    : log_(std::move(log)),
      files_(files),
      view_(files, log_->options().folder),
      checkpoints_(files, log_->options().folder),
      clock_(clock),
      time_(clock, log_->last_stamp()),
      queue_(log_->options().queue_events) {
  publish();
}

Opened SegmentedLog::opened() const {
  const auto& segments = log_->segments();
  Opened out{segments.empty() ? log_->end_offset() : segments.front().name.first_offset,
             log_->end_offset(), log_->generation_hash(), log_->totals()};
  for (const auto& one : log_->corruptions()) out.damage.push_back(one.unreadable());
  return out;
}

void SegmentedLog::raise_time_to(Time at) {
  time_.raise_to(at);
  known_until_ = at;
}

Result<void> SegmentedLog::begin(Sink sink, ClockSink clock_sink) {
  sink_ = std::move(sink), clock_sink_ = std::move(clock_sink);
  if (clock_sink_) clock_sink_(time_.look());
  const auto now = time_.stamp();
  auto last = log_->last_stamp();
  if (last.at < known_until_) last = {known_until_, now.ahead};
  // The gap by the clock that shows more, and never zero: if engine time was ahead of the wall
  // clock it stood still, but nobody received events meanwhile.
  const auto gap = log_->end_offset() == 0
                       ? Duration::zero()
                       : std::max({now.at - last.at, (now.at - now.ahead) - (last.at - last.ahead),
                                   Duration(1)});
  if (time_.went_back() > kClockWasWrong) clock_went_back(time_.went_back());
  if (auto done = write_control(model::Start{gap}, now); !done) {
    close();
    return done;
  }
  report(log_->corruptions());
  for (const auto& segment : log_->segments()) {
    if (segment.name.sealed) to_scan_.push_back(segment);
  }
  last_housekeeping_ = clock_.monotonic();
  begun_ = true;
  return {};
}

void SegmentedLog::start() {
  writer_ = std::thread([this] {
    name_thread("journal-writer");
    while (turn(patience())) {
    }
  });
  sealer_ = std::thread([this] { run_sealer(); });
}

void SegmentedLog::close() {
  queue_.close();
}

void SegmentedLog::stop() {
  close();
  if (writer_.joinable()) writer_.join();
  sealing_ends_ = true;
  to_seal_.close();
  if (sealer_.joinable()) sealer_.join();
}

Result<std::unique_ptr<CheckpointDraft>> SegmentedLog::begin_checkpoint(model::Offset offset) {
  return checkpoints_.begin(offset);
}

void SegmentedLog::checkpoints_rely_on(std::function<Result<void>()> sync) {
  checkpoints_.rely_on(std::move(sync));
}

bool SegmentedLog::submit(Submission submission) {
  const auto weight = submission.items.size();
  return queue_.try_push(Item(std::move(submission)), weight);
}

bool SegmentedLog::submit_control(model::Payload payload, GenerationText generation,
                                  ControlDone done) {
  const auto* reload = std::get_if<model::Reload>(&payload);
  if (!reload)
    return queue_.push_over_bound(
        Item(std::make_shared<Control>(Control{std::move(payload), std::move(done)})));
  begin_naming();
  if (auto stored = store_generation(reload->hash, generation); !stored) {
    end_naming();
    done(std::unexpected(stored.error()));
    return true;
  }
  auto named = [this, done = std::move(done)](Result<model::Offset> offset) {
    end_naming();
    done(std::move(offset));
  };
  if (queue_.push_over_bound(
          Item(std::make_shared<Control>(Control{std::move(payload), std::move(named)}))))
    return true;
  end_naming();
  return false;
}

Result<void> SegmentedLog::store_generation(const std::string& hash,
                                            const GenerationText& generation) {
  const auto& folder = log_->options().folder;
  if (!generation.attached_hash.empty()) {
    if (auto saved = save_attached(files_, folder, std::string(generation.attached_hash),
                                   generation.attached);
        !saved)
      return saved;
  }
  return save_generation(files_, folder, hash, std::string(generation.text));
}

void SegmentedLog::begin_naming() {
  const std::lock_guard lock(naming_mutex_);
  ++naming_;
}

void SegmentedLog::end_naming() {
  const std::lock_guard lock(naming_mutex_);
  --naming_;
}

// The lock is held while files are deleted, so that no other thread begins to store one meanwhile.
// Nothing waits while it holds the lock.
bool SegmentedLog::prune() {
  const std::lock_guard lock(naming_mutex_);
  if (naming_ > 0) return false;
  prune_generations(files_, log_->options().folder, log_->named_generations());
  return true;
}

void SegmentedLog::set_next_due(std::optional<Time> due) {
  const auto next = due.value_or(Time::max());
  if (next < next_due_.exchange(next) && !woken_.exchange(true))
    queue_.push_over_bound(Item(Wake{}));
}

bool SegmentedLog::turn(std::chrono::nanoseconds most) {
  if (!begun_ || ended_) return false;
  auto items = queue_.take_all(most);
  if (!items) {
    end();
    return false;
  }
  take_rejected();
  note_clock();
  work_through(*items);
  tick_if_due();
  housekeeping();
  return true;
}

void SegmentedLog::end() {
  ended_ = true;
  take_rejected();
  if (auto done = write_control(model::Stop{}, time_.stamp()); !done) {
    log::warn("journal", "no stop record: " + done.error().message,
              {{"reason", done.error().reason}});
  }
}

// Commits submissions in order, about group_bytes at a time; each control record has a frame of its
// own.
void SegmentedLog::work_through(std::vector<Item>& items) {
  std::vector<Submission> group;
  std::uint64_t bytes = 0;
  const auto flush = [&] {
    if (!group.empty()) commit(group);
    group.clear();
    bytes = 0;
  };
  for (auto& item : items) {
    if (std::holds_alternative<Wake>(item)) {
      woken_ = false;
      continue;
    }
    if (auto* control = std::get_if<std::shared_ptr<Control>>(&item)) {
      flush();
      commit(**control);
      continue;
    }
    auto& submission = std::get<Submission>(item);
    for (const auto& one : submission.items) bytes += one.event.bytes().size();
    group.push_back(std::move(submission));
    if (bytes >= log_->options().group_bytes) flush();
  }
  flush();
}

void SegmentedLog::commit(std::vector<Submission>& group) {
  const auto began = clock_.monotonic();
  const auto stamp = time_.stamp();
  auto committed = log_->commit(group, stamp);
  const auto took = std::chrono::duration<double>(clock_.monotonic() - began).count();
  {
    const std::lock_guard lock(stats_mutex_);
    ++(committed ? stats_.commits : stats_.failed_commits);
    stats_.full = !committed && (committed.error().reason == "disk_full" ||
                                 committed.error().reason == "journal_full");
    stats_.sync_seconds += took;
    const auto bucket =
        std::lower_bound(kSyncBuckets.begin(), kSyncBuckets.end(), took) - kSyncBuckets.begin();
    ++stats_.syncs[static_cast<std::size_t>(bucket)];
  }
  publish();
  if (!committed) {
    log::error("journal", committed.error().message, {{"reason", committed.error().reason}});
    for (auto& submission : group) submission.done(std::unexpected(committed.error()));
    return;
  }
  for (std::size_t i = 0; i < group.size(); ++i) group[i].done(std::move(committed->outcomes[i]));
  if (committed->records.empty()) return;
  ticks_.recorded(stamp.at);
  sink_(std::move(committed->records));
}

void SegmentedLog::commit(Control& control) {
  const auto offset = log_->end_offset();
  auto done = write_control(std::move(control.payload), time_.stamp());
  control.done(done ? Result<model::Offset>(offset) : std::unexpected(done.error()));
}

Result<void> SegmentedLog::write_control(model::Payload payload, model::Stamp stamp) {
  auto record = log_->commit_control(std::move(payload), stamp);
  publish();
  if (!record) return std::unexpected(record.error());
  ticks_.recorded(stamp.at);
  std::vector<model::Record> records;
  records.push_back(std::move(*record));
  sink_(std::move(records));
  return {};
}

void SegmentedLog::note_clock() {
  const auto step = time_.stepped();
  if (!step) return;
  if (clock_sink_) clock_sink_(time_.look());
  log::warn("journal", "the wall clock was stepped; engine time goes on as it was",
            {{"by", format_duration(*step)}});
  if (*step < -kClockWasWrong) clock_went_back(-*step);
  (void)write_control(model::ClockStep{*step}, time_.stamp());
}

void SegmentedLog::clock_went_back(Duration by) {
  log::warn(
      "journal",
      "the wall clock went back: it was wrong before, or is now; events, silences and time "
      "intervals are judged by the clock as it is now",
      {{"by", format_duration(by)}, {"engine_time_ahead", format_duration(time_.stamp().ahead)}});
  const std::lock_guard lock(stats_mutex_);
  stats_.clock_back = by;
  ++stats_.clock_backs;
}

// next_due_ is read before processed_, so that processed_ is at least as new as it.
Time SegmentedLog::next_tick() const {
  const auto due = next_due_.load();
  return ticks_.next(due, processed_ >= log_->end_offset());
}

// Also called if only duplicates and refusals came, because these write no record that runs timers.
void SegmentedLog::tick_if_due() {
  const auto now = time_.stamp();
  if (now.at < next_tick()) return;
  ticks_.ticked(now.at);
  (void)write_control(model::Tick{}, now);
}

std::chrono::nanoseconds SegmentedLog::patience() const {
  if (queue_.ready()) return 0ns;
  return std::clamp<Duration>(next_tick() - time_.now(), 0ms, kLook);
}

void SegmentedLog::housekeeping() {
  exchange_with_sealer();
  if (clock_.monotonic() - last_housekeeping_ < kHousekeeping) return;
  last_housekeeping_ = clock_.monotonic();
  // Totals that changed without a frame are written at least every few seconds, so that a crash
  // forgets no more of them.
  if (log_->has_uncounted()) (void)write_control(model::Tick{}, time_.stamp());
  retire();
  if (prune_due_) prune_due_ = !prune();
}

void SegmentedLog::exchange_with_sealer() {
  const auto sealed = sealed_.take_all(0ns);
  for (const auto& segment : *sealed) {
    log_->sealed(segment);
    sealing_ = false;
    publish();
  }
  if (sealing_) return;
  auto next = log_->next_to_seal();
  if (next) sealing_ = to_seal_.try_push(std::move(*next));
}

void SegmentedLog::retire() {
  const auto gone =
      log_->retire(time_.stamp().at, std::min(processed_.load(), checkpointed_.load()));
  if (gone == 0) return;
  log::info("journal", "old segments deleted", {{"segments", gone}});
  prune_due_ = true;
  publish();
}

void SegmentedLog::run_sealer() {
  name_thread("journal-sealer");
  yield_to_others();  // to those that take events
  while (!sealing_ends_) upkeep_turn(kLook);
}

bool SegmentedLog::upkeep_turn(std::chrono::nanoseconds most) {
  if (sealing_ends_) return false;
  if (auto segment = to_seal_.take_all(to_scan_.empty() ? most : 0ns);
      segment && !segment->empty()) {
    sealed_.push_over_bound(seal(std::move(segment->front())));
    return true;
  }
  if (to_scan_.empty()) return false;
  report(scan_file(files_, log_->options().folder + "/segments", to_scan_.back().name,
                   to_scan_.back().end_offset));
  to_scan_.pop_back();
  return true;
}

std::chrono::nanoseconds SegmentedLog::upkeep_patience() const {
  return to_scan_.empty() && !to_seal_.ready() ? 1h : 0ns;
}

SegmentInfo SegmentedLog::seal(SegmentInfo segment) {
  const auto done =
      seal_file(files_, log_->options().folder + "/segments", segment.name, segment.end_offset);
  if (!done)
    log::warn("journal", "segment not sealed: " + done.error().message,
              {{"reason", done.error().reason}});
  // If sealing fails the segment counts as done and stays plain.
  if (done) segment.bytes = done->bytes;
  segment.name.sealed = done.has_value();
  return segment;
}

void SegmentedLog::report(const std::vector<Corruption>& corruptions) {
  for (const auto& corruption : corruptions) {
    if (!reported_.insert(corruption.text()).second) continue;
    log::error("journal", corruption.text(),
               {{"reason", "corruption"},
                {"file", corruption.file},
                {"byte", corruption.position},
                {"from", corruption.from},
                {"to", corruption.to}});
  }
  const std::lock_guard lock(stats_mutex_);
  stats_.corruptions = reported_.size();
}

// Under the lock, so that stats() counts each refusal exactly once.
void SegmentedLog::take_rejected() {
  const std::lock_guard lock(stats_mutex_);
  log_->count_rejected(rejected_.exchange(0));
  stats_.totals = log_->totals();
}

void SegmentedLog::publish() {
  const std::lock_guard lock(stats_mutex_);
  stats_.totals = log_->totals();
  stats_.bytes_on_disk = log_->bytes_on_disk();
  stats_.segments = log_->segment_count();
  stats_.dedup_size = log_->dedup().size();
  stats_.dedup_window_seconds =
      std::chrono::duration<double>(log_->dedup().reach(log_->last_stamp().at)).count();
  stats_.end_offset = log_->end_offset();
  stats_.clock_ahead = time_.stamp().ahead;
}

Stats SegmentedLog::stats() const {
  const std::lock_guard lock(stats_mutex_);
  auto copy = stats_;
  const auto rejected = rejected_.load();
  copy.totals.received += rejected, copy.totals.rejected += rejected;
  copy.queued = queue_.weight();
  return copy;
}

Result<std::unique_ptr<Journal>> open_embedded(Options options, FileSystem& files, Clock& clock) {
  return SegmentedLog::open(std::move(options), files, clock);
}

}  // namespace alarum::journal
