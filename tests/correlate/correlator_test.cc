#include "correlate/correlator.h"

#include <gtest/gtest.h>

#include "match/generation.h"
#include "tests/support/story.h"

namespace alarum::correlate {
namespace {

constexpr auto kRules = R"(
rules:
- {alert: Fault, match: [fault, both], until: [clear, both], by: subject}
- {alert: Card, match: {type: card}, until: cardOk, by: [subject, {npu: data.npu}]}
- {alert: Any, match: [fault, card], until: never}
)";

struct Told {
  std::string findings;
  Counts counts;
};

// `ARRIVAL EVENT` a line; what correlation finds, a line each.
Told play(const std::string& story) {
  const match::Generation generation(rules::loaded(kRules));
  Correlator correlator;
  correlator.apply(generation.rules(), support::kStart);
  Told told;
  for (const auto& line : support::lines_of(story)) {
    const auto blank = line.find(' ');
    const auto arrival = support::at(line.substr(0, blank));
    const auto event = support::event_of(line.substr(blank), arrival);
    const auto flat = model::FlatEvent::of(event);
    for (const auto& f : correlator.take(
             generation.rules(), event, flat, generation.match(event),
             {event.time().value_or(arrival), event.time().value_or(arrival)}, arrival)) {
      told.findings += support::shown(arrival) +
                       (f.kind == Decision::Kind::opens ? " opens " : " closes ") + f.rule->alert +
                       '{' + f.key.text + "} at " + support::shown(f.when) + '\n';
    }
  }
  told.counts = correlator.counts();
  return told;
}

TEST(Correlator, OpensForEveryMatchAndClosesForTheEnd) {
  EXPECT_EQ(play(R"(
    1m fault s1
    2m fault s1
    3m clear s1)")
                .findings,
            "1m opens Fault{subject=s1} at 1m\n"
            "1m opens Any{subject=s1} at 1m\n"
            "2m opens Fault{subject=s1} at 2m\n"
            "2m opens Any{subject=s1} at 2m\n"
            "3m closes Fault{subject=s1} at 3m\n");
}

TEST(Correlator, WorksOnTheEventTimeThatItIsHanded) {
  const auto told = play(R"(
    1h fault s1 time=50m
    1h fault s2 time=none)");
  EXPECT_EQ(told.findings,
            "1h opens Fault{subject=s1} at 50m\n"
            "1h opens Any{subject=s1} at 50m\n"
            "1h opens Fault{subject=s2} at 1h\n"
            "1h opens Any{subject=s2} at 1h\n");
  EXPECT_EQ(told.counts.time_replaced, 1U);
}

TEST(Correlator, DoesNotOpenForAFaultThatCameAfterItsRecovery) {
  const auto told = play(R"(
    1m clear s1 time=50s
    2m fault s1 time=40s
    3m fault s1 time=55s)");
  EXPECT_EQ(told.findings,
            "2m opens Any{subject=s1} at 40s\n"
            "3m opens Fault{subject=s1} at 55s\n"
            "3m opens Any{subject=s1} at 55s\n");
  EXPECT_EQ(told.counts.already_recovered, 1U);
  EXPECT_EQ(told.counts.nothing_to_end, 1U);
}

TEST(Correlator, TakesASendersOwnResolvedForAnEnd) {
  EXPECT_EQ(play(R"(
    1m card s1 data={"npu":3}
    2m card s1 data={"npu":3} status=resolved)")
                .findings,
            "1m opens Card{subject=s1,npu=3} at 1m\n"
            "1m opens Any{subject=s1} at 1m\n"
            "2m closes Card{subject=s1,npu=3} at 2m\n"
            "2m closes Any{subject=s1} at 2m\n");
}

TEST(Correlator, PairsEachElementOfAnArrayByItself) {
  const auto told = play(R"(
    1m card s1 data={"npu":[1,2]}
    2m cardOk s1 data={"npu":[2,3]})");
  EXPECT_EQ(told.findings,
            "1m opens Card{subject=s1,npu=1} at 1m\n"
            "1m opens Card{subject=s1,npu=2} at 1m\n"
            "1m opens Any{subject=s1} at 1m\n"
            "2m closes Card{subject=s1,npu=2} at 2m\n");
  EXPECT_EQ(told.counts.nothing_to_end, 1U);
}

TEST(Correlator, AnEventThatIsFaultAndEndIsAFault) {
  EXPECT_EQ(play("1m both s1").findings, "1m opens Fault{subject=s1} at 1m\n");
}

TEST(Correlator, TellsSendersApartByTheirSource) {
  EXPECT_EQ(play(R"(
    5m fault s1 source=a
    6m clear s1 source=a time=4m
    6m clear s1 source=b time=4m)")
                .findings,
            "5m opens Fault{subject=s1} at 5m\n"
            "5m opens Any{subject=s1} at 5m\n"
            "6m closes Fault{subject=s1} at 4m\n");
}

TEST(Correlator, CountsTermsWithoutAValueAndElementsPastTheBound) {
  const auto told = play(R"(
    1m card s1
    2m card s1 data={"npu":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18]})");
  EXPECT_EQ(told.counts.by_missing, 1U);
  EXPECT_EQ(told.counts.instances_dropped, 2U);
}

}  // namespace
}  // namespace alarum::correlate
