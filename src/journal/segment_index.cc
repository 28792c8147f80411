// What stands at the end of a sealed segment (docs/formats/journal.md "Sealed segments").
#include <zstd.h>

#include <cstring>

#include "base/hash.h"
#include "base/newer_format.h"
#include "journal/segment.h"

namespace alarum::journal {
namespace {

constexpr std::uint64_t kTrailerMagic = 0x3147455341524C41;  // "ALRASEG1"
constexpr std::size_t kTrailer = 32;
constexpr std::size_t kSummed = 20;  // of the trailer: the CRC covers the index and these
constexpr std::uint32_t kVersion = 2;

template <class T>
void append(std::string& out, T value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  out.append(raw, sizeof value);
}

// Reads values one after the other; past the end it gives zeros and remembers.
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
  bool fits(std::uint64_t count, std::size_t each) const { return count <= bytes_.size() / each; }

 private:
  std::string_view bytes_;
  bool short_ = false;
};

std::string encode_index(const SegmentIndex& index) {
  std::string out;
  append(out, index.end_offset);
  append(out, index.last_at.time_since_epoch().count());
  for (const auto total : {index.totals.received, index.totals.rejected, index.totals.duplicate, index.totals.unmatched}) append(out, total);
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
  for (const auto& event : index.events) {
    append(out, event.identity[0]);
    append(out, event.identity[1]);
    append(out, event.at.time_since_epoch().count());
    append(out, event.content);
  }
  return out;
}

std::optional<SegmentIndex> decode_index(std::string_view bytes, std::uint32_t version) {
  Taker taker(bytes);
  SegmentIndex index;
  index.end_offset = taker.take<model::Offset>();
  index.last_at = Time(Duration(taker.take<std::int64_t>()));
  for (auto* total : {&index.totals.received, &index.totals.rejected, &index.totals.duplicate, &index.totals.unmatched}) {
    *total = taker.take<std::uint64_t>();
  }
  index.generation = taker.take<model::GenerationId>();
  const auto blocks = taker.take<std::uint64_t>();
  if (!taker.fits(blocks, 24)) return std::nullopt;
  for (std::uint64_t i = 0; i < blocks; ++i) {
    SegmentIndex::Block block;
    block.position = taker.take<std::uint64_t>();
    block.compressed = taker.take<std::uint32_t>();
    block.raw = taker.take<std::uint32_t>();
    block.first_offset = taker.take<model::Offset>();
    index.blocks.push_back(block);
  }
  const auto generations = taker.take<std::uint64_t>();
  if (!taker.fits(generations, 8)) return std::nullopt;
  for (std::uint64_t i = 0; i < generations; ++i) index.generations.push_back(taker.take<model::GenerationId>());
  const auto events = taker.take<std::uint64_t>();
  const bool has_content = version > 1;
  if (!taker.fits(events, has_content ? 32 : 24)) return std::nullopt;
  for (std::uint64_t i = 0; i < events; ++i) {
    model::SeenEvent event;
    event.identity = {taker.take<std::uint64_t>(), 0};
    event.identity[1] = taker.take<std::uint64_t>();
    event.at = Time(Duration(taker.take<std::int64_t>()));
    if (has_content) event.content = taker.take<std::uint64_t>();
    index.events.push_back(event);
  }
  return taker.whole() ? std::optional(std::move(index)) : std::nullopt;
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

Result<SegmentIndex> read_index(File& file) {
  const auto size = file.size();
  if (!size) return std::unexpected(size.error());
  if (*size < kTrailer) return fail("bad_index", "too short");
  const auto trailer = file.read(*size - kTrailer, kTrailer);
  if (!trailer) return std::unexpected(trailer.error());
  Taker taker(*trailer);
  const auto at = taker.take<std::uint64_t>();
  const auto length = taker.take<std::uint64_t>();
  const auto version = taker.take<std::uint32_t>();
  const auto sum = taker.take<std::uint32_t>();
  if (taker.take<std::uint64_t>() != kTrailerMagic || at > *size || length > *size - at) return fail("bad_index", "no trailer");
  const auto tail = file.read(at, length);
  if (!tail) return std::unexpected(tail.error());
  if (crc32c(trailer->substr(0, kSummed), crc32c(*tail)) != sum) return fail("bad_index", "damaged");
  if (version > kVersion) return newer_format("the index", version, kVersion);
  auto index = decode_index(*tail, version);
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
    if (ZSTD_isError(packed) || raw_size == ZSTD_CONTENTSIZE_ERROR || raw_size == ZSTD_CONTENTSIZE_UNKNOWN || raw_size > kMaxFrameBody) break;
    std::string raw(raw_size, '\0');
    const auto got = ZSTD_decompress(raw.data(), raw.size(), rest.data(), packed);
    const auto header = ZSTD_isError(got) ? std::nullopt : parse_header(raw);
    if (header) {
      index.blocks.push_back({bytes->size() - rest.size(), static_cast<std::uint32_t>(packed), static_cast<std::uint32_t>(raw_size), header->first_offset});
    }
    rest.remove_prefix(packed);
  }
  return index;
}

}  // namespace alarum::journal
