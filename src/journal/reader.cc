#include "journal/reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace alarum::journal {

Result<Reader> Reader::open(FileSystem& files, const std::string& folder, model::Offset from) {
  Reader reader(files, folder + "/segments", from);
  const auto listed = files.list(reader.folder_);
  if (!listed) return std::unexpected(listed.error());
  for (const auto& text : *listed) {
    const auto name = SegmentName::parse(text);
    if (!name) continue;
    // While a segment is being sealed, both forms exist for a moment. The sealed one sorts last and
    // is complete.
    if (!reader.names_.empty() && reader.names_.back().number == name->number)
      reader.names_.pop_back();
    reader.names_.push_back(*name);
  }
  auto& names = reader.names_;
  while (names.size() > 1 && !names.back().sealed) {
    const auto written = has_frame(files, reader.folder_, names.back());
    if (!written) return std::unexpected(written.error());
    if (*written) break;
    names.pop_back();
  }
  if (!names.empty() && names.front().first_offset > from) {
    return fail("not_found", fmt::format("the journal begins at offset {}; offset {} is wanted",
                                         names.front().first_offset, from));
  }
  while (reader.at_ + 1 < names.size() && names[reader.at_ + 1].first_offset <= from) ++reader.at_;
  return reader;
}

Result<bool> Reader::next_segment() {
  if (at_ == names_.size()) return false;
  const auto name = names_[at_];
  const auto limit = at_ + 1 < names_.size() ? names_[at_ + 1].first_offset : ~model::Offset{0};
  ++at_;
  const auto path = folder_ + '/' + name.text();
  auto file = files_.open(path, false);
  if (!file) return std::unexpected(file.error());
  segment_ = std::make_unique<SegmentReader>(std::move(*file), name, path, limit);
  segment_->skip_to(from_);
  return true;
}

// A file between two segments may be missing. Reading goes on where the next one begins.
void Reader::leave_segment() {
  const auto& found = segment_->corruptions();
  for (const auto& one : found) damage_.push_back(one.unreadable());
  const auto end = std::max({segment_->expected(), found.empty() ? 0 : found.back().to, from_});
  if (at_ < names_.size() && end < names_[at_].first_offset) {
    const auto position = segment_->end_position();
    const auto hole = hole_after(folder_, names_[at_ - 1], position, end, names_[at_]);
    damage_.push_back(hole.unreadable());
  }
  segment_.reset();
}

Result<std::vector<model::Record>> Reader::next() {
  for (;;) {
    if (!segment_) {
      const auto more = next_segment();
      if (!more) return std::unexpected(more.error());
      if (!*more) return std::vector<model::Record>{};
    }
    const auto frame = segment_->next();
    if (!frame) return std::unexpected(frame.error());
    if (!*frame) {
      leave_segment();
      continue;
    }
    if ((*frame)->header.end_offset() <= from_) continue;
    totals_ = (*frame)->header.totals;
    auto records = decode_records((*frame)->header, (*frame)->body);
    if (!records) return records;
    std::erase_if(*records, [&](const model::Record& record) { return record.offset < from_; });
    return records;
  }
}

}  // namespace alarum::journal
