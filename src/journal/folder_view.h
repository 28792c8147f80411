#pragma once
#include <string>

#include "base/file.h"
#include "journal/view.h"

namespace alarum::journal {

/// What stands in the folder of the embedded log: it has no state, and looks anew at each call. Any
/// thread that the file system may be used on, which outlives it and its readers.
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
