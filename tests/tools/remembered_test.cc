#include "tools/remembered.h"

#include <gtest/gtest.h>

#include "tests/support/story.h"
#include "tests/tools/text_rules.h"

namespace alarum::tools::remembered_test {
namespace {

constexpr auto kRules = R"(
- {alert: Storm, match: hit, count: 3, within: 10m, by: subject}
- {alert: Cards, match: hit, distinct: {data.card: 3}, within: 10m, by: subject}
- {alert: Steps, sequence: [hit, {absent: back}], within: 5m, by: subject, resolve_after: 1h}
- {alert: Heart, match: beat, absent: 5m, by: subject}
- {alert: Slow, match: slow, until: fast, for: 5m, by: subject, resolve_after: 1h}
- {alert: Plain, match: down, until: up, by: subject, resolve_after: 1h}
- {alert: Work, match: begun, until: done, by: subject, resolve_after: 5h}
- {alert: Fault, match: fault, by: subject, unless: [Work], resolve_after: 1h}
- {alert: Lasting, match: lasting, by: subject, unless: [Work], for: 5m, resolve_after: 1h}
- {alert: Rare, match: rare, count: 3, within: 10m, apart: 1m, by: subject}
- {alert: Card, match: card, until: back, by: [subject, {card: data.card}], resolve_after: 1h}
- {alert: Few, match: few, count: 2, within: 10m, by: subject, max_keys: 1}
)";

// Plays the events; what is remembered after the last of them, a line each.
std::string after(const std::string& story) {
  const auto rules = rules_of(std::string("rules:") + kRules);
  engine::Engine engine(
      [&](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
        return rules;
      });
  model::Offset offset = 0;
  EXPECT_TRUE(engine.step(
      {offset++, support::kStart, 0, model::Reload{rules->rules().hash}, std::nullopt}));
  std::string text;
  for (const auto& line : support::lines_of(story)) {
    const auto blank = line.find(' ');
    const auto at = support::at(line.substr(0, blank));
    const model::Record record{
        offset, at, 0, support::event_of(line.substr(blank + 1), at, std::to_string(offset)),
        std::nullopt};
    ++offset;
    const auto changes = engine.step(record);
    text.clear();
    for (const auto& one :
         remembered(engine, judge(rules->rules(), std::get<model::Event>(record.payload)), record,
                    *changes)) {
      text += one.alert + '{' + one.key + "}: " + one.says + '\n';
    }
  }
  for (std::size_t at;
       (at = text.find(std::string(format_rfc3339(support::kStart)).substr(0, 11))) != text.npos;)
    text.erase(at, 11);
  return text;
}

TEST(Remembered, TellsTheWindowAndWhatIsMissing) {
  EXPECT_EQ(
      after(
          "0m hit s1 data={\"card\":1}\n1m hit s2 data={\"card\":1}\n9m hit s1 data={\"card\":1}"),
      "Storm{subject=s1}: 2 of 3 matches within 10m, at 00:00:00Z, 00:09:00Z; 1 more before "
      "00:10:00Z would fire\n"
      "Cards{subject=s1}: 1 of 3 different data.card within 10m, at 00:00:00Z, 00:09:00Z; 2 more "
      "before 00:10:00Z would fire\n"
      "Steps{subject=s1}: of 2 steps within 5m: step 1 at 00:00:00Z, step 1 at 00:09:00Z; judged "
      "at 00:16:00Z\n");
}

TEST(Remembered, TellsThatItFiresAndForHowLong) {
  EXPECT_EQ(after("0m hit s1\n1m hit s1\n2m hit s1"),
            "Storm{subject=s1}: 3 of 3 matches within 10m, at 00:00:00Z, 00:01:00Z, 00:02:00Z; "
            "fires, until 00:20:00Z if nothing more comes\n"
            "Cards{subject=s1}: does not count: it is older than what the rule still looks at, or "
            "has no value to count\n"
            "Steps{subject=s1}: of 2 steps within 5m: step 1 at 00:00:00Z, step 1 at 00:01:00Z, "
            "step 1 at 00:02:00Z; judged at 00:09:00Z\n");
}

TEST(Remembered, TellsWhatIsAnnulledAndHowManyLieApart) {
  const auto annulled = after("0m begun s1\n1m fault s1");
  EXPECT_TRUE(annulled.starts_with("Fault{subject=s1}: annulled by Work (alert ") &&
              annulled.ends_with("): counts for nothing while that fires\n"))
      << annulled;
  EXPECT_EQ(after("0m rare s1\n1m rare s1\n2m rare s1"),
            "Rare{subject=s1}: 2 of 3 matches more than 1m apart within 10m, at 00:00:00Z, "
            "00:01:00Z, 00:02:00Z; 1 more before 00:10:00Z would fire\n");
}

TEST(Remembered, TellsThatAWaitIsJudgedWhenItIsDueAndThatItWasPutOff) {
  EXPECT_EQ(after("0m begun s1\n1m lasting s1"),
            "Lasting{subject=s1}: waits for 5m: fires at 00:06:00Z unless it ends before, or Work "
            "fires for it then\n");
  EXPECT_EQ(
      after("0m begun s1\n1m lasting s1\n7m lasting s1"),
      "Lasting{subject=s1}: put off by Work{subject=s1}: judged again 5m after that has ended\n");
}

TEST(Remembered, TellsOfAWholeHowManyOfItsPartsItEnded) {
  EXPECT_TRUE(after("0m card s1 data={\"card\":1}\n0m card s1 data={\"card\":2}\n1m back s1")
                  .ends_with("Card{subject=s1}: an end of the whole: ends 2 of its parts\n"));
}

TEST(Remembered, TellsWhatIsWaitedFor) {
  EXPECT_EQ(
      after("0m beat s1"),
      "Heart{subject=s1}: last event at 00:00:00Z; missed at 00:05:00Z if nothing more comes\n");
  EXPECT_EQ(after("0m slow s1"),
            "Slow{subject=s1}: waits for 5m: fires at 00:05:00Z unless it ends before\n");
}

TEST(Remembered, TellsWhyAPlainMatchOrAnEndChangedNothing) {
  EXPECT_EQ(after("0m up s1"),
            "Plain{subject=s1}: ends nothing: no alert of this key fires, or it is younger than "
            "this end\n");
  EXPECT_EQ(after("1m up s1\n2m down s1 time=30s"),
            "Plain{subject=s1}: does not fire: its recovery had come before\n");
  EXPECT_EQ(after("1m down s1"), "");
}

TEST(Remembered, TellsOfARuleThatIsFull) {
  EXPECT_EQ(after("0m few s1\n0m few s2"),
            "Few{subject=s2}: not remembered: the rule has its max_keys of 1 keys\n");
}

}  // namespace
}  // namespace alarum::tools::remembered_test
