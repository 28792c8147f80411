// Dead letters that are sent again.
#include "engine/dead_letters.h"

#include <gtest/gtest.h>

#include "alert/codec.h"
#include "tests/support/story.h"

namespace alarum::engine {
namespace {

using model::AlertState, model::Receipt;

constexpr auto kTarget = "ops/webhook/0";

model::Change change_of(const std::string& id, AlertState state, model::Offset offset,
                        const std::string& subject) {
  model::Change change;
  change.alert.id = id, change.alert.rule = "LinkDown", change.alert.key = "subject=" + subject;
  change.alert.labels = {{"alertname", "LinkDown"}, {"subject", subject}};
  change.alert.state = state, change.offset = offset;
  const bool fires = state == AlertState::firing;
  change.kind = fires ? model::Change::Kind::fired : model::Change::Kind::resolved;
  return change;
}

class DeadLetterFacts : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = alert::Book::open(folder_ / "book.sqlite");
    ASSERT_TRUE(opened) << opened.error().message;
    book_ = std::move(*opened);
    delivery_config_.compose = [](const std::string&, const model::Message&) {
      return std::optional(model::Content{"body", ""});
    };
  }

  // What happened, and how its notification ended; waiting: it has not.
  void happened(const model::Change& change, Receipt::Outcome outcome) {
    const auto n = std::to_string(++count_);
    model::Notification one;
    one.id = "n" + n, one.target = kTarget, one.group_key = change.alert.key;
    one.body = "body", one.alert_id = change.alert.id, one.offset = change.offset;
    one.facts = alert::message_json({"ops", change.alert.key, {}, {change}});
    one.alert_ids = {change.alert.id};
    alert::Book::Batch batch;
    batch.changes = {change}, batch.notifications = {one}, batch.processed = change.offset + 1;
    ASSERT_TRUE(book_->commit(batch));
    if (outcome == Receipt::Outcome::waiting) return;
    alert::Book::Batch end;
    end.receipts.push_back({one.id, outcome, 1, "", Time()});
    end.processed = batch.processed;
    ASSERT_TRUE(book_->commit(end));
  }
  std::vector<std::string> redriven(const std::vector<std::string>& ids, bool dry_run = false) {
    const auto kept_back = [](const model::Alert&) { return false; };
    auto done = redrive(*book_, delivery_config_, kept_back, ids, Time());
    std::vector<std::string> out;
    for (const auto& one : done->outcomes) out.push_back(one.outcome);
    if (dry_run) return out;
    alert::Book::Batch batch;
    batch.revived = std::move(done->revived);
    EXPECT_TRUE(book_->commit(batch));
    return out;
  }

  support::Folder folder_;
  std::unique_ptr<alert::Book> book_;
  DeliveryConfig delivery_config_;
  std::uint64_t count_ = 0;
};

using Words = std::vector<std::string>;

TEST_F(DeadLetterFacts, AnEndIsSentAgainUnlessItsTargetHearsThatTheAlertFiresAnew) {
  happened(change_of("old", AlertState::firing, 1, "s3"), Receipt::Outcome::delivered);
  happened(change_of("old", AlertState::resolved, 2, "s3"), Receipt::Outcome::dead);
  EXPECT_EQ(redriven({"n2"}, true), Words{"redriven"});
  happened(change_of("new", AlertState::firing, 3, "s3"), Receipt::Outcome::waiting);
  EXPECT_EQ(redriven({"n2"}, true), Words{"no_longer_true"}) << "it would come behind n3";
  alert::Book::Batch end;
  end.receipts.push_back({"n3", Receipt::Outcome::delivered, 1, "", Time()}), end.processed = 4;
  ASSERT_TRUE(book_->commit(end));
  EXPECT_EQ(redriven({"n2"}), Words{"no_longer_true"});
  EXPECT_TRUE(*book_->dead_letter("n2")) << "it stays what it was";
  happened(change_of("new", AlertState::resolved, 4, "s3"), Receipt::Outcome::dead);
  EXPECT_EQ(redriven({"n4"}), Words{"redriven"});
}

TEST_F(DeadLetterFacts, AnEndIsSentAgainWhereOnlyAnotherAlertFires) {
  happened(change_of("old", AlertState::firing, 1, "s3"), Receipt::Outcome::delivered);
  happened(change_of("old", AlertState::resolved, 2, "s3"), Receipt::Outcome::dead);
  happened(change_of("other", AlertState::firing, 3, "s4"), Receipt::Outcome::delivered);
  EXPECT_EQ(redriven({"n2"}), Words{"redriven"});
}

// The order of the ids is the caller's.
TEST_F(DeadLetterFacts, OfAnEndAndOfANewBeginningTheNewestIsHeardLast) {
  happened(change_of("old", AlertState::firing, 1, "s3"), Receipt::Outcome::delivered);
  happened(change_of("old", AlertState::resolved, 2, "s3"), Receipt::Outcome::dead);
  happened(change_of("new", AlertState::firing, 3, "s3"), Receipt::Outcome::dead);
  EXPECT_EQ(redriven({"n2", "n3"}, true), (Words{"redriven", "redriven"}));
  EXPECT_EQ(redriven({"n3", "n2"}, true), (Words{"redriven", "no_longer_true"}));
  EXPECT_EQ(redriven({"n3", "n2"}), (Words{"redriven", "no_longer_true"}));
}

TEST_F(DeadLetterFacts, ALetterThatIsNamedTwiceIsSentAgainOnce) {
  happened(change_of("old", AlertState::firing, 1, "s3"), Receipt::Outcome::dead);
  EXPECT_EQ(redriven({"n1", "n1", "n9"}), (Words{"redriven", "not_there", "not_there"}));
  EXPECT_EQ(redriven({"n1"}), Words{"not_there"});
}

}  // namespace
}  // namespace alarum::engine
