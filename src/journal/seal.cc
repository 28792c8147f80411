// The sealed form of a segment (docs/formats/journal.md "Sealed segments").
#include <zstd.h>

#include <algorithm>
#include <cstring>

#include "base/hash.h"
#include "journal/segment.h"

namespace alarum::journal {
namespace {

constexpr std::uint64_t kTrailerMagic = 0x3147455341524C41;  // "ALRASEG1"
constexpr std::size_t kTrailer = 32;
constexpr std::size_t kBlock = 1U << 20;
constexpr int kLevel = 3;

template <class T>
void put(std::string& out, T value) {
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

std::string compressed(std::string_view raw) {
  std::string out(ZSTD_compressBound(raw.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), raw.data(), raw.size(), kLevel));
  return out;
}

std::string encode_index(const SegmentIndex& index) {
  std::string out;
  put(out, index.end_offset);
  put(out, index.last_at.time_since_epoch().count());
  for (const auto total : {index.totals.received, index.totals.rejected, index.totals.duplicate, index.totals.unmatched}) put(out, total);
  put(out, index.generation);
  put(out, static_cast<std::uint64_t>(index.blocks.size()));
  for (const auto& block : index.blocks) {
    put(out, block.position);
    put(out, block.compressed);
    put(out, block.raw);
    put(out, block.first_offset);
  }
  put(out, static_cast<std::uint64_t>(index.generations.size()));
  for (const auto generation : index.generations) put(out, generation);
  put(out, static_cast<std::uint64_t>(index.events.size()));
  for (const auto& [identity, at] : index.events) {
    put(out, identity[0]);
    put(out, identity[1]);
    put(out, at.time_since_epoch().count());
  }
  return out;
}

std::optional<SegmentIndex> decode_index(std::string_view bytes) {
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
  if (!taker.fits(events, 24)) return std::nullopt;
  for (std::uint64_t i = 0; i < events; ++i) {
    SeenEvent event;
    event.identity = {taker.take<std::uint64_t>(), 0};
    event.identity[1] = taker.take<std::uint64_t>();
    event.at = Time(Duration(taker.take<std::int64_t>()));
    index.events.push_back(event);
  }
  return taker.whole() ? std::optional(std::move(index)) : std::nullopt;
}

}  // namespace

std::string seal(const std::vector<std::string>& frames, const SegmentIndex& known) {
  auto index = known;
  index.blocks.clear();
  std::string out;
  std::string raw;
  const auto close_block = [&] {
    if (raw.empty()) return;
    const auto packed = compressed(raw);
    index.blocks.push_back({out.size(), static_cast<std::uint32_t>(packed.size()), static_cast<std::uint32_t>(raw.size()),
                            parse_header(raw)->first_offset});
    out += packed;
    raw.clear();
  };
  for (const auto& frame : frames) {
    raw += frame;
    if (raw.size() >= kBlock) close_block();
  }
  close_block();
  const auto tail = encode_index(index);
  const auto tail_at = out.size();
  out += tail;
  put(out, static_cast<std::uint64_t>(tail_at));
  put(out, static_cast<std::uint64_t>(tail.size()));
  put(out, crc32c(tail));
  put(out, std::uint32_t{1});
  put(out, kTrailerMagic);
  return out;
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
  const auto sum = taker.take<std::uint32_t>();
  const auto version = taker.take<std::uint32_t>();
  if (taker.take<std::uint64_t>() != kTrailerMagic || at > *size || length > *size - at) return fail("bad_index", "no trailer");
  if (version != 1) return fail("newer_format", "written by a newer alarum");
  const auto tail = file.read(at, length);
  if (!tail) return std::unexpected(tail.error());
  auto index = crc32c(*tail) == sum ? decode_index(*tail) : std::nullopt;
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

Result<SealedFile> seal_file(FileSystem& files, const std::string& folder, SegmentName name, model::Offset end_offset) {
  const auto path = folder + '/' + name.text();
  auto file = files.open(path, false);
  if (!file) return std::unexpected(file.error());
  SegmentReader reader(std::move(*file), name, path, end_offset);
  SegmentIndex index;
  index.end_offset = end_offset;
  std::vector<std::string> frames;
  for (;;) {
    const auto frame = reader.next();
    if (!frame) return std::unexpected(frame.error());
    if (!*frame) break;
    const auto& header = (*frame)->header;
    index.last_at = header.at;
    index.totals = header.totals;
    index.generation = header.generation;
    if (std::find(index.generations.begin(), index.generations.end(), header.generation) == index.generations.end()) {
      index.generations.push_back(header.generation);
    }
    const auto records = decode_records(header, (*frame)->body);
    if (!records) return std::unexpected(records.error());
    for (const auto& record : *records) {
      if (const auto* event = std::get_if<model::Event>(&record.payload)) {
        index.events.push_back({identity_of(event->source(), event->id()), header.at});
      }
    }
    frames.push_back(encode_frame(header, (*frame)->body));
  }
  // What is damaged stays as it is: sealing would cut it.
  if (!reader.corruptions().empty()) return fail("damaged", reader.corruptions().front().text());
  const auto bytes = seal(frames, index);
  auto sealed = name;
  sealed.sealed = true;
  if (auto done = replace_file(files, folder, sealed.text(), bytes); !done) return std::unexpected(done.error());
  (void)files.remove(path);
  return SealedFile{sealed, bytes.size()};
}

// Takes the next block that decompresses; one that does not is reported and passed over.
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
    const auto to = block_ < index_->blocks.size() ? index_->blocks[block_].first_offset : index_->end_offset;
    corruptions_.push_back({path_, block.position, block.first_offset, to});
    buffer_.clear();
    used_ = 0;
    expected_ = to;
  }
  return false;
}

}  // namespace alarum::journal
