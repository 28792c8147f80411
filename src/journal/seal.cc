// Writes the sealed form of a full segment (docs/formats/journal.md "Sealed segments").
#include <zstd.h>

#include <algorithm>

#include "journal/segment.h"

namespace alarum::journal {
namespace {

constexpr std::size_t kBlock = 1U << 20;
constexpr int kLevel = 1;  // 3 takes 1.6 times as long for the same size (docs/benchmarks.md)

// Writes block by block, so that no segment has to fit into memory, and collects the index.
class Sealer {
 public:
  Sealer(std::unique_ptr<File> file, model::Offset end_offset) : file_(std::move(file)) {
    index_.end_offset = end_offset;
  }

  Result<void> add(const FrameHeader& header, std::string_view body) {
    const auto records = decode_records(header, body);
    if (!records) return std::unexpected(records.error());
    note(header, *records);
    if (raw_.empty()) block_.first_offset = header.first_offset;
    raw_ += encode_frame(header, body);
    return raw_.size() < kBlock ? Result<void>() : close_block();
  }

  /// Writes the index. Returns the size of the file.
  Result<std::uint64_t> finish() {
    if (auto done = close_block(); !done) return std::unexpected(done.error());
    if (auto done = write(encode_tail(index_, position_)); !done)
      return std::unexpected(done.error());
    if (auto done = file_->sync(); !done) return std::unexpected(done.error());
    return position_;
  }

 private:
  void note(const FrameHeader& header, const std::vector<model::Record>& records) {
    index_.last_at = header.at;
    index_.totals = header.totals;
    index_.generation = header.generation;
    auto& generations = index_.generations;
    if (std::find(generations.begin(), generations.end(), header.generation) == generations.end())
      generations.push_back(header.generation);
    for (const auto& record : records) {
      const auto* event = std::get_if<model::Event>(&record.payload);
      if (!event) continue;
      for (const auto& seen : model::seen_of(*event, header.at)) index_.events.push_back(seen);
    }
  }

  Result<void> close_block() {
    if (raw_.empty()) return {};
    packed_.resize(ZSTD_compressBound(raw_.size()));
    packed_.resize(ZSTD_compress(packed_.data(), packed_.size(), raw_.data(), raw_.size(), kLevel));
    block_.position = position_;
    block_.compressed = static_cast<std::uint32_t>(packed_.size());
    block_.raw = static_cast<std::uint32_t>(raw_.size());
    index_.blocks.push_back(block_);
    raw_.clear();
    return write(packed_);
  }

  Result<void> write(std::string_view bytes) {
    auto written = file_->write(position_, bytes);
    position_ += bytes.size();
    return written;
  }

  std::unique_ptr<File> file_;
  SegmentIndex index_;
  SegmentIndex::Block block_;
  std::string raw_, packed_;
  std::uint64_t position_ = 0;
};

Result<std::uint64_t> write_sealed(SegmentReader& reader, Sealer& sealer) {
  for (;;) {
    const auto frame = reader.next();
    if (!frame) return std::unexpected(frame.error());
    if (!*frame) break;
    if (auto added = sealer.add((*frame)->header, (*frame)->body); !added)
      return std::unexpected(added.error());
  }
  // A damaged segment is not sealed, because the damaged part would be cut off.
  if (!reader.corruptions().empty()) return fail("damaged", reader.corruptions().front().text());
  return sealer.finish();
}

// Makes an empty file beside the segment. Recovery removes one that a crash has left.
Result<std::unique_ptr<File>> scratch(FileSystem& files, const std::string& path) {
  auto file = files.open(path, true);
  if (!file) return file;
  if (auto done = (*file)->truncate(0); !done) return std::unexpected(done.error());
  return file;
}

}  // namespace

Result<SealedFile> seal_file(FileSystem& files, const std::string& folder, SegmentName name,
                             model::Offset end_offset) {
  auto sealed = name;
  sealed.sealed = true;
  const auto path = folder + '/' + name.text(), target = folder + '/' + sealed.text(),
             temporary = target + ".tmp";
  auto file = files.open(path, false);
  if (!file) return std::unexpected(file.error());
  auto out = scratch(files, temporary);
  if (!out) return std::unexpected(out.error());
  SegmentReader reader(std::move(*file), name, path, end_offset);
  Sealer sealer(std::move(*out), end_offset);
  const auto bytes = write_sealed(reader, sealer);
  if (!bytes) {
    (void)files.remove(temporary);
    return std::unexpected(bytes.error());
  }
  auto replaced = files.rename(temporary, target);
  if (replaced) replaced = files.sync_folder(folder);
  if (!replaced) {  // the segment stays as it is, and the new file is removed
    (void)files.remove(temporary);
    (void)files.remove(target);
    return std::unexpected(replaced.error());
  }
  // If the removal fails, both forms exist and the sealed one counts. Log::retire() or the next
  // start removes the other one.
  if (files.remove(path)) (void)files.sync_folder(folder);
  return SealedFile{sealed, *bytes};
}

}  // namespace alarum::journal
