#include "journal/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "model/posted.h"

namespace alarum::journal {
namespace {

model::GenerationId id_of(const std::string& hash) {
  return hash.empty() ? 0 : std::stoull(hash.substr(0, 16), nullptr, 16);
}

// The identities of the events in one group of submissions; for each the newest event.
class Taken {
 public:
  explicit Taken(std::size_t most) : places_(std::bit_ceil(2 * most + 1)) {
    seen_.reserve(most), offsets_.reserve(most);
  }

  // The number of the newest event with that identity; kNone if there is none.
  static constexpr std::size_t kNone = ~std::size_t{0};
  std::size_t find(const model::Identity& identity) const {
    const auto number = places_[place(identity)];
    return number == 0 ? kNone : number - 1;
  }
  void add(const model::SeenEvent& one, model::Offset offset) {
    seen_.push_back(one), offsets_.push_back(offset);
    places_[place(one.identity)] = static_cast<std::uint32_t>(seen_.size());
  }
  const model::SeenEvent& seen(std::size_t number) const { return seen_[number]; }
  model::Offset offset(std::size_t number) const { return offsets_[number]; }
  const std::vector<model::SeenEvent>& all() const { return seen_; }

 private:
  // The index in places_ where the identity is, or where it would be added. Less than half of the
  // places are used, so the search ends soon.
  std::size_t place(const model::Identity& identity) const {
    const auto mask = places_.size() - 1;
    auto at = static_cast<std::size_t>(identity[0]) & mask;
    while (places_[at] != 0 && seen_[places_[at] - 1].identity != identity) at = (at + 1) & mask;
    return at;
  }

  std::vector<std::uint32_t> places_;  // hash table: 1 + index in seen_; 0: free
  std::vector<model::SeenEvent> seen_;
  std::vector<model::Offset> offsets_;
};

// The frame that a group of submissions becomes, decided item by item in order. Its identities are
// added to the set of known ones only after the commit.
struct Group {
  std::vector<std::string_view> body;
  std::uint32_t count = 0;
  Totals totals;
  Taken taken;
  Log::Committed committed;

  // If the same message was taken before: its offset if that was in this group, otherwise 0.
  std::optional<model::Offset> copy_of(const model::SeenAs& as,
                                       const model::DedupSet& known) const {
    for (const auto& one : as) {
      const auto here = taken.find(one.identity);
      if (here == Taken::kNone ? known.contains(one) : taken.seen(here).content == one.content)
        return here == Taken::kNone ? 0 : taken.offset(here);
    }
    return std::nullopt;
  }
  // Whether the newest message of the same identity had another content.
  bool supersedes(const model::SeenAs& as, const model::DedupSet& known) const {
    return std::ranges::any_of(as, [&](const auto& one) {
      return taken.find(one.identity) != Taken::kNone || known.content(one.identity);
    });
  }
  void note(const model::SeenAs& as, model::Offset offset) {
    for (const auto& one : as) taken.add(one, offset);
  }
};

std::size_t events_in(const std::vector<Submission>& submissions) {
  std::size_t count = 0;
  for (const auto& one : submissions) count += one.items.size();
  return count;
}

std::size_t names_in(const std::vector<model::SeenAs>& all) {
  std::size_t count = 0;
  for (const auto& one : all) count += one.size();
  return count;
}

// The events of a batch share its memory. If less than half of a batch was written, its events are
// copied, so that they do not keep the whole batch in memory.
void leave_blocks(std::vector<model::Record>& records) {
  const auto event_of = [](model::Record& record) -> model::Event& {
    return std::get<model::Event>(record.payload);
  };
  for (auto first = records.begin(); first != records.end();) {
    const auto block = event_of(*first);
    std::size_t used = 0;
    auto end = first;
    for (; end != records.end() && event_of(*end).shares_block_with(block); ++end)
      used += event_of(*end).record().size();
    const bool waste = 2 * used < block.block_size();
    for (; first != end; ++first) {
      if (waste) event_of(*first) = event_of(*first).alone();
    }
  }
}

}  // namespace

// The identities of all events. They are computed and prefetched before the first one is looked up,
// so that the lookups do not wait for memory.
std::vector<model::SeenAs> Log::seen_in(const std::vector<Submission>& submissions, Time at) const {
  std::vector<model::SeenAs> out;
  out.reserve(events_in(submissions));
  for (const auto& submission : submissions) {
    for (const auto& item : submission.items) {
      auto& seen = out.emplace_back(item.seen ? *item.seen : model::seen_of(item.event, at));
      seen.set_time(at);
      for (const auto& one : seen) dedup_.prefetch(one.identity);
    }
  }
  return out;
}

Log::Log(Options options, FileSystem& files)
    : options_(std::move(options)),
      files_(files),
      dedup_(options_.dedup_window, options_.dedup_max) {}

Result<Log::Committed> Log::commit(std::vector<Submission>& submissions, model::Stamp stamp) {
  const auto at = stamp.at;
  dedup_.expire(at);
  const auto names = seen_in(submissions, at);
  Group group{{}, 0, totals_, Taken(names_in(names)), {}};
  group.committed.records.reserve(names.size());
  auto name = names.begin();
  for (auto& submission : submissions) {
    auto& outcomes = group.committed.outcomes.emplace_back();
    outcomes.reserve(submission.items.size());
    group.totals.received += submission.items.size();
    for (auto& item : submission.items) {
      const auto offset = next_offset_ + group.count;
      // A posted alert is no duplicate of anything and is always written, because it needs no rule.
      const bool posted = model::is_posted(item.event);
      const auto& as = *name++;
      if (const auto copy = group.copy_of(as, dedup_)) {
        ++group.totals.duplicate;
        outcomes.push_back({true, *copy, false});
        continue;
      }
      // An event that changes the state of its identity is always written. Otherwise, after a
      // start, the one before it would be taken for the newest.
      const bool supersedes = group.supersedes(as, dedup_);
      // Hits of another generation than the one in force do not count.
      const bool unmatched =
          item.hits && item.hits->generation == generation_ && item.hits->hits.empty();
      const bool unwritten = !options_.keep_all && !posted && !supersedes && unmatched;
      group.note(as, unwritten ? 0 : offset);  // whose copies have no offset either
      if (unwritten) {
        ++group.totals.unmatched;
        outcomes.push_back({false, 0, true});
        continue;
      }
      model::Record record{offset,     at, generation_, std::move(item.event), std::move(item.hits),
                           stamp.ahead};
      append_record(group.body, std::get<model::Event>(record.payload));
      outcomes.push_back({false, offset, false});
      group.committed.records.push_back(std::move(record));
      ++group.count;
    }
  }
  if (group.count > 0) {
    if (auto done = append(std::move(group.body), group.count, stamp, generation_, group.totals);
        !done)
      return std::unexpected(done.error());
  }
  totals_ = group.totals;
  for (const auto& event : group.taken.all()) dedup_.add(event);
  leave_blocks(group.committed.records);
  return std::move(group.committed);
}

Result<model::Record> Log::commit_control(model::Payload payload, model::Stamp stamp) {
  auto generation = generation_;
  if (const auto* reload = std::get_if<model::Reload>(&payload)) generation = id_of(reload->hash);
  model::Record record{next_offset_,       stamp.at,     generation,
                       std::move(payload), std::nullopt, stamp.ahead};
  std::string body;
  append_record(body, record.payload);
  if (auto done = append({body}, 1, stamp, generation, totals_); !done)
    return std::unexpected(done.error());
  generation_ = generation;
  if (const auto* reload = std::get_if<model::Reload>(&record.payload))
    generation_hash_ = reload->hash;
  return record;
}

Result<void> Log::append(std::vector<std::string_view> body, std::uint32_t count,
                         model::Stamp stamp, model::GenerationId generation, const Totals& totals) {
  auto size = kFrameHeader;
  for (const auto piece : body) size += piece.size();
  if (auto room = make_room(size); !room) return room;
  FrameHeader header;
  header.segment = segments_.back().name.number;
  header.first_offset = next_offset_;
  header.count = count;
  header.at = stamp.at;
  header.ahead = stamp.ahead;
  header.generation = generation;
  header.totals = totals;
  const auto head = encode_head(header, body);
  body.insert(body.begin(), head);
  written_to_ = std::max(written_to_, position_ + size);
  if (auto written = file_->write_pieces(position_, body); !written) return written;
  if (auto synced = file_->sync(); !synced) {
    // After a failed sync the content of this file is unknown, so it ends here, and the next commit
    // begins another one.
    poisoned_ = true;
    return synced;
  }
  unwritten_ = false;
  position_ += size;
  next_offset_ += count;
  last_at_ = stamp.at;
  last_ahead_ = stamp.ahead;
  written_ = totals;
  auto& segment = segments_.back();
  segment.end_offset = next_offset_;
  segment.last_at = stamp.at;
  name_generation(generation);
  return {};
}

void Log::name_generation(model::GenerationId generation) {
  auto& named = segments_.back().generations;
  if (std::find(named.begin(), named.end(), generation) == named.end()) named.push_back(generation);
}

Result<void> Log::make_room(std::uint64_t bytes) {
  if (file_ && !poisoned_ && position_ + bytes <= room_) return {};
  return begin_segment(bytes);
}

// The old segment stays the last one until the new file is complete and its name is durable. Before
// that, remains of a failed commit must be removed from the old one: the next commit takes the same
// offset in the new file, and if the new file were lost, nothing would show that these remains do
// not count.
Result<void> Log::begin_segment(std::uint64_t least) {
  const auto size = std::max(least, options_.segment_size);
  // The start record may exceed max_size by one segment: without it retention could never run and
  // make room.
  const bool full = bytes_on_disk() + size > options_.max_size;
  if (full && segments_.size() > 1 && !unwritten_) {
    return fail(
        "journal_full",
        fmt::format("the journal has reached max_size ({} bytes) and nothing may be deleted yet",
                    options_.max_size));
  }
  if (file_ && written_to_ > position_) {
    if (auto cut = cut_tail(); !cut) return cut;
  }
  SegmentInfo next;
  next.name.number = segments_.empty() ? 1 : segments_.back().name.number + 1;
  next.name.first_offset = next.end_offset = next_offset_;
  next.last_at = last_at_;
  const auto path = folder() + '/' + next.name.text();
  auto file = files_.open(path, true);
  if (!file) return std::unexpected(file.error());
  auto ready = (*file)->truncate(0);
  if (ready) ready = (*file)->allocate(size);
  if (ready) ready = (*file)->sync();
  if (ready) ready = files_.sync_folder(folder());
  if (!ready) {
    if (!files_.remove(path)) leftovers_.insert(path);
    return ready;
  }
  leftovers_.erase(path);
  if (file_) segments_.back().bytes = position_;
  if (file_ && !poisoned_) (void)file_->truncate(position_);
  file_ = std::move(*file);
  position_ = written_to_ = 0;
  room_ = size;
  poisoned_ = false;
  next.bytes = size;
  segments_.push_back(std::move(next));
  return {};
}

// Removes everything behind the last record, on disk too. The file then gets its size back: if the
// sync fails, the cut may be lost, and the next attempt must cut again and not find the file short
// already.
Result<void> Log::cut_tail() {
  auto cut = file_->truncate(position_);
  if (cut) cut = file_->allocate(room_);
  if (cut) cut = file_->sync();
  if (cut) written_to_ = position_;
  return cut;
}

void Log::raise_to(model::Offset offset) {
  if (offset <= next_offset_) return;
  const auto path = segments_.empty() ? folder() : folder() + '/' + segments_.back().name.text();
  corruptions_.push_back({path, position_, next_offset_, offset});
  next_offset_ = offset;
  poisoned_ = true;
}

void Log::expect_from(model::Offset offset) {
  if (segments_.empty() || segments_.front().name.first_offset <= offset) return;
  corruptions_.push_back({folder() + ": before " + segments_.front().name.text(), 0, offset,
                          segments_.front().name.first_offset});
}

// Another attempt at the segment with the same number may have begun at a later offset. If that one
// were deleted and the file of the first attempt stayed, records would seem to be missing after it.
bool Log::remove_leftovers() {
  std::erase_if(leftovers_, [this](const std::string& path) {
    const auto removed = files_.remove(path);
    return removed || removed.error().reason == "not_found";
  });
  return leftovers_.empty();
}

std::size_t Log::retire(Time now, model::Offset below) {
  std::size_t gone = 0;
  if (!remove_leftovers()) return gone;
  while (segments_.size() > 1) {
    const auto& oldest = segments_.front();
    const bool too_old = oldest.last_at + options_.retention < now;
    const bool too_much = bytes_on_disk() + options_.segment_size > options_.max_size;
    if ((!oldest.name.sealed && !oldest.stays_plain) || oldest.end_offset > below ||
        (!too_old && !too_much))
      break;
    // Removals may reach the disk in any order. Earlier ones must be durable first, because
    // otherwise a power cut could leave a hole between the remaining segments.
    if (!files_.sync_folder(folder())) break;
    if (oldest.name.sealed) {
      // If an earlier removal failed, the plain form may still be there. It must not come back in
      // place of the sealed one.
      auto plain = oldest.name;
      plain.sealed = false;
      const auto removed = files_.remove(folder() + '/' + plain.text());
      if (!removed && removed.error().reason != "not_found") break;
    }
    if (!files_.remove(folder() + '/' + oldest.name.text())) break;
    segments_.erase(segments_.begin());
    ++gone;
  }
  if (gone > 0) (void)files_.sync_folder(folder());
  return gone;
}

std::optional<SegmentInfo> Log::next_to_seal() const {
  for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
    if (!segments_[i].name.sealed && !segments_[i].stays_plain) return segments_[i];
  }
  return std::nullopt;
}

void Log::sealed(const SegmentInfo& segment) {
  for (auto& known : segments_) {
    if (known.name.number != segment.name.number) continue;
    known.name.sealed = segment.name.sealed;
    known.stays_plain = !segment.name.sealed;
    known.bytes = segment.bytes;
  }
}

std::vector<model::GenerationId> Log::named_generations() const {
  std::vector<model::GenerationId> named{generation_};
  for (const auto& segment : segments_)
    named.insert(named.end(), segment.generations.begin(), segment.generations.end());
  return named;
}

std::uint64_t Log::bytes_on_disk() const {
  std::uint64_t sum = 0;
  for (const auto& segment : segments_) sum += segment.bytes;
  return sum;
}

}  // namespace alarum::journal
