#pragma once
#include <utility>
#include <vector>

#include "tests/journal/fake_journal.h"

namespace alarum::ingest {

using FullJournal = journal::FakeJournal;

// Takes everything at once.
class ReadyJournal final : public FullJournal {
 public:
  bool submit(journal::Submission submission) override {
    return submission.done(std::vector<journal::Outcome>(submission.items.size())), true;
  }
};

}  // namespace alarum::ingest
