// The index at the end of a sealed segment (docs/formats/journal.md "Sealed segments").
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/hash.h"
#include "base/newer_format.h"
#include "journal/segment.h"

namespace alarum::journal {
namespace {

constexpr std::uint64_t kTrailerMagic = 0x3147455341524C41;  // "ALRASEG1"
constexpr std::size_t kTrailer = 32;
constexpr std::size_t kSummed = 20;  // bytes of the trailer that the CRC covers, after the index
constexpr std::uint32_t kVersion = 3;
constexpr std::uint32_t kHeadStandsApart = 3;  // from this version on the head has its own CRC
// Before the trailer: the length of the head, and the CRC of head and length.
constexpr std::size_t kHeadEnd = 8;
constexpr std::size_t kEvent = 32;
constexpr std::size_t kFirstRead = 8U << 10;  // of the file's end: usually contains the head

template <class T>
void append(std::string& out, T value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  out.append(raw, sizeof value);
}

// Reads values one after the other. Past the end it returns zeros, and whole() is false.
class Taker {
 public:
  explicit Taker(std::string_view bytes) : bytes_(bytes) {}
  template <class T>
  T take() {
    T value{};
    if (bytes_.size() < sizeof value) {
      short_ = true;
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return value;
  }
  bool whole() const { return !short_ && bytes_.empty(); }
  std::string_view rest() const { return bytes_; }
  bool fits(std::uint64_t count, std::size_t each) const { return count <= bytes_.size() / each; }

 private:
  std::string_view bytes_;
  bool short_ = false;
};

std::string encode_head(const SegmentIndex& index) {
  std::string out;
  append(out, index.end_offset);
  append(out, index.last_at.time_since_epoch().count());
  for (const auto total : {index.totals.received, index.totals.rejected, index.totals.duplicate,
                           index.totals.unmatched})
    append(out, total);
  append(out, index.generation);
  append(out, static_cast<std::uint64_t>(index.blocks.size()));
  for (const auto& block : index.blocks) {
    append(out, block.position);
    append(out, block.compressed);
    append(out, block.raw);
    append(out, block.first_offset);
  }
  append(out, static_cast<std::uint64_t>(index.generations.size()));
  for (const auto generation : index.generations) append(out, generation);
  append(out, static_cast<std::uint64_t>(index.events.size()));
  return out;
}

std::string encode_index(const SegmentIndex& index) {
  std::string out;
  for (const auto& event : index.events) {
    append(out, event.identity[0]);
    append(out, event.identity[1]);
    append(out, event.at.time_since_epoch().count());
    append(out, event.content);
  }
  const auto head = encode_head(index);
  out += head;
  auto end = head;
  append(end, static_cast<std::uint32_t>(head.size()));
  append(out, static_cast<std::uint32_t>(head.size()));
  append(out, crc32c(end));
  return out;
}

// Reads everything but the events, in any version. False if the bytes are too short.
bool take_head(Taker& taker, SegmentIndex& index) {
  index.end_offset = taker.take<model::Offset>();
  index.last_at = Time(Duration(taker.take<std::int64_t>()));
  for (auto* total : {&index.totals.received, &index.totals.rejected, &index.totals.duplicate,
                      &index.totals.unmatched}) {
    *total = taker.take<std::uint64_t>();
  }
  index.generation = taker.take<model::GenerationId>();
  const auto blocks = taker.take<std::uint64_t>();
  if (!taker.fits(blocks, 24)) return false;
  for (std::uint64_t i = 0; i < blocks; ++i) {
    SegmentIndex::Block block;
    block.position = taker.take<std::uint64_t>();
    block.compressed = taker.take<std::uint32_t>();
    block.raw = taker.take<std::uint32_t>();
    block.first_offset = taker.take<model::Offset>();
    index.blocks.push_back(block);
  }
  const auto generations = taker.take<std::uint64_t>();
  if (!taker.fits(generations, 8)) return false;
  for (std::uint64_t i = 0; i < generations; ++i)
    index.generations.push_back(taker.take<model::GenerationId>());
  index.event_count = taker.take<std::uint64_t>();
  return true;
}

// Reads one event. In version 1 events have no content.
model::SeenEvent take_event(Taker& taker, bool has_content) {
  model::SeenEvent event;
  event.identity = {taker.take<std::uint64_t>(), 0};
  event.identity[1] = taker.take<std::uint64_t>();
  event.at = Time(Duration(taker.take<std::int64_t>()));
  if (has_content) event.content = taker.take<std::uint64_t>();
  return event;
}

// The head of an index of `length` bytes that `bytes` end with; nullopt if it is damaged.
std::optional<SegmentIndex> decode_head(std::string_view bytes, std::uint64_t length) {
  Taker end(bytes.substr(bytes.size() - kHeadEnd));
  const std::size_t size = end.take<std::uint32_t>();
  const auto sum = end.take<std::uint32_t>();
  bytes.remove_suffix(4);
  if (size > bytes.size() - 4 || size + kHeadEnd > length) return std::nullopt;
  if (crc32c(bytes.substr(bytes.size() - 4 - size)) != sum) return std::nullopt;
  Taker taker(bytes.substr(bytes.size() - 4 - size, size));
  SegmentIndex index;
  const bool whole = take_head(taker, index) && taker.whole();
  const auto events = length - kHeadEnd - size;
  if (!whole || events % kEvent != 0 || events / kEvent != index.event_count) return std::nullopt;
  return index;
}

// The head of an index, and the bytes of its events.
struct Decoded {
  SegmentIndex index;
  std::string_view events;
  bool has_content = true;
};

std::optional<Decoded> decode_index(std::string_view bytes, std::uint32_t version) {
  Decoded out;
  if (version >= kHeadStandsApart) {
    auto index = bytes.size() < kHeadEnd ? std::nullopt : decode_head(bytes, bytes.size());
    if (!index) return std::nullopt;
    out.index = std::move(*index);
    out.events = bytes.substr(0, out.index.event_count * kEvent);
    return out;
  }
  Taker taker(bytes);
  if (!take_head(taker, out.index)) return std::nullopt;
  out.has_content = version > 1;
  out.events = taker.rest();
  const auto each = out.has_content ? kEvent : kEvent - 8;
  const bool whole =
      taker.fits(out.index.event_count, each) && out.index.event_count * each == out.events.size();
  return whole ? std::optional(std::move(out)) : std::nullopt;
}

struct Trailer {
  std::uint64_t at = 0, length = 0;  // of the index
  std::uint32_t version = 0, sum = 0;
};

// The trailer in the last bytes of a file of this size; nullopt if they are none.
std::optional<Trailer> take_trailer(std::string_view bytes, std::uint64_t size) {
  if (bytes.size() < kTrailer) return std::nullopt;
  Taker taker(bytes.substr(bytes.size() - kTrailer));
  Trailer trailer;
  trailer.at = taker.take<std::uint64_t>();
  trailer.length = taker.take<std::uint64_t>();
  trailer.version = taker.take<std::uint32_t>();
  trailer.sum = taker.take<std::uint32_t>();
  const bool named = taker.take<std::uint64_t>() == kTrailerMagic;
  if (!named || trailer.at > size || trailer.length > size - trailer.at) return std::nullopt;
  return trailer;
}

}  // namespace

std::string encode_tail(const SegmentIndex& index, std::uint64_t at) {
  auto tail = encode_index(index);
  const auto length = tail.size();
  append(tail, at);
  append(tail, static_cast<std::uint64_t>(length));
  append(tail, kVersion);
  append(tail, crc32c(tail));
  append(tail, kTrailerMagic);
  return tail;
}

namespace {

// The bytes of an index whose CRC is right, and its version.
struct Tail {
  std::string bytes;
  std::uint32_t version = 0;
};

Result<Tail> read_tail(File& file) {
  const auto size = file.size();
  if (!size) return std::unexpected(size.error());
  if (*size < kTrailer) return fail("bad_index", "too short");
  const auto end = file.read(*size - kTrailer, kTrailer);
  if (!end) return std::unexpected(end.error());
  const auto trailer = take_trailer(*end, *size);
  if (!trailer) return fail("bad_index", "no trailer");
  auto tail = file.read(trailer->at, trailer->length);
  if (!tail) return std::unexpected(tail.error());
  if (crc32c(end->substr(0, kSummed), crc32c(*tail)) != trailer->sum)
    return fail("bad_index", "damaged");
  if (trailer->version > kVersion) return newer_format("the index", trailer->version, kVersion);
  return Tail{std::move(*tail), trailer->version};
}

}  // namespace

Result<SegmentIndex> read_index(File& file) {
  const auto tail = read_tail(file);
  if (!tail) return std::unexpected(tail.error());
  auto decoded = decode_index(tail->bytes, tail->version);
  if (!decoded) return fail("bad_index", "damaged");
  return std::move(decoded->index);
}

Result<void> visit_events(File& file,
                          const std::function<void(std::span<const model::SeenEvent>)>& visit) {
  const auto tail = read_tail(file);
  if (!tail) return std::unexpected(tail.error());
  const auto decoded = decode_index(tail->bytes, tail->version);
  if (!decoded) return fail("bad_index", "damaged");
  Taker taker(decoded->events);
  std::array<model::SeenEvent, 128> some;
  for (auto left = decoded->index.event_count; left > 0;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, some.size()));
    for (std::size_t i = 0; i < count; ++i) some[i] = take_event(taker, decoded->has_content);
    visit(std::span(some.data(), count));
    left -= count;
  }
  return {};
}

Result<SegmentIndex> read_head(File& file) {
  const auto size = file.size();
  if (!size) return std::unexpected(size.error());
  auto end = file.read(*size - std::min<std::uint64_t>(*size, kFirstRead), kFirstRead);
  if (!end) return std::unexpected(end.error());
  const auto trailer = take_trailer(*end, *size);
  // The CRC of the whole index is not checked. The lengths must agree, and the head has a CRC of
  // its own.
  const bool apart = trailer && trailer->version == kHeadStandsApart &&
                     trailer->length >= kHeadEnd &&
                     trailer->at + trailer->length + kTrailer == *size;
  if (!apart) return read_index(file);
  Taker length(std::string_view(*end).substr(end->size() - kTrailer - kHeadEnd));
  const auto wanted = kTrailer + kHeadEnd + length.take<std::uint32_t>();
  if (wanted > end->size() && wanted <= kTrailer + trailer->length) {
    end = file.read(*size - wanted, wanted);
    if (!end) return std::unexpected(end.error());
  }
  auto index =
      decode_head(std::string_view(*end).substr(0, end->size() - kTrailer), trailer->length);
  if (!index) return fail("bad_index", "damaged");
  return std::move(*index);
}

SegmentIndex rebuild_index(File& file) {
  SegmentIndex index;
  const auto size = file.size();
  const auto bytes = size ? file.read(0, *size) : Result<std::string>("");
  if (!bytes) return index;
  std::string_view rest(*bytes);
  while (!rest.empty()) {
    const auto packed = ZSTD_findFrameCompressedSize(rest.data(), rest.size());
    const auto raw_size = ZSTD_getFrameContentSize(rest.data(), rest.size());
    if (ZSTD_isError(packed) || raw_size == ZSTD_CONTENTSIZE_ERROR ||
        raw_size == ZSTD_CONTENTSIZE_UNKNOWN || raw_size > kMaxFrameBody)
      break;
    std::string raw(raw_size, '\0');
    const auto got = ZSTD_decompress(raw.data(), raw.size(), rest.data(), packed);
    const auto header = ZSTD_isError(got) ? std::nullopt : parse_header(raw);
    if (header) {
      index.blocks.push_back({bytes->size() - rest.size(), static_cast<std::uint32_t>(packed),
                              static_cast<std::uint32_t>(raw_size), header->first_offset});
    }
    rest.remove_prefix(packed);
  }
  return index;
}

}  // namespace alarum::journal
