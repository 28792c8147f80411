// What other stages see of the journal, by its interface alone.
#include "journal/embedded.h"

#include "base/hash.h"
#include "tests/journal/world.h"

namespace alarum::journal {
namespace {

Options options_of() {
  Options options;
  options.folder = "data";
  options.segment_size = 4096;
  return options;
}

std::vector<model::Offset> offsets_in(JournalView& view, model::Offset from) {
  std::vector<model::Offset> out;
  const auto reader = view.read(from);
  for (auto records = (*reader)->next(); !records->empty(); records = (*reader)->next()) {
    for (const auto& record : *records) out.push_back(record.offset);
  }
  EXPECT_TRUE((*reader)->damage().empty());
  return out;
}

TEST(Embedded, WhatIsWrittenIsReadBesideTheWriterAndFoundAtTheNextStart) {
  testing::MemoryFiles files;
  HandClock clock;
  const std::string text = "the rules", hash = sha256_hex(text);
  auto journal = *open_embedded(options_of(), files, clock);
  EXPECT_EQ(journal->opened().end_offset, 0U);
  EXPECT_EQ(open_embedded(options_of(), files, clock).error().reason, "locked");
  ASSERT_TRUE(journal->begin([](auto) {}));
  ASSERT_TRUE(journal->submit_control(model::Reload{hash}, {text}, [](auto) {}));
  auto submission = submission_of({"a", "b"});
  submission.done = [](auto) {};
  ASSERT_TRUE(journal->submit(std::move(submission)));
  ASSERT_TRUE(journal->turn({}));
  const auto draft = *journal->begin_checkpoint(3);
  ASSERT_TRUE(draft->add("state") && draft->finish());

  const auto beside = view_embedded(files, "data");
  for (auto* view : {beside.get(), &journal->view()}) {
    std::vector<std::string> damaged;
    EXPECT_EQ(view->place(), "data");
    EXPECT_EQ(*view->first_offset(), 0U);
    EXPECT_EQ(offsets_in(*view, 2), (std::vector<model::Offset>{2, 3}));
    EXPECT_EQ(*view->load_generation(hash), text);
    EXPECT_FALSE(view->load_checkpoint(2, damaged));
    EXPECT_EQ(view->load_checkpoint(3, damaged)->state, "state");
    EXPECT_FALSE(view->oldest_checkpoint()) << "one alone is no reason to let records go";
  }
  journal.reset();
  journal = *open_embedded(options_of(), files, clock);
  journal->raise_to(10);
  const auto opened = journal->opened();
  EXPECT_EQ(opened.end_offset, 10U);
  EXPECT_EQ(opened.generation_hash, hash);
  EXPECT_EQ(opened.totals.received, 2U);
  ASSERT_EQ(opened.damage.size(), 1U);
  EXPECT_EQ(opened.damage[0].to, 10U);
  EXPECT_NE(opened.damage[0].text, "");
}

TEST(Embedded, AFolderWithoutAJournalHasNothingToRead) {
  testing::MemoryFiles files;
  const auto view = view_embedded(files, "nowhere");
  std::vector<std::string> damaged;
  EXPECT_EQ(view->load_generation("00").error().reason, "not_found");
  EXPECT_FALSE(view->load_checkpoint(1, damaged));
}

}  // namespace
}  // namespace alarum::journal
