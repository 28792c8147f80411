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
  Time last_at;             ///< engine time of its newest frame
  std::uint64_t bytes = 0;  ///< of the file, with what is reserved and not written yet
  std::vector<model::GenerationId> generations;  ///< in force in some frame of it
  std::uint64_t identities = 0;  ///< events in the index of a sealed segment; 0 for a plain one
  bool stays_plain = false;      ///< sealing failed; it is not tried again in this run
};

/// The log on disk: recovery, appending, duplicates, segments, retention. A commit is one frame,
/// written and synced once. All calls are synchronous, and it has no clock: its owner,
/// SegmentedLog, calls it on one thread (the writer's, after start()) and passes engine time.
/// Memory is bounded by Options::dedup_max identities and one entry for each segment. The format is
/// docs/formats/journal.md.
class Log {
 public:
  /// Takes the lock of the folder, cuts a torn tail, notes damage (corruptions()) and loads the
  /// identities by which duplicates are recognised. `files` outlives the log. Errors: `locked`,
  /// `newer_format`, `io_error`, `disk_full`, `bad_record`.
  static Result<std::unique_ptr<Log>> open(Options options, FileSystem& files);

  /// The result of commit().
  struct Committed {
    std::vector<std::vector<Outcome>> outcomes;  ///< for each submission, one for each of its items
    std::vector<model::Record> records;          ///< what was written, in order, for the engine
  };
  /// Finds duplicates, writes the rest as one frame with this stamp, and syncs it. Takes the events
  /// out of `group`. On an error nothing was committed and no total has changed: `disk_full`,
  /// `journal_full` (max_size is reached and retention may delete nothing), `io_error`. After a
  /// failed sync the file is not used any more, and the next commit begins a new segment.
  Result<Committed> commit(std::vector<Submission>& group, model::Stamp stamp);
  /// Adds events that were refused to the totals. They are on disk with the next frame.
  void count_rejected(std::uint64_t events) {
    totals_.received += events, totals_.rejected += events;
  }
  /// Whether totals have changed since the last frame (refusals, duplicates, events that `keep:
  /// matched` did not write), so that a crash would forget them.
  bool has_uncounted() const { return totals_ != written_; }
  /// Writes one control record in a frame of its own. Errors as commit() has them. From a Reload
  /// on, its generation is the one in force.
  Result<model::Record> commit_control(model::Payload payload, model::Stamp stamp);

  /// The book has processed all records below `offset`, so they were on disk once. If the log ends
  /// before `offset`, the rest was lost (the disk reported a sync that did not happen, or the end
  /// is damaged). That is added to corruptions(), and new records begin at `offset` in a new
  /// segment. Call it before the first commit.
  void raise_to(model::Offset offset);
  /// Retention has not deleted records from `offset` on. If the log begins later, its first
  /// segments are missing, which is added to corruptions(). Call it before the first commit.
  void expect_from(model::Offset offset);

  /// Deletes the oldest segments while they are past the retention time or the log has reached
  /// max_size, but never the newest segment, one that waits to be sealed, or one with records at or
  /// past `below`. Returns how many were deleted. A segment that cannot be removed stays, and the
  /// next call tries again.
  std::size_t retire(Time now, model::Offset below);
  /// The oldest full segment that is not sealed; nullopt if there is none. The sealer replaces its
  /// file, and then the writer calls sealed().
  std::optional<SegmentInfo> next_to_seal() const;
  /// Takes the result of sealing. If `name.sealed` is false it failed, and the segment stays plain.
  void sealed(const SegmentInfo& segment);
  /// All generations that some segment names, and the one in force; one may be there several times.
  std::vector<model::GenerationId> named_generations() const;

  /// The offset of the next record.
  model::Offset end_offset() const { return next_offset_; }
  /// The stamp of the newest record. After a start from a sealed segment `ahead` is zero, because
  /// the index does not have it.
  model::Stamp last_stamp() const { return {last_at_, last_ahead_}; }
  const Totals& totals() const { return totals_; }
  /// SHA-256 of the generation in force; empty if there is none, or if its file is gone.
  const std::string& generation_hash() const { return generation_hash_; }
  /// Damage that opening, raise_to() and expect_from() have found.
  const std::vector<Corruption>& corruptions() const { return corruptions_; }
  model::DedupSet& dedup() { return dedup_; }
  /// Bytes of all segment files, as SegmentInfo::bytes has them.
  std::uint64_t bytes_on_disk() const;
  /// By number; the last one is being written.
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
  std::vector<SegmentInfo> segments_;
  std::unique_ptr<File> file_;    // of the last segment; none before the first commit of a new log
  std::uint64_t position_ = 0;    // where the next frame goes
  std::uint64_t written_to_ = 0;  // may be past position_: failed commits may have left bytes there
  std::uint64_t room_ = 0;        // bytes reserved for the file
  bool unwritten_ = true;         // nothing was committed since the log was opened
  // A sync of the file failed, or its end is lost: nothing is written to it any more.
  bool poisoned_ = false;
  model::Offset next_offset_ = 0;
  Time last_at_;
  Duration last_ahead_{};
  Totals totals_;
  Totals written_;  // the totals in the newest frame
  model::GenerationId generation_ = 0;
  std::string generation_hash_;
  model::DedupSet dedup_;
  // Files of segments that could not be begun and could not be removed either. retire() removes
  // them before it deletes anything.
  std::set<std::string> leftovers_;
  std::vector<Corruption> corruptions_;
};

}  // namespace alarum::journal
