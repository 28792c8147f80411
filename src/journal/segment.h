#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "journal/frame.h"
#include "model/identity.h"

namespace alarum::journal {

/// The name of a segment file, `0000000007-00000000000000012345.seg`: the segment's number (10
/// digits) and the offset of its first record (20 digits). A sealed segment ends with `.segz`.
/// Sorted names are in the order of the records.
struct SegmentName {
  std::uint64_t number = 0;
  model::Offset first_offset = 0;
  bool sealed = false;  ///< compressed, with an index at its end
  std::string text() const;
  /// nullopt if `text` is not the name of a segment.
  static std::optional<SegmentName> parse(const std::string& text);
};

/// A damaged place in a segment file, which is left as it is, and the offsets that cannot be read.
struct Corruption {
  std::string file;            ///< path
  std::uint64_t position = 0;  ///< byte of the file (of a sealed segment: of its compressed bytes)
  /// Offsets [from, to) cannot be read. from == to if no record is known to be lost.
  model::Offset from = 0, to = 0;
  std::uint64_t missing = 0;  ///< number of whole segment files that are missing after this one
  /// `PATH: damaged at byte 4096, offsets 12 to 15 cannot be read`, for people.
  std::string text() const;
  /// The same without a file's name, for the interface of the journal.
  Unreadable unreadable() const { return {from, to, text()}; }
};
/// The damage between two segments, where the frames of `segment` end at offset `end` (byte
/// `position`) and `next` begins at a later offset: the end of the file is lost, or the files
/// between them are missing.
Corruption hole_after(const std::string& folder, const SegmentName& segment, std::uint64_t position,
                      model::Offset end, const SegmentName& next);

/// The index at the end of a sealed segment: what is known of it without reading its frames.
struct SegmentIndex {
  struct Block {
    std::uint64_t position = 0;             ///< byte of the file
    std::uint32_t compressed = 0, raw = 0;  ///< bytes in the file, and after decompression
    model::Offset first_offset = 0;         ///< of the first frame that begins in the block
  };
  std::vector<Block> blocks;
  /// Only used to write an index. A reader leaves it empty; visit_events() reads the events.
  std::vector<model::SeenEvent> events;
  std::uint64_t event_count = 0;                 ///< set by a reader
  std::vector<model::GenerationId> generations;  ///< in force in some frame
  model::Offset end_offset = 0;
  Time last_at;   ///< engine time of the last frame
  Totals totals;  ///< in the last frame; `generation` likewise
  model::GenerationId generation = 0;
};

/// The bytes of index and trailer, to be written at byte `at` of the file, behind the blocks. A
/// sealed segment is zstd blocks of about 1 MiB with whole frames in them, the index, and a trailer
/// of 32 bytes (docs/formats/journal.md "Sealed segments").
std::string encode_tail(const SegmentIndex& index, std::uint64_t at);
/// Reads the index but its events. Errors: `bad_index` (it is damaged or not there),
/// `newer_format`, `io_error`.
Result<SegmentIndex> read_index(File& file);
/// The same at the cost of a few KiB: from version 3 on the events, which are most of an index, are
/// neither read nor checked for damage, because the head has a CRC of its own. Of older versions
/// the whole index is read.
Result<SegmentIndex> read_head(File& file);
/// Calls `visit` with the events of the index in order, up to 128 at a time, after the whole index
/// has been checked. In version 1 they have no content (0), so changed events with the same
/// identity cannot be distinguished from copies. Errors as read_index() has them.
Result<void> visit_events(File& file,
                          const std::function<void(std::span<const model::SeenEvent>)>& visit);
/// The blocks of a sealed segment whose index is damaged, found by decompressing the file block by
/// block up to the first that is no block. Nothing but `blocks` is set. Reads the whole file into
/// memory.
SegmentIndex rebuild_index(File& file);
/// What sealing made of a segment.
struct SealedFile {
  SegmentName name;         ///< with `sealed` set
  std::uint64_t bytes = 0;  ///< of the new file
};
/// Compresses a full plain segment: writes the sealed file beside it, syncs, renames, and then
/// removes the plain file. Frames from `end_offset` on are left out, as remains of a failed sync.
/// On an error the plain segment stays as it was: `damaged` (sealing would lose what a later repair
/// may still read), `bad_record`, `disk_full`, `io_error`, `not_found`.
Result<SealedFile> seal_file(FileSystem& files, const std::string& folder, SegmentName name,
                             model::Offset end_offset);

/// Reads a whole segment to find damage in it. `limit` as SegmentReader has it. Empty also if the
/// file is gone, because retention may have deleted it.
std::vector<Corruption> scan_file(FileSystem& files, const std::string& folder, SegmentName name,
                                  model::Offset limit);

/// Whether a plain segment has a whole frame. If the last segment has none, it must not be used to
/// tell where the one before it ends: it may be left from a failed attempt to begin a segment,
/// after which the one before was written on. Errors: `not_found`, `newer_format`, `io_error`.
Result<bool> has_frame(FileSystem& files, const std::string& folder, const SegmentName& name);

/// Reads the frames of one segment in order. Damage is passed over and added to corruptions().
/// Works on plain and sealed files. Memory: a piece of 1 MiB or one block, or one frame if that is
/// longer. One thread.
class SegmentReader {
 public:
  /// Frames that begin at offset `limit` or later are left out: they are remains of a failed sync,
  /// and the next segment begins at that offset. ~0: no limit. `path` is for messages only.
  SegmentReader(std::unique_ptr<File> file, SegmentName name, std::string path,
                model::Offset limit);

  struct Frame {
    FrameHeader header;
    std::string_view body;       ///< valid until the next call of next()
    std::uint64_t position = 0;  ///< plain segments: byte in the file
  };
  /// The next whole frame; nullopt at the end. A torn tail ends a plain segment without an error.
  /// Errors: `newer_format`, `io_error`.
  Result<std::optional<Frame>> next();

  const std::vector<Corruption>& corruptions() const { return corruptions_; }
  /// Plain segments: where the next frame would be written.
  std::uint64_t end_position() const { return position_; }
  /// The offset after the newest frame, or after damage that was passed over.
  model::Offset expected() const { return expected_; }
  /// In a sealed segment, skips the blocks before the one that contains `offset`, without reading
  /// them. Does nothing in a plain one. Call it before the first next().
  void skip_to(model::Offset offset);

 private:
  Result<bool> fill(std::size_t wanted);
  Result<bool> fill_plain(std::size_t wanted);
  Result<bool> next_block();
  Result<bool> resync();
  Result<std::uint64_t> end_of_data();
  void advance(std::size_t bytes);
  void damaged(model::Offset to);
  std::string_view pending() const { return std::string_view(buffer_).substr(used_); }

  std::unique_ptr<File> file_;
  SegmentName name_;
  std::string path_;
  model::Offset limit_;
  std::optional<SegmentIndex> index_;  // of a sealed segment
  std::size_t block_ = 0;              // the next block to read
  std::string buffer_;
  std::size_t used_ = 0;        // bytes of buffer_ that were read already
  std::uint64_t position_ = 0;  // byte of the uncompressed segment where the next frame begins
  std::uint64_t read_to_ = 0;   // plain: bytes of the file that were read into the buffer
  model::Offset expected_;
  std::vector<Corruption> corruptions_;
};

}  // namespace alarum::journal
