#include "alert/lost.h"

#include <gtest/gtest.h>

#include "model/notification.h"

namespace alarum::alert {
namespace {

const std::vector<Target> kTargets{{"a/webhook/0", "a"},
                                   {"b/email/0", "b", false},
                                   {"c/pagerduty/0", "c", true, {model::EndReason::recovered}}};
const Reconciling kNow{40, Time(Duration(7)), "not confirmed: gone"};

Notified firing(const std::string& id, const std::string& key,
                std::vector<Recipient> recipients = {{"a/webhook/0", "g"}}) {
  Notified out{{}, std::move(recipients)};
  out.alert.id = id, out.alert.rule = "Down", out.alert.key = key;
  return out;
}

// `TARGET GROUP: state id, …` for each message, then `TARGET why id` of what was suppressed.
std::string text(const Reconciled& reconciled) {
  std::string out;
  for (const auto& routed : reconciled.messages) {
    out += routed.target + ' ' + routed.message.group_key + ':';
    for (const auto& change : routed.message.changes)
      out += ' ' + std::string(to_text(change.alert.state)) + ' ' + change.alert.id;
    out += '\n';
  }
  for (const auto& one : reconciled.suppressed)
    out += one.receiver + ' ' + std::string(to_text(one.why)) + ' ' + one.alert_id + '\n';
  return out;
}

TEST(Reconcile, WhatLivesNowhereEndsAsLostForThoseWhoWereNotified) {
  const auto out =
      reconcile({firing("1", "s1"), firing("2", "s2"), firing("3", "s3", {{"a/webhook/0", "h"}})},
                {}, {}, kTargets, kNow);
  EXPECT_EQ(text(out), "a/webhook/0 g: resolved 1 resolved 2\na/webhook/0 h: resolved 3\n");
  ASSERT_EQ(out.changes.size(), 3U);
  const auto& alert = out.changes[0].alert;
  EXPECT_EQ(
      std::tuple(alert.state, alert.reason, alert.ends_at, alert.changed_by, out.changes[0].offset),
      std::tuple(model::AlertState::resolved, model::EndReason::lost, std::optional(kNow.at), 40U,
                 40U));
  EXPECT_EQ(alert.annotations.at("resolution"), kNow.reason);
  EXPECT_EQ(out.owes, (std::vector<std::uint32_t>{1, 1, 1}));
  EXPECT_EQ(out.messages[0].message.receiver, "a");
}

TEST(Reconcile, WhoIsNotNotifiedOfSuchAnEndHasARecordOfIt) {
  const auto out = reconcile({firing("1", "s1",
                                     {{"a/webhook/0", "g"},
                                      {"b/email/0", "g"},
                                      {"c/pagerduty/0", "g"},
                                      {"gone/webhook/0", "g"}})},
                             {}, {}, kTargets, kNow);
  EXPECT_EQ(text(out),
            "a/webhook/0 g: resolved 1\nb/email/0 filtered 1\nc/pagerduty/0 filtered 1\n");
  EXPECT_EQ(out.owes, std::vector<std::uint32_t>{3});
}

TEST(Reconcile, WhatNobodyWasNotifiedOfEndsInSilence) {
  const auto out = reconcile({firing("1", "s1", {})}, {}, {}, kTargets, kNow);
  EXPECT_EQ(text(out), "");
  ASSERT_EQ(out.changes.size(), 1U);
  EXPECT_EQ(out.owes[0], 0U);
}

TEST(Reconcile, WhatFiresInItsPlaceIsNotifiedInstead) {
  const auto out = reconcile({firing("1", "s1"), firing("2", "s2")}, {firing("9", "s1", {})}, {},
                             kTargets, kNow);
  EXPECT_EQ(text(out), "a/webhook/0 g: firing 9 resolved 2\na/webhook/0 refired 1\n");
  EXPECT_EQ(out.changes.size(), 3U);
}

TEST(Reconcile, WhatFiresAndWasNotRecordedIsNotified) {
  const auto out = reconcile({}, {firing("9", "s1", {{"a/webhook/0", "g"}, {"b/email/0", "h"}})},
                             {}, kTargets, kNow);
  EXPECT_EQ(text(out), "a/webhook/0 g: firing 9\nb/email/0 h: firing 9\n");
  EXPECT_EQ(out.owes, std::vector<std::uint32_t>{2});
  EXPECT_EQ(std::tuple(out.changes[0].at, out.changes[0].alert.changed_at),
            std::tuple(kNow.at, kNow.at));
}

TEST(Reconcile, WhatNobodyWasNotifiedOfAndWasOwedHasARecord) {
  auto one = firing("1", "s1", {{"a/webhook/0", "g"}});
  one.owes = 2, one.receivers = {{"a", "g", {}}, {"b", "h", {}}};
  EXPECT_EQ(text(reconcile({one}, {}, {}, kTargets, kNow)),
            "a/webhook/0 g: resolved 1\na lost 1\nb lost 1\n");
  one.owes = 1;
  EXPECT_EQ(text(reconcile({one}, {}, {}, kTargets, kNow)), "a/webhook/0 g: resolved 1\n");
}

// The record may be older than what was said (seed 1401336).
TEST(Reconcile, WhoMayHaveBeenNotifiedIsNotifiedOfTheEnd) {
  auto now = kNow;
  now.unsure = true;
  auto one = firing("1", "s1", {{"a/webhook/0", "g"}});
  one.owes = 2, one.receivers = {{"a", "g", {}}, {"b", "h", {}}, {"c", "h", {{"k", "v"}}}};
  const std::vector<Target> targets{
      {"a/webhook/0", "a"}, {"b/email/0", "b", false}, {"c/slack/0", "c"}, {"c/slack/1", "c"}};
  const auto out = reconcile({one}, {}, {}, targets, now);
  EXPECT_EQ(text(out),
            "a/webhook/0 g: resolved 1\nc/slack/0 h: resolved 1\n"
            "c/slack/1 h: resolved 1\nb/email/0 filtered 1\n");
  EXPECT_EQ(out.owes, std::vector<std::uint32_t>{4});
  EXPECT_EQ(out.messages[1].message.group_labels, (model::Labels{{"k", "v"}}));
  one.owes = 1;
  EXPECT_EQ(text(reconcile({one}, {}, {}, targets, now)), "a/webhook/0 g: resolved 1\n")
      << "all were";
  one.owes = 5, one.receivers = {{"gone", "h", {}}};
  EXPECT_EQ(text(reconcile({one}, {}, {}, targets, now)),
            "a/webhook/0 g: resolved 1\ngone lost 1\n");
  one.alert.state = model::AlertState::resolved, one.receivers = {{"c", "h", {}}};
  EXPECT_EQ(text(reconcile({}, {}, {one}, targets, now)), "a/webhook/0 g: resolved 1\nc lost 1\n")
      << "the record has its end, and so all that was said before";
}

TEST(Reconcile, AnEndOfWhichNobodyKnowsAnyMoreIsNotified) {
  auto one = firing("1", "s1", {{"a/webhook/0", "g"}, {"b/email/0", "g"}, {"gone/webhook/0", "g"}});
  one.alert.state = model::AlertState::resolved, one.alert.reason = model::EndReason::recovered;
  const auto out = reconcile({}, {}, {one}, kTargets, kNow);
  EXPECT_EQ(text(out), "a/webhook/0 g: resolved 1\nb/email/0 filtered 1\n");
  EXPECT_TRUE(out.changes.empty()) << "it has ended already";
  one.fires_anew = true;
  EXPECT_EQ(text(reconcile({}, {}, {one}, kTargets, kNow)),
            "a/webhook/0 refired 1\nb/email/0 refired 1\n");
}

TEST(Reconcile, NobodyIsNotifiedOfWhatIsKeptBack) {
  auto now = kNow;
  now.kept_back = [](const model::Alert& alert,
                     const Recipient&) -> std::optional<model::Suppressed> {
    if (alert.key != "s1") return std::nullopt;
    model::Suppressed out;
    out.by = {"S"};
    return out;
  };
  const auto out = reconcile({firing("1", "s1"), firing("2", "s2")},
                             {firing("9", "s1", {{"a/webhook/0", "g"}})}, {}, kTargets, now);
  EXPECT_EQ(text(out), "a/webhook/0 g: resolved 2\na silenced 9\na silenced 1\n");
  EXPECT_EQ(out.suppressed[0].by, std::vector<std::string>{"S"});
  EXPECT_EQ(out.owes, (std::vector<std::uint32_t>{1, 1, 1}));
}

TEST(Reconcile, TheSameListsGiveTheSameIds) {
  const auto ids = [] {
    std::vector<std::string> out;
    for (const auto& routed : reconcile({firing("1", "s1")}, {}, {}, kTargets, kNow).messages)
      out.push_back(notification_id(routed));
    return out;
  };
  EXPECT_EQ(ids(), ids());
  EXPECT_TRUE(reconcile({}, {}, {}, kTargets, kNow).changes.empty());
}

}  // namespace
}  // namespace alarum::alert
