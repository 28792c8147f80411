#pragma once
#include <string>

#include "base/file.h"
#include "journal/view.h"

namespace alarum::journal {

/// The embedded log's folder, read without a lock. The object has no state: each call reads the
/// folder as it is at that moment, also while a daemon writes it. Any thread may call it if the
/// file system allows that. `files` outlives the view and its readers. What each call returns and
/// which errors it has is said in journal/view.h.
class FolderView final : public JournalView {
 public:
  FolderView(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  const std::string& place() const override { return folder_; }
  Result<model::Offset> first_offset() override;
  Result<std::unique_ptr<RecordReader>> read(model::Offset from) override;
  Result<std::string> load_generation(const std::string& hash) override;
  Result<std::string> load_attached(const std::string& hash) override;
  Result<std::string> find_generation(model::GenerationId id) override;
  std::optional<Checkpoint> load_checkpoint(model::Offset bound,
                                            std::vector<std::string>& damaged) override;
  std::optional<model::Offset> oldest_checkpoint() override;

 private:
  FileSystem& files_;
  const std::string folder_;
};

}  // namespace alarum::journal
