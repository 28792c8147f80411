#include "alert/suppression.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "tests/alert/world.h"

namespace alarum::alert {
namespace {

constexpr auto kConfig = R"(
route: {receiver: a, routes: [{receiver: b, mute_time_intervals: [always]}]}
time_intervals: [{name: always, time_intervals: [{times: [{start_time: '00:00', end_time: '24:00'}]}]}]
inhibit_rules: [{source_matchers: [n=big], target_matchers: [n=small]}]
)";

struct Suppressing {
  Suppression suppression;
  ActiveAlerts active;
  std::shared_ptr<const config::Routing> routing =
      std::make_shared<const config::Routing>(routing_of(kConfig));
  RouteTree tree{routing->root};
  Time now = support::at("1h");

  Suppressing() { suppression.configure(routing, active); }
  model::Alert alert(const std::string& labels) const {
    model::Alert alert;
    alert.labels = labels_of(labels);
    return alert;
  }
  void silence(const std::string& matchers) {
    model::Silence silence;
    silence.id = "silence", silence.matchers = *model::parse_matchers(matchers);
    silence.starts_at = now, silence.ends_at = now + std::chrono::hours(1);
    suppression.silences().set(silence, now);
  }
  std::string reason(const model::Alert& one, std::size_t node = 0) const {
    const auto found = suppression.reason(one, suppression.muting(tree.node(node), now), now);
    if (!found) return "-";
    return std::string(to_text(found->why)) + ' ' + found->by.front();
  }
};

TEST(Suppression, SaysNothingOfAnAlertThatNothingSuppresses) {
  EXPECT_EQ(Suppressing().reason(Suppressing().alert("{n=\"small\"}")), "-");
}

TEST(Suppression, OfSeveralReasonsTheFirstCounts) {
  Suppressing one;
  auto alert = one.alert("{n=\"small\"}");
  alert.acknowledged.emplace();
  alert.acknowledged->by = "kim";
  EXPECT_EQ(one.reason(alert), "acknowledged kim");
  one.silence("{n=\"small\"}");
  EXPECT_EQ(one.reason(alert), "silenced silence");
  EXPECT_EQ(one.reason(alert, 1), "muted always");
  one.suppression.fired(labels_of("{n=\"big\"}"));
  EXPECT_EQ(one.reason(alert, 1),
            "inhibited " + hex64(model::fingerprint(labels_of("{n=\"big\"}"))));
  alert.inhibited_by = {"RackDown"};
  EXPECT_EQ(one.reason(alert, 1), "inhibited RackDown");
  alert.waiting = {"Roll"};
  EXPECT_EQ(one.reason(alert, 1), "waiting Roll");
  alert.absorbed = {"Up"};
  EXPECT_EQ(one.reason(alert, 1), "absorbed Up");
}

TEST(Suppression, PeopleAreNotifiedOfTheEndOfWhatIsAcknowledged) {
  Suppressing one;
  auto alert = one.alert("{n=\"small\"}");
  alert.acknowledged.emplace();
  alert.state = model::AlertState::resolved;
  EXPECT_EQ(one.reason(alert), "-");
}

TEST(Suppression, WhatInhibitsNoMoreSuppressesNothing) {
  Suppressing one;
  const auto big = labels_of("{n=\"big\"}");
  EXPECT_TRUE(one.suppression.fired(big));
  EXPECT_FALSE(one.suppression.fired(labels_of("{n=\"other\"}")));
  EXPECT_TRUE(one.suppression.ended(big));
  EXPECT_EQ(one.reason(one.alert("{n=\"small\"}")), "-");
}

TEST(Suppression, ASilenceThatEndsWithWhatItMatchesIsExpired) {
  Suppressing one;
  model::Silence silence;
  silence.id = "until", silence.matchers = *model::parse_matchers("{n=\"small\"}");
  silence.starts_at = one.now, silence.ends_at = one.now + std::chrono::hours(1);
  silence.until_resolved = true;
  one.suppression.silences().set(silence, one.now);
  EXPECT_EQ(one.suppression.expire_with(labels_of("{n=\"big\"}"), one.active, one.now),
            std::vector<std::string>());
  EXPECT_EQ(one.suppression.expire_with(labels_of("{n=\"small\"}"), one.active, one.now),
            std::vector<std::string>{"until"});
  EXPECT_EQ(one.reason(one.alert("{n=\"small\"}")), "-");
}

}  // namespace
}  // namespace alarum::alert
