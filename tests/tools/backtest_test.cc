#include "tools/backtest.h"
#include "tools/backtest_report.h"

#include <gtest/gtest.h>

#include "alert/codec.h"
#include "app/delivery_config.h"
#include "receivers/list.h"
#include "tests/tools/text_rules.h"

namespace alarum::tools::backtest_test {
namespace {

using namespace std::chrono_literals;
using Generation = std::shared_ptr<const match::Generation>;

// Who is notified of each alert by itself, at once, and reminded every four hours.
engine::DeliveryConfig outlets() {
  Diagnostics faults;
  const auto config = config::parse(
      "route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: "
      "'http://127.0.0.1:9/'}]}]\n",
      "c.yaml", receivers::kinds(), faults);
  return app::notification_config_of(*config, false).outlets;
}

// Records as a journal has them, a minute apart.
class Story {
 public:
  void reload(const Generation& rules) {
    generations_[rules->rules().hash] = rules;
    add(model::Reload{rules->rules().hash}, rules->id());
  }
  void event(std::string_view type, std::string_view subject) {
    model::EventFields fields;
    fields.id = "1";
    fields.source = "S";
    fields.type = type;
    fields.subject = subject;
    fields.time = now();
    add(model::Event(fields), records_.back().generation);
  }
  void start() { add(model::Start{}, records_.back().generation); }
  void wait(Duration length) { waited_ += length; }
  Time now() const {
    return engine::kTestStart + 1min * static_cast<int>(records_.size()) + waited_;
  }

  BacktestReport through(const Generation& next, Time since = Time(), std::size_t from = 0) const {
    Backtest backtest(
        [this](const std::string& hash) -> Result<Generation> { return generations_.at(hash); },
        [this](model::GenerationId id) -> Result<std::string> {
          for (const auto& [hash, rules] : generations_) {
            if (rules->id() == id) return hash;
          }
          return fail("not_found", "");
        },
        next, since, outlets());
    for (auto i = from; i < records_.size(); ++i) EXPECT_TRUE(backtest.step(records_[i]));
    return backtest.report();
  }

 private:
  void add(model::Payload payload, model::GenerationId id) {
    records_.push_back({records_.size(), now(), id, std::move(payload), std::nullopt});
  }
  Duration waited_{};
  std::vector<model::Record> records_;
  std::map<std::string, Generation> generations_;
};

const Generation& one() {
  static const auto rules = rules_of(
      "rules: [{alert: A, match: a, until: z, by: subject}, {alert: B, match: b, resolve_after: "
      "2m}]");
  return rules;
}
const Generation& two() {
  static const auto rules = rules_of(
      "rules: [{alert: A, match: a, until: z, by: subject}, {alert: B, match: b, resolve_after: "
      "3m}, {alert: C, match: c, resolve_after: 1h}]");
  return rules;
}

Story story() {
  Story story;
  story.reload(one());
  story.event("a", "s1");  // 1m
  story.event("b", "s1");  // 2m
  story.event("z", "s1");  // 3m
  story.event("c", "s2");  // 4m
  story.event("x", "s9");  // 5m
  return story;
}

TEST(Backtest, FindsNothingUnderTheSameRules) {
  const auto report = story().through(one());
  EXPECT_TRUE(report.same());
  EXPECT_EQ(report.old_rules.alerts, 2U);
  EXPECT_EQ(report.new_rules.alerts, 2U);
  EXPECT_EQ(report.events, 5U);
}

TEST(Backtest, NamesWhatIsAddedRemovedAndMoved) {
  const auto report = story().through(two());
  ASSERT_EQ(report.added.size(), 1U);
  EXPECT_EQ(report.added[0].rule, "C");
  EXPECT_EQ(report.added[0].starts_at, engine::kTestStart + 4min);
  EXPECT_TRUE(report.removed.empty());
  ASSERT_EQ(report.moved.size(), 1U);
  EXPECT_EQ(report.moved[0].before.ends_at, engine::kTestStart + 4min);
  EXPECT_EQ(report.moved[0].after.ends_at, engine::kTestStart + 5min);
  EXPECT_EQ(story()
                .through(rules_of("rules: [{alert: B, match: b, resolve_after: 2m}]"))
                .removed.at(0)
                .rule,
            "A");
}

TEST(Backtest, FollowsTheReloadsOfThePastWithTheOldRulesOnly) {
  auto told = story();
  told.reload(two());
  told.event("c", "s3");
  const auto report = told.through(one());
  ASSERT_EQ(report.removed.size(), 1U);
  EXPECT_EQ(report.removed[0].key, "subject=s3");
  EXPECT_TRUE(report.added.empty() && report.moved.empty());
  EXPECT_EQ(told.through(two()).added.size(), 1U) << "the c that came before the reload";
}

TEST(Backtest, CountsWhatFiredSince) {
  const auto report = story().through(two(), engine::kTestStart + 2min);
  EXPECT_EQ(report.old_rules.alerts, 1U);
  EXPECT_EQ(report.new_rules.alerts, 2U);
  EXPECT_EQ(report.from, engine::kTestStart + 2min);
  EXPECT_DOUBLE_EQ(report.new_rules.a_day, 2) << "a period below a day counts as one";
  EXPECT_TRUE(backtest_text(report, 9).contains("alerts: 1 before, 2 after\n"));
  EXPECT_FALSE(backtest_text(report, 9).contains("a day:"));
  auto longer = report;
  longer.to = longer.from + 48h;
  EXPECT_TRUE(backtest_text(longer, 9).contains("; a day: "));
  ASSERT_EQ(report.noisiest.size(), 2U);
}

TEST(Backtest, CountsWhatOnePersonGetsInANight) {
  // A fires and ends, B fires and is over; with the new rules B lasts longer, C fires for an hour
  auto past = story();
  past.wait(23h + 54min);
  past.event("x", "s9");
  const auto report = past.through(two());
  EXPECT_EQ(report.person, "a/webhook/0");
  EXPECT_NEAR(report.old_rules.pages_a_night, 2, 0.02);
  EXPECT_NEAR(report.old_rules.messages_a_night, 4, 0.02);
  EXPECT_NEAR(report.new_rules.pages_a_night, 3, 0.02);
  EXPECT_NEAR(report.new_rules.messages_a_night, 6, 0.02);
  EXPECT_EQ(report.new_rules.critical_a_night, 0);
}

TEST(Backtest, CountsRemindersWhereNothingComesButNoneOfATimeWithoutADaemon) {
  const auto rules =
      rules_of("rules: [{alert: A, match: a, until: z, by: subject, severity: critical}]");
  Story past;
  past.reload(rules);
  past.event("a", "s1");
  past.wait(9h);
  past.event("x", "s9");  // two reminders
  past.wait(15h - 4min);
  past.start();  // one stands for all
  const auto report = past.through(rules);
  EXPECT_NEAR(report.old_rules.critical_a_night, 1, 0.02);
  EXPECT_NEAR(report.old_rules.messages_a_night, 4, 0.02);
  EXPECT_EQ(report.new_rules.messages_a_night, report.old_rules.messages_a_night);
  EXPECT_EQ(past.through(rules, past.now() - 1h).old_rules.pages_a_night, 0) << "before the period";
}

TEST(Backtest, TakesUpTheRulesOfAJournalThatBeginsLater) {
  const auto report = story().through(one(), Time(), 2);
  EXPECT_TRUE(report.same());
  EXPECT_EQ(report.old_rules.alerts, 1U);
}

model::Change change(model::Offset offset, const std::string& id) {
  model::Change out;
  out.alert.id = id, out.alert.rule = "A", out.offset = offset;
  return out;
}

TEST(HistoryCheck, ComparesFromWhereTheRecordIsComplete) {
  const auto a = change(3, "a1"), b = change(7, "a2");
  HistoryCheck check({alert::history_line(b)}, 5);
  check.take(a);  // forgotten by the book
  check.take(b);
  EXPECT_EQ(check.difference(), "");
  EXPECT_EQ(check.replayed(), 1U);
  HistoryCheck all({alert::history_line(b)}, 0);
  all.take(a);
  all.take(b);
  EXPECT_EQ(all.difference(),
            "- " + alert::history_line(b) + "\n+ " + alert::history_line(a) + "\n");
}

TEST(HistoryCheck, WhatIsMissingInEitherIsADifference) {
  auto repeated = change(8, "a2");
  repeated.kind = model::Change::Kind::repeated;
  HistoryCheck check({alert::history_line(change(7, "a2"))}, 5);
  check.take(repeated);
  EXPECT_EQ(check.difference(), "- " + alert::history_line(change(7, "a2")) + "\n+ (nothing)\n");
}

}  // namespace
}  // namespace alarum::tools::backtest_test
