#pragma once
#include <stdexcept>

#include "journal/checkpoints.h"
#include "journal/folder_view.h"
#include "journal/journal.h"

namespace alarum::journal {

/// Has no room, ever, and holds nothing: for tests that say what else theirs does.
class FakeJournal : public Journal {
 public:
  JournalView& view() override { throw std::logic_error("there is nothing to read"); }
  Opened opened() const override { return {}; }
  void raise_to(model::Offset) override {}
  void raise_time_to(Time) override {}
  void expect_from(model::Offset) override {}
  Result<void> store_generation(const std::string&, const GenerationText&) override { return {}; }
  Result<void> begin(Sink, ClockSink) override { return {}; }
  void start() override {}
  void close() override {}
  void stop() override {}
  bool turn(std::chrono::nanoseconds) override { return false; }
  std::chrono::nanoseconds patience() const override { return std::chrono::hours(1); }
  bool upkeep_turn(std::chrono::nanoseconds) override { return false; }
  std::chrono::nanoseconds upkeep_patience() const override { return std::chrono::hours(1); }
  bool submit(Submission) override { return false; }
  void count_rejected(std::uint64_t) override {}
  bool submit_control(model::Payload, GenerationText, ControlDone) override { return false; }
  void set_next_due(std::optional<Time>) override {}
  void set_processed(model::Offset) override {}
  void set_checkpointed(model::Offset) override {}
  Result<std::unique_ptr<CheckpointDraft>> begin_checkpoint(model::Offset) override {
    return fail("disk_full", "no room");
  }
  void checkpoints_rely_on(std::function<Result<void>()>) override {}
  Stats stats() const override { return {}; }
};

/// What a folder holds can be read, and checkpoints are written there; the log is somebody else's.
class FolderJournal final : public FakeJournal {
 public:
  FolderJournal(FileSystem& files, const std::string& folder)
      : view_(files, folder), checkpoints_(files, folder) {}
  JournalView& view() override { return view_; }
  Result<std::unique_ptr<CheckpointDraft>> begin_checkpoint(model::Offset offset) override {
    return checkpoints_.begin(offset);
  }
  void set_checkpointed(model::Offset below) override { checkpointed.push_back(below); }

  std::vector<model::Offset> checkpointed;

 private:
  FolderView view_;
  Checkpoints checkpoints_;
};

}  // namespace alarum::journal
