#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "journal/embedded.h"
#include "journal/segment.h"
#include "model/dedup.h"

namespace alarum::journal {

/// One segment file as the log knows it.
struct SegmentInfo {
  SegmentName name;
  model::Offset end_offset = 0;
  Time last_at;
  std::uint64_t bytes = 0;
  std::vector<model::GenerationId> generations;
  std::uint64_t identities = 0;  ///< as its index has them; of a plain one 0
  bool stays_plain = false;      ///< it could not be sealed
};

/// The log on disk: recovery, appending with one sync a group, duplicates, segments, retention.
/// Synchronous and without a clock: the writer's thread (SegmentedLog) owns it and gives it the
/// time.
class Log {
 public:
  /// Recovers: cuts a torn tail, reports damage, rebuilds the duplicate set. Errors: `locked`,
  /// `newer_format`, `io_error`, `disk_full`.
  static Result<std::unique_ptr<Log>> open(Options options, FileSystem& files);

  /// What one group of submissions became.
  struct Committed {
    std::vector<std::vector<Outcome>> outcomes;  ///< of each submission's items
    std::vector<model::Record> records;          ///< what was written, for the engine
  };
  /// Decides duplicates, writes one frame with this stamp, syncs. On an error nothing of it
  /// happened: `disk_full`, `journal_full`, `io_error`.
  Result<Committed> commit(std::vector<Submission>& group, model::Stamp stamp);
  /// Events that were refused: in the totals from here on, on disk with the next record.
  void count_rejected(std::uint64_t events) {
    totals_.received += events, totals_.rejected += events;
  }
  /// What was counted since the last frame: refusals, duplicates and what `keep: matched` left
  /// unwritten, without an event beside them.
  bool has_uncounted() const { return totals_ != written_; }
  /// Writes one control record the same way.
  Result<model::Record> commit_control(model::Payload payload, model::Stamp stamp);

  /// What was processed below `offset` was on disk once: if the log ends before it, the rest was
  /// lost (a disk that lied about a sync, or damage at the very end). That is reported, and no
  /// offset is given a second time. To be called before the first commit.
  void raise_to(model::Offset offset);
  /// Records from `offset` on were not retention's to delete: if the log begins later, its first
  /// segments are missing, which is reported. To be called before the first commit.
  void expect_from(model::Offset offset);

  /// Deletes what retention allows. Returns how many segments went.
  std::size_t retire(Time now, model::Offset below);
  /// A full segment that waits to be sealed; the sealer replaces its file and then calls `sealed`.
  std::optional<SegmentInfo> next_to_seal() const;
  /// Its sealing is over; with `name.sealed` false it failed, and the segment stays plain.
  void sealed(const SegmentInfo& segment);
  /// All generations that a segment names, and the one in force.
  std::vector<model::GenerationId> named_generations() const;

  model::Offset end_offset() const { return next_offset_; }
  /// Of the newest record; where only a sealed segment tells of it, `ahead` is not known and zero.
  model::Stamp last_stamp() const { return {last_at_, last_ahead_}; }
  const Totals& totals() const { return totals_; }
  /// Of the rules in force; empty where there are none, or where their file is gone.
  const std::string& generation_hash() const { return generation_hash_; }
  const std::vector<Corruption>& corruptions() const { return corruptions_; }
  model::DedupSet& dedup() { return dedup_; }
  std::uint64_t bytes_on_disk() const;
  const std::vector<SegmentInfo>& segments() const { return segments_; }
  std::size_t segment_count() const { return segments_.size(); }
  const Options& options() const { return options_; }

 private:
  Log(Options options, FileSystem& files);
  Result<void> recover();
  Result<void> drop_empty_tail();
  Result<void> recover_segment(std::size_t index, model::Offset limit);
  Result<void> take_head(SegmentInfo& segment);
  Result<void> take_frames(SegmentInfo& segment, model::Offset limit, bool last);
  using TakeFrame = std::function<Result<void>(const SegmentReader::Frame&)>;
  Result<void> each_frame(const SegmentInfo& segment, model::Offset limit, const TakeFrame& take,
                          std::uint64_t* end);
  Result<void> remember_ids();
  Result<void> remember_ids_of(const SegmentInfo& segment, model::Offset limit);
  void remember(std::span<const model::SeenEvent> events);
  Result<void> reopen_last(std::uint64_t newest, std::uint64_t position);
  std::vector<model::SeenAs> seen_in(const std::vector<Submission>& submissions, Time at) const;
  Result<void> make_room(std::uint64_t bytes);
  Result<void> begin_segment(std::uint64_t least);
  Result<void> cut_tail();
  Result<void> append(std::vector<std::string_view> body, std::uint32_t count, model::Stamp stamp,
                      model::GenerationId generation, const Totals& totals);
  bool remove_leftovers();
  void name_generation(model::GenerationId generation);
  std::string folder() const { return options_.folder + "/segments"; }
  std::string path_of(const SegmentInfo& segment) const {
    return folder() + '/' + segment.name.text();
  }

  Options options_;
  FileSystem& files_;
  std::unique_ptr<File> lock_;
  std::vector<SegmentInfo> segments_;  // by number; the last one is being written
  std::unique_ptr<File> file_;         // of the last one
  std::uint64_t position_ = 0;         // where the next frame goes
  std::uint64_t written_to_ = 0;       // past position_: what commits that failed may have left
  std::uint64_t room_ = 0;             // preallocated size of the file
  bool unwritten_ = true;              // since it was opened
  // Nothing is written to this file any more: a sync of it failed, or its end is lost
  bool poisoned_ = false;
  model::Offset next_offset_ = 0;
  Time last_at_;
  Duration last_ahead_{};
  Totals totals_;
  Totals written_;  // as the newest frame has them
  model::GenerationId generation_ = 0;
  std::string generation_hash_;
  model::DedupSet dedup_;
  std::set<std::string> leftovers_;  ///< files of segments that could not be begun, nor removed
  std::vector<Corruption> corruptions_;
};

}  // namespace alarum::journal
