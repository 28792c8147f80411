// Opening the log: what is on disk becomes what the log knows (DESIGN §3 "The log").
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "journal/generations.h"
#include "journal/log.h"

namespace alarum::journal {

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
    // A crash between sealing and removing leaves both forms: the sealed one is whole, or it would
    // not bear its name. Of two plain ones the first is left of an attempt that failed.
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
    const auto limit = i + 1 < segments_.size() ? segments_[i + 1].name.first_offset : ~model::Offset{0};
    if (auto done = recover_segment(i, limit); !done) return done;
  }
  if (generation_ != 0) {
    // Without its file the full hash is not known: whoever opens the log reloads what there is.
    auto hash = find_generation(files_, options_.folder, generation_);
    if (!hash && hash.error().reason != "not_found") return std::unexpected(hash.error());
    if (hash) generation_hash_ = *hash;
  }
  return {};
}

// A file that was made ready and never written to must not say where the one before it ends.
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
  auto done = segment.name.sealed ? take_index(segment) : take_frames(segment, limit, last);
  if (!done) return done;
  if (!last && segment.end_offset < limit) corruptions_.push_back(hole_after(folder(), segment.name, segment.bytes, segment.end_offset, segments_[i + 1].name));
  next_offset_ = last ? segment.end_offset : limit;
  last_at_ = std::max(last_at_, segment.last_at);
  written_ = totals_;
  return {};
}

// The index tells all that is needed, without reading an event.
Result<void> Log::take_index(SegmentInfo& segment) {
  const auto path = folder() + '/' + segment.name.text();
  auto file = files_.open(path, false);
  if (!file) return std::unexpected(file.error());
  const auto size = (*file)->size();
  if (!size) return std::unexpected(size.error());
  segment.bytes = *size;
  auto index = read_index(**file);
  if (!index && index.error().reason != "bad_index") return fail(index.error().reason, path + ": " + index.error().message);
  if (!index) return take_frames(segment, ~model::Offset{0}, false);
  segment.end_offset = index->end_offset;
  segment.last_at = index->last_at;
  segment.generations = index->generations;
  if (index->end_offset == segment.name.first_offset) return {};  // of no frame it says nothing
  last_ahead_ = {};
  totals_ = index->totals;
  generation_ = index->generation;
  for (const auto& event : index->events) dedup_.add(event);
  return {};
}

Result<void> Log::take_frames(SegmentInfo& segment, model::Offset limit, bool last) {
  const auto path = folder() + '/' + segment.name.text();
  auto file = files_.open(path, false);
  if (!file) return std::unexpected(file.error());
  SegmentReader reader(std::move(*file), segment.name, path, limit);
  std::optional<std::uint64_t> newest;  // where the last frame begins
  for (;;) {
    const auto frame = reader.next();
    if (!frame) return std::unexpected(frame.error());
    if (!*frame) break;
    const auto& header = (*frame)->header;
    newest = (*frame)->position;
    auto records = decode_records(header, (*frame)->body);
    if (!records) return fail(records.error().reason, fmt::format("{}: byte {}: {}", path, (*frame)->position, records.error().message));
    for (const auto& record : *records) {
      const auto* event = std::get_if<model::Event>(&record.payload);
      if (!event) continue;
      for (const auto& seen : model::seen_of(*event, header.at)) dedup_.add(seen);
    }
    totals_ = header.totals;
    generation_ = header.generation;
    segment.last_at = header.at;
    last_ahead_ = header.ahead;
    segment.end_offset = header.end_offset();
    if (std::find(segment.generations.begin(), segment.generations.end(), header.generation) == segment.generations.end()) {
      segment.generations.push_back(header.generation);
    }
  }
  if (!segment.name.sealed) segment.bytes = reader.end_position();
  for (const auto& corruption : reader.corruptions()) corruptions_.push_back(corruption);
  return last ? reopen_last(newest.value_or(reader.end_position()), reader.end_position()) : Result<void>();
}

// Cuts the torn tail, so that nothing of it can be read again, and takes the file up where it ended. The last frame, at
// `newest`, was read and need not be on disk: a failed sync is reported to one process only, and the next one finds in memory what no later sync will bring to the
// disk. So it is written once more. The frames before it were synced, or it would not stand behind them.
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
  auto tail = file_->read(position, static_cast<std::size_t>(room_ - position));
  if (!tail) return std::unexpected(tail.error());
  if (tail->find_first_not_of('\0') == std::string::npos) return {};
  return cut_tail();
}

}  // namespace alarum::journal
