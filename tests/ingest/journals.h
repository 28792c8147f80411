#pragma once
#include <utility>
#include <vector>

#include "journal/journal.h"

namespace alarum::ingest {

// Has no room, ever.
class FullJournal : public journal::Journal {
 public:
  bool submit(journal::Submission) override { return false; }
  bool submit_control(model::Payload, journal::GenerationText, ControlDone) override { return false; }
  void count_rejected(std::uint64_t) override {}
  void set_next_due(std::optional<Time>) override {}
  void set_processed(model::Offset) override {}
  void set_checkpointed(model::Offset) override {}
};

// Takes everything at once.
class ReadyJournal final : public FullJournal {
 public:
  bool submit(journal::Submission submission) override { return submission.done(std::vector<journal::Outcome>(submission.items.size())), true; }
};

}  // namespace alarum::ingest
