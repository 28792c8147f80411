#include "journal/segment.h"

#include <fmt/format.h>
#include <zstd.h>

#include <charconv>
#include <cstring>

#include "base/newer_format.h"

namespace alarum::journal {

std::string SegmentName::text() const {
  return fmt::format("{:010}-{:020}.{}", number, first_offset, sealed ? "segz" : "seg");
}

std::optional<SegmentName> SegmentName::parse(const std::string& text) {
  SegmentName name;
  name.sealed = text.ends_with(".segz");
  if ((!name.sealed && !text.ends_with(".seg")) || text.size() != (name.sealed ? 36U : 35U) ||
      text[10] != '-')
    return std::nullopt;
  const auto number = std::from_chars(text.data(), text.data() + 10, name.number);
  const auto offset = std::from_chars(text.data() + 11, text.data() + 31, name.first_offset);
  const bool whole = number.ptr == text.data() + 10 && offset.ptr == text.data() + 31;
  return whole ? std::optional(name) : std::nullopt;
}

std::string Corruption::text() const {
  auto out = missing == 0 ? fmt::format("{}: damaged at byte {}", file, position)
                          : fmt::format("{}: {} missing after it", file,
                                        missing == 1 ? "1 segment is"
                                                     : fmt::format("{} segments are", missing));
  if (to > from) out += fmt::format(", offsets {} to {} cannot be read", from, to - 1);
  return out;
}

Corruption hole_after(const std::string& folder, const SegmentName& segment, std::uint64_t position,
                      model::Offset end, const SegmentName& next) {
  const auto missing = next.number > segment.number + 1 ? next.number - segment.number - 1 : 0;
  return {folder + '/' + segment.text(), position, end, next.first_offset, missing};
}

std::vector<Corruption> scan_file(FileSystem& files, const std::string& folder, SegmentName name,
                                  model::Offset limit) {
  const auto path = folder + '/' + name.text();
  auto file = files.open(path, false);
  if (!file) return {};  // retention has deleted it
  SegmentReader reader(std::move(*file), name, path, limit);
  auto frame = reader.next();
  while (frame && *frame) frame = reader.next();
  return reader.corruptions();
}

Result<bool> has_frame(FileSystem& files, const std::string& folder, const SegmentName& name) {
  const auto path = folder + '/' + name.text();
  auto file = files.open(path, false);
  if (!file) return std::unexpected(file.error());
  const auto frame = SegmentReader(std::move(*file), name, path, ~model::Offset{0}).next();
  if (!frame) return std::unexpected(frame.error());
  return frame->has_value();
}

SegmentReader::SegmentReader(std::unique_ptr<File> file, SegmentName name, std::string path,
                             model::Offset limit)
    : file_(std::move(file)),
      name_(name),
      path_(std::move(path)),
      limit_(limit),
      expected_(name.first_offset) {
  if (!name_.sealed) return;
  auto index = read_index(*file_);
  if (index) {
    index_ = std::move(*index);
  } else {
    const auto size = file_->size();
    corruptions_.push_back({path_, size ? *size : 0, name_.first_offset, name_.first_offset});
    index_ = rebuild_index(*file_);
    index_->end_offset = limit_ == ~model::Offset{0} ? 0 : limit_;
  }
}

void SegmentReader::skip_to(model::Offset offset) {
  if (!index_) return;
  while (block_ + 1 < index_->blocks.size() && index_->blocks[block_ + 1].first_offset <= offset)
    ++block_;
  if (!index_->blocks.empty()) expected_ = index_->blocks[block_].first_offset;
}

Result<std::optional<SegmentReader::Frame>> SegmentReader::next() {
  for (;;) {
    auto some = fill(kFrameHeader);
    if (!some) return std::unexpected(some.error());
    const auto header = parse_header(pending());
    const bool newer = header && header->version > kFrameVersion;
    bool good =
        newer || (header && header->segment == name_.number && header->first_offset >= expected_);
    if (good) {
      auto body = fill(header->size());
      if (!body) return std::unexpected(body.error());
      good = is_whole(pending(), *header);
    }
    if (good && newer) return newer_format(path_ + ": a frame", header->version, kFrameVersion);
    if (good && header->first_offset >= limit_) return std::nullopt;
    if (good) {
      if (header->first_offset > expected_) damaged(header->first_offset);
      Frame frame{*header, pending().substr(kFrameHeader, header->body_length), position_};
      advance(header->size());
      expected_ = header->end_offset();
      return frame;
    }
    const auto found = resync();
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::nullopt;
  }
}

void SegmentReader::damaged(model::Offset to) {
  // resync() has added the place already.
  if (!corruptions_.empty() && corruptions_.back().from == expected_) {
    corruptions_.back().to = to;
  } else {
    corruptions_.push_back({path_, position_, expected_, to});
  }
}

// The bytes are no frame: skips to the next whole frame. False if there is none, which is the end.
Result<bool> SegmentReader::resync() {
  const auto place = index_ && block_ > 0 ? index_->blocks[block_ - 1].position : position_;
  const auto old_position = position_;
  const auto end = end_of_data();
  if (!end) return std::unexpected(end.error());
  while (!pending().empty() && position_ < *end) {
    advance(1);
    if (const auto some = fill(kFrameHeader); !some) return std::unexpected(some.error());
    if (pending().size() < kFrameHeader) break;
    const auto magic = pending().find("ARMF");
    if (magic != 0) {
      // Up to one byte before the magic, or before the last three bytes, which may be its
      // beginning.
      advance((magic == std::string_view::npos ? pending().size() - 3 : magic) - 1);
      continue;
    }
    const auto header = parse_header(pending());
    if (!header || header->segment != name_.number || header->first_offset < expected_) continue;
    if (const auto body = fill(header->size()); !body) return std::unexpected(body.error());
    if (!is_whole(pending(), *header)) continue;
    corruptions_.push_back({path_, place, expected_, header->first_offset});
    return true;
  }
  // No whole frame follows: this is the end, or a torn tail, which recovery cuts.
  position_ = old_position;
  if (index_ && index_->end_offset > expected_)
    corruptions_.push_back({path_, place, expected_, index_->end_offset});
  return false;
}

// Reserved space that was never written reads as zeros, so no frame begins there or after it.
Result<std::uint64_t> SegmentReader::end_of_data() {
  return index_ ? Result<std::uint64_t>(~std::uint64_t{0}) : file_->data_end(position_);
}

void SegmentReader::advance(std::size_t bytes) {
  used_ += bytes;
  position_ += bytes;
}

Result<bool> SegmentReader::fill(std::size_t wanted) {
  while (pending().size() < wanted) {
    auto more = index_ ? next_block() : fill_plain(wanted);
    if (!more) return more;
    if (!*more) return false;
  }
  return true;
}

Result<bool> SegmentReader::fill_plain(std::size_t wanted) {
  constexpr std::size_t kPiece = 1U << 20;
  buffer_.erase(0, used_);
  used_ = 0;
  auto piece = file_->read(read_to_, std::max(kPiece, wanted - buffer_.size()));
  if (!piece) return std::unexpected(piece.error());
  read_to_ += piece->size();
  buffer_ += *piece;
  return !piece->empty();
}

// Reads the next block that can be decompressed. Others are added to corruptions_ and passed over.
Result<bool> SegmentReader::next_block() {
  while (block_ < index_->blocks.size()) {
    const auto& block = index_->blocks[block_++];
    const auto packed = file_->read(block.position, block.compressed);
    if (!packed) return std::unexpected(packed.error());
    std::string raw(block.raw, '\0');
    const auto got = ZSTD_decompress(raw.data(), raw.size(), packed->data(), packed->size());
    if (!ZSTD_isError(got) && got == raw.size()) {
      buffer_.erase(0, used_);
      used_ = 0;
      buffer_ += raw;
      return true;
    }
    const auto to =
        block_ < index_->blocks.size() ? index_->blocks[block_].first_offset : index_->end_offset;
    corruptions_.push_back({path_, block.position, block.first_offset, to});
    buffer_.clear();
    used_ = 0;
    expected_ = to;
  }
  return false;
}

}  // namespace alarum::journal
