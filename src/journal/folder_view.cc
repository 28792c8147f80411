#include "journal/folder_view.h"

#include "journal/checkpoints.h"
#include "journal/embedded.h"
#include "journal/generations.h"
#include "journal/reader.h"

namespace alarum::journal {

Result<model::Offset> FolderView::first_offset() {
  const auto names = files_.list(folder_ + "/segments");
  if (!names) return std::unexpected(names.error());
  for (const auto& text : *names) {
    if (const auto name = SegmentName::parse(text)) return name->first_offset;
  }
  return model::Offset{0};
}

Result<std::unique_ptr<RecordReader>> FolderView::read(model::Offset from) {
  auto reader = Reader::open(files_, folder_, from);
  if (!reader) return std::unexpected(reader.error());
  return std::make_unique<Reader>(std::move(*reader));
}

Result<std::string> FolderView::load_generation(const std::string& hash) {
  return journal::load_generation(files_, folder_, hash);
}

Result<std::string> FolderView::load_attached(const std::string& hash) {
  return journal::load_attached(files_, folder_, hash);
}

Result<std::string> FolderView::find_generation(model::GenerationId id) {
  return journal::find_generation(files_, folder_, id);
}

std::optional<Checkpoint> FolderView::load_checkpoint(model::Offset bound,
                                                      std::vector<std::string>& damaged) {
  return Checkpoints(files_, folder_).load(bound, damaged);
}

std::optional<model::Offset> FolderView::oldest_checkpoint() {
  return Checkpoints(files_, folder_).oldest();
}

std::unique_ptr<JournalView> view_embedded(FileSystem& files, std::string folder) {
  return std::make_unique<FolderView>(files, std::move(folder));
}

}  // namespace alarum::journal
