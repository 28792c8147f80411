#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/view.h"
#include "model/record.h"

namespace alarum::journal {

constexpr std::size_t kFrameHeader = 96;    ///< bytes of the header, in every version
constexpr std::uint16_t kFrameVersion = 5;  ///< of the frames that are written
/// No frame that is written is as long as this, so a greater length in a header means damage.
constexpr std::size_t kMaxFrameBody = 256U << 20;

/// The header of a frame. A frame holds the records of one commit: they were written at once, and
/// have one stamp and one generation. Numbers are little-endian on disk (docs/formats/journal.md
/// "Frames").
struct FrameHeader {
  std::uint16_t version = kFrameVersion;
  /// Number of the segment. A frame with another number is what an older file left there.
  std::uint64_t segment = 0;
  model::Offset first_offset = 0;  ///< of the first record; the others follow without gaps
  std::uint32_t count = 0;         ///< records in the body, at least one
  std::uint32_t body_length = 0;   ///< bytes
  Time at;                         ///< engine time of all records
  Duration ahead{};  ///< how far `at` is ahead of the wall clock; 0 in version 1, which lacks it
  model::GenerationId generation = 0;
  Totals totals;  ///< running totals after this frame

  model::Offset end_offset() const { return first_offset + count; }
  std::size_t size() const { return kFrameHeader + body_length; }
};

/// Appends one record (length, kind, content) to a frame's body.
void append_record(std::string& body, const model::Payload& payload);
/// Appends an event's record without copying it: `pieces` refer to the memory in which the events
/// stand, and records that are adjacent in memory become one piece. The event, or a copy that
/// shares its memory, must outlive the pieces.
void append_record(std::vector<std::string_view>& pieces, const model::Event& event);
/// The 96 bytes before the body, with the CRC-32C of header and body. All fields of `header` are
/// used but `body_length`, which is taken from `body`.
std::string encode_head(const FrameHeader& header, std::span<const std::string_view> body);
/// Header and body together, as they are written to the file.
std::string encode_frame(const FrameHeader& header, std::string_view body);

/// The header of the frame with which `bytes` begin; nullopt if they do not begin with one. The CRC
/// is not checked, and the body may still be missing: see is_whole(). If the version is newer than
/// kFrameVersion, only the version and size() mean anything, because these and the CRC are at the
/// same place in every version.
std::optional<FrameHeader> parse_header(std::string_view bytes);
/// Whether header and body are as they were written (CRC-32C). False also if `bytes` are shorter
/// than the frame.
bool is_whole(std::string_view bytes, const FrameHeader& header);

/// The records of a frame whose CRC is right. Error `bad_record`: a record is cut short, has an
/// unknown kind, or the number of records is not the header's `count`.
Result<std::vector<model::Record>> decode_records(const FrameHeader& header, std::string_view body);

}  // namespace alarum::journal
