#include "deliver/merge.h"

#include <gtest/gtest.h>

#include "alert/codec.h"
#include "receivers/text/card.h"
#include "tests/receivers/messages.h"

namespace alarum::deliver {
namespace {

using model::AlertState;

model::Notification notification_of(const std::string& id, model::Change change) {
  model::Notification notification;
  notification.id = id;
  notification.target = "ops/webhook/0";
  notification.group_key = change.alert.key;
  notification.facts = alert::message_json({"ops", change.alert.key, {}, {std::move(change)}});
  return notification;
}

struct Told {
  model::Message message;
  ComposeFor compose = [this](const std::string&, const model::Message& m) {
    message = m;
    return std::optional(model::Content{"body", "X: y\n"});
  };
};

TEST(Merge, TellsTheNewestStateOfEachAlertWorstFirstAndWhatItReplaces) {
  const auto a = notification_of("ntf-a", receivers::change_of(AlertState::firing, "1")),
             b = notification_of(
                 "ntf-b", receivers::change_of(AlertState::firing, "2", model::Severity::minor)),
             c = notification_of("ntf-c", receivers::change_of(AlertState::resolved, "1")),
             d = notification_of("ntf-d", receivers::change_of(AlertState::firing, "3"));
  Told told;
  const auto merged = merge({&a, &b, &c, &d}, told.compose);
  ASSERT_TRUE(merged);
  ASSERT_EQ(told.message.changes.size(), 3u);
  EXPECT_EQ(told.message.changes[0].alert.id, "id3");
  EXPECT_EQ(told.message.changes[2].alert.id, "id1");
  EXPECT_EQ(told.message.changes[2].alert.state, AlertState::resolved);
  EXPECT_EQ(merged->headers, "X: y\n");
  EXPECT_EQ(merged->id, merge({&a, &b, &c, &d}, told.compose)->id);
  EXPECT_NE(merged->id, merge({&a, &b, &c}, told.compose)->id);
  const auto other = [](const std::string&, const model::Message&) {
    return std::optional(model::Content{"another body", ""});
  };
  EXPECT_NE(merged->id, merge({&a, &b, &c, &d}, other)->id) << "one id is one body";
}

TEST(Merge, OfTenThousandSaysHowManyAndTheWorst) {
  std::vector<model::Notification> all;
  for (int i = 0; i < 10'000; ++i) {
    all.push_back(notification_of(
        "n" + std::to_string(i),
        receivers::change_of(AlertState::firing, std::to_string(i),
                             i == 9'999 ? model::Severity::critical : model::Severity::minor)));
  }
  std::vector<const model::Notification*> parts;
  for (const auto& one : all) parts.push_back(&one);
  Told told;
  ASSERT_TRUE(merge(parts, told.compose));
  const auto card = receivers::card_of(told.message, {});
  EXPECT_EQ(card.title, "10000 firing; worst: FIRING critical NpuFault: NPU 9999 is down");
  EXPECT_EQ(card.counts, (std::vector<std::string>{"1 × critical NpuFault firing",
                                                   "9999 × minor NpuFault firing"}));
  EXPECT_EQ(card.left_out, 9'990u);
}

TEST(Merge, WithoutFactsIsNone) {
  model::Notification bare;
  Told told;
  EXPECT_FALSE(merge({&bare}, told.compose));
}

}  // namespace
}  // namespace alarum::deliver
