// Opening the log: reads what is on disk into a Log (docs/formats/journal.md "Recovery").
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "journal/generations.h"
#include "journal/log.h"

namespace alarum::journal {
namespace {

// Space that was reserved and never written need not be read.
Result<bool> reads_as_zeros(File& file, std::uint64_t from) {
  constexpr std::size_t kPiece = 1U << 20;
  const auto end = file.data_end(from);
  if (!end) return std::unexpected(end.error());
  while (from < *end) {
    const auto piece = file.read(from, std::min<std::uint64_t>(kPiece, *end - from));
    if (!piece) return std::unexpected(piece.error());
    if (piece->find_first_not_of('\0') != std::string::npos) return false;
    if (piece->empty()) break;
    from += piece->size();
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<Log>> Log::open(Options options, FileSystem& files) {
  std::unique_ptr<Log> log(new Log(std::move(options), files));
  if (auto made = files.make_folder(log->folder()); !made) return std::unexpected(made.error());
  auto lock = files.lock(log->options_.folder + "/lock");
  if (!lock) return std::unexpected(lock.error());
  log->lock_ = std::move(*lock);
  if (auto done = log->recover(); !done) return std::unexpected(done.error());
  return log;
}

Result<void> Log::recover() {
  const auto names = files_.list(folder());
  if (!names) return std::unexpected(names.error());
  for (const auto& text : *names) {
    if (text.ends_with(".tmp")) (void)files_.remove(folder() + '/' + text);
    const auto name = SegmentName::parse(text);
    if (!name) continue;
    // A crash between sealing and removing leaves both forms; the sealed one is complete, because
    // it gets its name last. Of two plain ones the first is left from a failed attempt.
    if (!segments_.empty() && segments_.back().name.number == name->number) {
      const auto path = folder() + '/' + segments_.back().name.text();
      if (!files_.remove(path)) leftovers_.insert(path);
      segments_.pop_back();
    }
    segments_.push_back({*name, name->first_offset, {}, 0, {}});
  }
  if (auto done = drop_empty_tail(); !done) return done;
  if (!segments_.empty()) next_offset_ = segments_.front().name.first_offset;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    const auto limit =
        i + 1 < segments_.size() ? segments_[i + 1].name.first_offset : ~model::Offset{0};
    if (auto done = recover_segment(i, limit); !done) return done;
  }
  if (auto done = remember_ids(); !done) return done;
  if (generation_ != 0) {
    // Without the file the full hash stays unknown. The start then writes a reload record for the
    // rules on disk.
    auto hash = find_generation(files_, options_.folder, generation_);
    if (!hash && hash.error().reason != "not_found") return std::unexpected(hash.error());
    if (hash) generation_hash_ = *hash;
  }
  return {};
}

// A file that was prepared and never written to must not be used to tell where the segment before
// it ends.
Result<void> Log::drop_empty_tail() {
  while (segments_.size() > 1 && !segments_.back().name.sealed) {
    const auto& name = segments_.back().name;
    const auto written = has_frame(files_, folder(), name);
    if (!written) return std::unexpected(written.error());
    if (*written) return {};
    if (auto gone = files_.remove(folder() + '/' + name.text()); !gone) return gone;
    segments_.pop_back();
  }
  return {};
}

Result<void> Log::recover_segment(std::size_t i, model::Offset limit) {
  auto& segment = segments_[i];
  const bool last = i + 1 == segments_.size();
  auto done = segment.name.sealed ? take_head(segment) : take_frames(segment, limit, last);
  if (!done) return done;
  if (!last && segment.end_offset < limit)
    corruptions_.push_back(hole_after(folder(), segment.name, segment.bytes, segment.end_offset,
                                      segments_[i + 1].name));
  next_offset_ = last ? segment.end_offset : limit;
  last_at_ = std::max(last_at_, segment.last_at);
  written_ = totals_;
  return {};
}

// The head of the index has all that is needed, so neither events nor their identities are read.
Result<void> Log::take_head(SegmentInfo& segment) {
  const auto path = path_of(segment);
  auto file = files_.open(path, false);
  if (!file) return std::unexpected(file.error());
  const auto size = (*file)->size();
  if (!size) return std::unexpected(size.error());
  segment.bytes = *size;
  const auto head = read_head(**file);
  if (!head && head.error().reason != "bad_index") {
    return fail(head.error().reason, path + ": " + head.error().message);
  }
  if (!head) return take_frames(segment, ~model::Offset{0}, false);
  segment.end_offset = head->end_offset;
  segment.last_at = head->last_at;
  segment.generations = head->generations;
  segment.identities = head->event_count;
  if (head->end_offset == segment.name.first_offset) return {};  // a segment without frames
  last_ahead_ = {};
  totals_ = head->totals;
  generation_ = head->generation;
  return {};
}

Result<void> Log::take_frames(SegmentInfo& segment, model::Offset limit, bool last) {
  std::optional<std::uint64_t> newest;  // where the last frame begins
  std::uint64_t end = 0;
  const auto take = [&](const SegmentReader::Frame& frame) -> Result<void> {
    const auto& header = frame.header;
    newest = frame.position;
    totals_ = header.totals;
    generation_ = header.generation;
    segment.last_at = header.at;
    last_ahead_ = header.ahead;
    segment.end_offset = header.end_offset();
    if (std::ranges::find(segment.generations, header.generation) == segment.generations.end()) {
      segment.generations.push_back(header.generation);
    }
    return {};
  };
  if (auto done = each_frame(segment, limit, take, &end); !done) return done;
  if (!segment.name.sealed) segment.bytes = end;
  return last ? reopen_last(newest.value_or(end), end) : Result<void>();
}

// Adds damage to corruptions_ unless it is there already. `end` becomes the place of the next
// frame.
Result<void> Log::each_frame(const SegmentInfo& segment, model::Offset limit, const TakeFrame& take,
                             std::uint64_t* end) {
  const auto path = path_of(segment);
  auto file = files_.open(path, false);
  if (!file) return std::unexpected(file.error());
  SegmentReader reader(std::move(*file), segment.name, path, limit);
  for (;;) {
    const auto frame = reader.next();
    if (!frame) return std::unexpected(frame.error());
    if (!*frame) break;
    if (auto done = take(**frame); !done) return done;
  }
  for (const auto& corruption : reader.corruptions()) {
    const auto known = [&](const Corruption& one) { return one.text() == corruption.text(); };
    if (std::ranges::none_of(corruptions_, known)) corruptions_.push_back(corruption);
  }
  if (end) *end = reader.end_position();
  return {};
}

// Reads the identities of the newest segments, as far back as dedup_window or dedup_max allows.
// Older ones would be forgotten again at once, so they are not read.
Result<void> Log::remember_ids() {
  auto first = segments_.size();
  for (std::uint64_t identities = 0; first > 0; --first) {
    const auto& segment = segments_[first - 1];
    // A segment without frames has no last stamp.
    const bool has_frames = segment.end_offset > segment.name.first_offset;
    const bool old = has_frames && segment.last_at + options_.dedup_window < last_at_;
    if (old || identities > options_.dedup_max) break;
    identities += segment.identities;
  }
  for (; first < segments_.size(); ++first) {
    const auto limit =
        first + 1 < segments_.size() ? segments_[first + 1].name.first_offset : ~model::Offset{0};
    if (auto done = remember_ids_of(segments_[first], limit); !done) return done;
  }
  return {};
}

Result<void> Log::remember_ids_of(const SegmentInfo& segment, model::Offset limit) {
  if (segment.name.sealed) {
    auto file = files_.open(path_of(segment), false);
    if (!file) return std::unexpected(file.error());
    const auto visit = [&](std::span<const model::SeenEvent> some) { remember(some); };
    const auto done = visit_events(**file, visit);
    if (done || done.error().reason != "bad_index") return done;
    limit = ~model::Offset{0};
  }
  std::vector<model::SeenEvent> events;
  const auto take = [&](const SegmentReader::Frame& frame) -> Result<void> {
    const auto records = decode_records(frame.header, frame.body);
    if (!records) {
      return fail(records.error().reason, fmt::format("{}: byte {}: {}", path_of(segment),
                                                      frame.position, records.error().message));
    }
    events.clear();
    for (const auto& record : *records) {
      const auto* event = std::get_if<model::Event>(&record.payload);
      if (!event) continue;
      const auto seen = model::seen_of(*event, frame.header.at);
      events.insert(events.end(), seen.begin(), seen.end());
    }
    remember(events);
    return {};
  };
  return each_frame(segment, limit, take, nullptr);
}

// In groups, so that memory for all of a group is prefetched before the first is used.
void Log::remember(std::span<const model::SeenEvent> events) {
  constexpr std::size_t kSome = 128;
  for (; !events.empty(); events = events.subspan(std::min(kSome, events.size()))) {
    const auto some = events.first(std::min(kSome, events.size()));
    for (const auto& event : some) dedup_.prefetch(event.identity);
    for (const auto& event : some) dedup_.add(event);
  }
}

// Cuts the torn tail, so that nothing of it can be read again, and opens the file for writing at
// its end. The last frame, at `newest`, was read but need not be on disk: a failed sync is reported
// to one process only, and the next process reads from memory what no later sync will write. So the
// frame is written again. The frames before it were synced, because otherwise it would not have
// been written behind them.
Result<void> Log::reopen_last(std::uint64_t newest, std::uint64_t position) {
  auto file = files_.open(folder() + '/' + segments_.back().name.text(), false);
  if (!file) return std::unexpected(file.error());
  file_ = std::move(*file);
  position_ = position;
  const auto size = file_->size();
  if (!size) return std::unexpected(size.error());
  room_ = std::max(*size, position);
  segments_.back().bytes = room_;
  if (newest < position) {
    const auto frame = file_->read(newest, static_cast<std::size_t>(position - newest));
    if (!frame) return std::unexpected(frame.error());
    if (auto done = file_->write(newest, *frame); !done) return done;
    if (auto done = file_->sync(); !done) return done;
  }
  const auto clean = reads_as_zeros(*file_, position);
  if (!clean) return std::unexpected(clean.error());
  if (*clean) return {};
  return cut_tail();
}

}  // namespace alarum::journal
