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

constexpr std::size_t kFrameHeader = 96;
constexpr std::uint16_t kFrameVersion = 4;
/// Past any limit of ours: a length beyond it is damage
constexpr std::size_t kMaxFrameBody = 256U << 20;

/// What stands before the records of a batch (docs/formats/journal.md). All of one write, one stamp
/// and one generation.
struct FrameHeader {
  std::uint16_t version = kFrameVersion;
  std::uint64_t segment = 0;
  model::Offset first_offset = 0;
  std::uint32_t count = 0;
  std::uint32_t body_length = 0;
  Time at;           ///< engine time
  Duration ahead{};  ///< of it before the wall clock; version 1 knows of none
  model::GenerationId generation = 0;
  Totals totals;

  model::Offset end_offset() const { return first_offset + count; }
  std::size_t size() const { return kFrameHeader + body_length; }
};

/// Appends one record to a frame's body.
void append_record(std::string& body, const model::Payload& payload);
/// The same where the body is written from the places in which its events stand: one piece where
/// records stand one behind the other in memory. The event, or a copy of it, outlives the pieces.
void append_record(std::vector<std::string_view>& pieces, const model::Event& event);
/// What stands before the body. Of `header` all but the length counts.
std::string encode_head(const FrameHeader& header, std::span<const std::string_view> body);
/// The whole frame, ready to be written.
std::string encode_frame(const FrameHeader& header, std::string_view body);

/// Whether `bytes` begin with a frame: a header that is no frame's gives nullopt. The body may
/// still be missing. Of a frame of a newer version, only version and size can be relied on: these
/// and the CRC stay where they are in every version.
std::optional<FrameHeader> parse_header(std::string_view bytes);
/// Whether header and body are as they were written (CRC-32C). `bytes` holds the whole frame.
bool is_whole(std::string_view bytes, const FrameHeader& header);

/// The records of a whole frame. Error `bad_record`: the CRC is right, but a record is not what we
/// write.
Result<std::vector<model::Record>> decode_records(const FrameHeader& header, std::string_view body);

}  // namespace alarum::journal
