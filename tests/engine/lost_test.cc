// Who is notified of the end of an alert that is lost with damaged records.
#include "tests/engine/damaged.h"

namespace alarum::engine {
namespace {

TEST_F(Damaged, NothingIsDoneWhereNothingWasLost) {
  event("linkDown");
  EXPECT_EQ(start(), "");
  EXPECT_EQ(start(), "");
  EXPECT_FALSE(parted_.any());
  EXPECT_EQ(bodies().size(), 1U);
}

TEST_F(Damaged, AnAlertThatIsGoneEndsAsLostOnce) {
  event("linkDown");
  start();
  EXPECT_EQ(start(2, 3), "resolved Down lost\n");
  EXPECT_EQ(parted_.lost.size(), 1U);
  EXPECT_EQ(book_->counts()->firing, 0U);
  EXPECT_EQ(start(2, 3), "");
  EXPECT_EQ(book_->history()->size(), 2U);
}

TEST_F(Damaged, AnAlertWhoseFirstEventIsLostFiresOnAsTheOneOfItsSecond) {
  event("linkDown");
  event("linkDown");
  start();
  EXPECT_EQ(start(2, 3), "firing Down \n");
  EXPECT_EQ(std::tuple(parted_.lost.size(), parted_.found.size()), std::tuple(1U, 1U));
  EXPECT_EQ(book_->counts()->firing, 1U);
  EXPECT_EQ(start(2, 3), "");
  event("linkUp");
  start(2, 3);
  EXPECT_EQ(bodies().back(), "resolved Down recovered\n");
}

// The second is entered by the replay, with its message: the end of the first, behind that, was
// taken for its own (seed 1513409).
TEST_F(Damaged, NobodyIsToldOfALostEndBehindTheBeginningOfTheNext) {
  event("linkDown");
  replay();
  event("linkDown");
  EXPECT_EQ(start(2, 3), "");
  EXPECT_EQ(parted_.lost.size(), 1U);
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "firing Down \n"}));
  event("linkUp");
  start(2, 3);
  EXPECT_EQ(bodies().back(), "resolved Down recovered\n");
}

TEST_F(Damaged, AnAlertWhoseEndIsLostIsNamedToBeEnded) {
  event("linkDown");
  event("linkUp");
  start();
  EXPECT_EQ(start(3, 4), "");
  ASSERT_EQ(parted_.over.size(), 1U);
  put(model::ResolveAlert{parted_.over.front(), "alarum", ""});
  start(3, 4);
  EXPECT_FALSE(parted_.any());
  event("linkDown");
  start(3, 4);
  EXPECT_EQ(bodies().back(), "firing Down \n");
}

// The event after the lost end would have been another alert's first: whoever was notified of the
// end hears that it fires (seeds 6006563 and 6008050).
TEST_F(Damaged, AnAlertThatIsHitBehindItsLostEndFiresOnAndPeopleAreNotified) {
  event("linkDown");
  event("linkUp");
  start();
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "resolved Down recovered\n"}));
  event("linkDown");
  start(3, 4);
  EXPECT_EQ(parted_.again.size(), 1U);
  EXPECT_TRUE(parted_.over.empty());
  put(model::Tick{});
  start(3, 4);
  EXPECT_EQ(bodies().size(), 3U);
  EXPECT_EQ(bodies().back(), "firing Down \n");
  event("linkUp");
  start(3, 4);
  EXPECT_EQ(bodies().back(), "resolved Down recovered\n");
}

// Its group is looked at before the record that ends it comes (seeds 560 and 175 of a trial).
TEST_F(Damaged, NobodyIsNotifiedThatAnAlertFiresWhoseEndIsLost) {
  event("linkDown");
  put(model::Tick{});
  event("linkUp");
  start();
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "resolved Down recovered\n"}));
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 4m, group_interval: 1m}";
  EXPECT_EQ(start(4, 5), "");
  ASSERT_EQ(parted_.over.size(), 1U);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(tick(), "");
  put(model::ResolveAlert{parted_.over.front(), "alarum", ""});
  EXPECT_TRUE(processor_->step(records_.back()));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(tick(), "");
}

TEST_F(Damaged, NobodyIsToldTwiceOfAnEndThatIsLost) {
  lose_an_end();
  tick_at("2h");
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "resolved Down recovered\n"}));
}

// Who was notified in the group of another config.
TEST_F(Damaged, AnEndThatIsLostIsToldInTheGroupOfTheConfigOfNow) {
  const std::string times = ", group_wait: 1m, group_interval: 1h}";
  routing_ = "route: {receiver: ops, group_by: [alertname]" + times;
  event("linkDown");
  replay();
  const auto state = checkpoint();
  put(model::Tick{});
  event("linkUp");
  start();
  EXPECT_EQ(bodies(), std::vector<std::string>{"firing Down \n"});
  routing_ = "route: {receiver: ops, group_by: [subject]" + times;
  start_from(state);
  end_once_more();
  tick_at("2h");
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "resolved Down manual\n"}));
}

// Its group was told, and a power cut took that out of the book (seed 1401336).
TEST_F(Damaged, AnEndIsToldToWhoMayHaveHeardOfItsBeginning) {
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 1m, group_interval: 1h}";
  event("linkDown");
  replay();
  EXPECT_EQ(bodies(), std::vector<std::string>());
  put(model::Tick{});
  EXPECT_EQ(start(2, 3), "resolved Down lost\n");
  EXPECT_EQ(start(2, 3), "");
}

TEST_F(Damaged, ItIsToldToThemAlsoAfterAStartThatWasCutShort) {
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 1m, group_interval: 1h}";
  event("linkDown");
  replay();
  put(model::Tick{});
  replay(2, 3);
  EXPECT_EQ(start(2, 3), "resolved Down lost\n");
}

TEST_F(Damaged, AfterAStopInOrderNobodyHearsOfTheEndAlone) {
  const auto path = on_disk();
  routing_ = "route: {receiver: ops, group_by: [alertname], group_wait: 1m, group_interval: 1h}";
  event("linkDown");
  put(model::Stop{});
  records_.back().at = records_[2].at;
  replay();
  EXPECT_EQ(start(2, 3), "");
  EXPECT_EQ(parted_.lost.size(), 1U);
  const auto sums = *alert::BookView::open(path)->sums();
  EXPECT_EQ(std::tuple(sums.unaccounted, sums.waiting, sums.suppressed.at("lost")),
            std::tuple(0U, 0U, 1U));
}

// Another alert of its group fires on: what is to be told of the group is not news.
TEST_F(Damaged, NobodyIsToldTwiceOfAnEndThatIsLostInAGroupThatFires) {
  routing_ =
      "route: {receiver: ops, group_by: [subject], group_wait: 0s, group_interval: 1m, "
      "repeat_interval: 9h}";
  event("linkDown");
  event("hostDown");
  put(model::Tick{});
  replay();
  const auto state = checkpoint();
  event("linkUp");
  put(model::Tick{});
  start();
  const std::vector<std::string> told{"firing Down \n", "firing Down \nfiring Host \n",
                                      "resolved Down recovered\nfiring Host \n"};
  EXPECT_EQ(bodies(), told);
  start_from(state);
  end_once_more();
  tick_at("2h");
  EXPECT_EQ(bodies(), told);
}

// Records that the book does not have come after those that are lost: a reminder is due.
TEST_F(Damaged, NobodyIsRemindedOfAnAlertWhoseEndIsLostWhileTheRestIsReplayed) {
  event("linkDown");
  put(model::Tick{});
  event("linkUp");
  start();
  open();
  for (std::size_t i = 0; i < 4; ++i) ASSERT_TRUE(processor_->step(records_[i]));
  tick_at("9h");
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "resolved Down recovered\n"}));
}

TEST_F(Damaged, NobodyIsRemindedOfItWhereNothingOfWhatTheBookHasIsReplayed) {
  event("linkDown");
  put(model::Tick{});
  replay();
  const auto state = checkpoint();
  event("linkUp");
  start();
  open();
  ASSERT_TRUE(processor_->restore(state));
  tick_at("9h");
  EXPECT_EQ(bodies(), (std::vector<std::string>{"firing Down \n", "resolved Down recovered\n"}));
}

// Of what the book has nothing is replayed, and the look that told of Down does not happen again:
// for the engine Host still fires, and keeps it back (seed 1523870).
TEST_F(Damaged, WhoWasNotifiedByALostRecordIsNotifiedOfTheEnd) {
  const auto state = lose_a_message();
  start_from(state);
  end_once_more();
  EXPECT_EQ(end_of_down(), "resolved Down recovered\n");
}

// A start steps records that the book does not have before it looks what was lost.
TEST_F(Damaged, WhoWasNotifiedByALostRecordIsNotifiedOfAnEndThatIsNewToTheBook) {
  const auto state = lose_a_message();
  open();
  ASSERT_TRUE(processor_->restore(state));
  event("hostUp");
  ASSERT_TRUE(processor_->step(records_.back()));
  EXPECT_EQ(end_of_down(), "resolved Down recovered\n");
}

}  // namespace
}  // namespace alarum::engine
