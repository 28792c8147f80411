#include "alert/notification_log.h"

#include <gtest/gtest.h>

namespace alarum::alert {
namespace {

using Numbers = NotificationLog::Ids;

bool needs(const NotificationLog::Entry* known, const Numbers& firing, const Numbers& resolved,
           bool news = false, bool send_resolved = true) {
  return NotificationLog::needs_update(known, {firing, resolved, news, send_resolved});
}

TEST(NotificationLog, ATargetThatWasNeverNotifiedIsSoOfWhatFiresOnly) {
  EXPECT_TRUE(needs(nullptr, {1}, {}));
  EXPECT_FALSE(needs(nullptr, {}, {1}));
}

TEST(NotificationLog, WhatATargetKnowsIsNoNews) {
  const NotificationLog::Entry known{1, {1, 2}, {3}, {}, false};
  EXPECT_FALSE(needs(&known, {1, 2}, {3}));
  EXPECT_TRUE(needs(&known, {1, 2, 4}, {3})) << "another fires";
  EXPECT_TRUE(needs(&known, {1}, {2, 3})) << "one has ended";
  EXPECT_FALSE(needs(&known, {1}, {2, 3}, false, false)) << "it is not notified of ends";
  EXPECT_TRUE(needs(&known, {1, 2}, {3}, true)) << "a stage has changed";
}

TEST(NotificationLog, TheEndOfAllIsNewsOnce) {
  const NotificationLog::Entry known{1, {1}, {}, {}, false}, over{1, {}, {1}, {}, false};
  EXPECT_TRUE(needs(&known, {}, {1}));
  EXPECT_FALSE(needs(&over, {}, {1}));
}

TEST(NotificationLog, ComesBackFromACheckpoint) {
  NotificationLog log;
  auto& entry = log.find_or_add("a/w/0");
  entry.firing = {3, 500}, entry.resolved = {7};
  entry.at = Time(std::chrono::hours(5)), entry.unconfirmed = true;
  log.find_or_add("b/w/0");
  ByteWriter out;
  log.save(out);
  const auto saved = out.take();
  ByteReader in(saved);
  NotificationLog loaded;
  loaded.load(in, true);
  ASSERT_TRUE(in.good() && in.at_end());
  ASSERT_EQ(loaded.entries().size(), 2U);
  const auto* found = loaded.find("a/w/0");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->knows(500));
  EXPECT_FALSE(found->knows(7));
  EXPECT_EQ(found->resolved, Numbers{7});
  EXPECT_EQ(found->at, Time(std::chrono::hours(5)));
  EXPECT_TRUE(found->unconfirmed);
  EXPECT_EQ(std::as_const(loaded).find("c/w/0"), nullptr);
}

}  // namespace
}  // namespace alarum::alert
