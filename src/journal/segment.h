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

/// The name of a segment file: `0000000007-00000000000000012345.seg`, number and first offset;
/// `.segz` once it is sealed.
struct SegmentName {
  std::uint64_t number = 0;
  model::Offset first_offset = 0;
  bool sealed = false;
  std::string text() const;
  static std::optional<SegmentName> parse(const std::string& text);
};

/// Damage that was found and not cut: where it stands and which offsets are lost.
struct Corruption {
  std::string file;
  std::uint64_t position = 0;  ///< byte of the file (of a sealed segment: of its compressed bytes)
  /// Offsets [from, to) cannot be read; to == from: none is known to be lost
  model::Offset from = 0, to = 0;
  std::uint64_t missing = 0;  ///< so many whole segment files after this one are not there
  std::string text() const;
  /// The same for those who know of no files.
  Unreadable unreadable() const { return {from, to, text()}; }
};
/// What is lost where a segment's frames end at offset `end`, byte `position`, and the next segment
/// begins later: the end of its file, or files between.
Corruption hole_after(const std::string& folder, const SegmentName& segment, std::uint64_t position,
                      model::Offset end, const SegmentName& next);

/// What is known of a sealed segment without reading its frames.
struct SegmentIndex {
  struct Block {
    std::uint64_t position = 0;  ///< in the file
    std::uint32_t compressed = 0, raw = 0;
    model::Offset first_offset = 0;
  };
  std::vector<Block> blocks;
  /// To be written; what reads an index leaves them: visit_events()
  std::vector<model::SeenEvent> events;
  std::uint64_t event_count = 0;
  std::vector<model::GenerationId> generations;  ///< named by its frames
  model::Offset end_offset = 0;
  Time last_at;
  Totals totals;  ///< as the last frame has them, and its generation
  model::GenerationId generation = 0;
};

/// A sealed segment is whole frames in zstd blocks of about 1 MiB, then the index and a trailer:
/// the latter two, to stand `at`.
std::string encode_tail(const SegmentIndex& index, std::uint64_t at);
/// Error `bad_index`: damaged. `newer_format`.
Result<SegmentIndex> read_index(File& file);
/// The same, where damage in its events is not looked for, nor are they read: they are nearly all
/// of an index. Before version 3 they are read all the same: only then it is known that the rest is
/// right.
Result<SegmentIndex> read_head(File& file);
/// The events of an index in order, some at a time, once all of it is known to be whole; those of
/// version 1 have no content: whether they come again is not known. Errors as read_index().
Result<void> visit_events(File& file,
                          const std::function<void(std::span<const model::SeenEvent>)>& visit);
/// The blocks of a sealed segment whose index is damaged, found by walking them: all that is needed
/// to read it.
SegmentIndex rebuild_index(File& file);
/// Reads a full plain segment, writes its sealed form in its place. Frames from
/// `segment.end_offset` on are left out.
struct SealedFile {
  SegmentName name;
  std::uint64_t bytes = 0;
};
Result<SealedFile> seal_file(FileSystem& files, const std::string& folder, SegmentName name,
                             model::Offset end_offset);

/// Reads a whole segment for the sake of what is damaged in it. `limit` as SegmentReader has it.
std::vector<Corruption> scan_file(FileSystem& files, const std::string& folder, SegmentName name,
                                  model::Offset limit);

/// Whether a plain segment has a whole frame. The last one without any says nothing of where the
/// one before it ends: it may be what is left of an attempt that failed, after which the one before
/// went on. Errors: `not_found`, `newer_format`, `io_error`.
Result<bool> has_frame(FileSystem& files, const std::string& folder, const SegmentName& name);

/// Frames of one segment, in order, damage skipped and reported. Works on plain and sealed files,
/// in pieces of bounded size.
class SegmentReader {
 public:
  /// `limit`: frames that begin at or past it are remains of a failed sync (the next segment begins
  /// there) and are left out.
  SegmentReader(std::unique_ptr<File> file, SegmentName name, std::string path,
                model::Offset limit);

  struct Frame {
    FrameHeader header;
    std::string_view body;       ///< until the next call
    std::uint64_t position = 0;  ///< plain segments: byte in the file
  };
  /// nullopt at the end. Errors: `newer_format`, `io_error`.
  Result<std::optional<Frame>> next();

  const std::vector<Corruption>& corruptions() const { return corruptions_; }
  /// Plain segments: where the next frame would be written.
  std::uint64_t end_position() const { return position_; }
  model::Offset expected() const { return expected_; }
  /// Sealed segments: skips blocks that end at or below `offset`. To be called before the first
  /// next().
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
  std::optional<SegmentIndex> index_;
  std::size_t block_ = 0;
  std::string buffer_;
  std::size_t used_ = 0;        // bytes of buffer_ behind us
  std::uint64_t position_ = 0;  // in the raw segment, of the next frame
  std::uint64_t read_to_ = 0;   // plain: file bytes taken into the buffer
  model::Offset expected_;
  std::vector<Corruption> corruptions_;
};

}  // namespace alarum::journal
