#include <gtest/gtest.h>

#include "tests/simulation/checks_facts.h"

// Each promise is seen to be broken once: a history that keeps it, and the same one doctored.
namespace alarum::simulation {
namespace {

TEST(Checks, TheJournalHasEachOffsetOnceAndStaysAsItWas) {
  History history;
  history.records = {event(0, "a"), event(1, "b"), event(2, "c")};
  const JournalOnDisk good{0, 3, history.records, {}};
  EXPECT_EQ(check_journal(history, good), Violations());

  auto gap = good;
  gap.records.erase(gap.records.begin() + 1);
  EXPECT_EQ(check_journal(history, gap),
            (Violations{"offsets 1 to 1 of the journal are gone, and no damage is reported there",
                        "offset 1 was durable once and is gone"}));
  gap.damage = {{1, 2, "0001.seg: byte 7"}};
  EXPECT_EQ(check_journal(history, gap),
            (Violations{"damage is reported where nothing was damaged: 0001.seg: byte 7"}));
  auto damaged = history;
  damaged.damaged = true;
  EXPECT_EQ(check_journal(damaged, gap), Violations());

  auto twice = good;
  twice.records.push_back(event(2, "c"));
  EXPECT_EQ(check_journal(history, twice).front(),
            "offset 2 is in the journal twice, or out of order");
  auto another = good;
  another.records[1] = event(1, "x");
  EXPECT_EQ(check_journal(history, another),
            (Violations{"offset 1 was durable once and is another record now"}));
  damaged.damaged_tails = {{1, 2}};
  EXPECT_EQ(check_journal(damaged, another), Violations()) << "cut as a torn one";
  damaged.damaged_tails = {{2, 3}};
  EXPECT_EQ(check_journal(damaged, another).size(), 1U);
  auto back = good;
  back.records[2].at -= 1s;
  EXPECT_EQ(check_journal(history, back).front(), "engine time goes back at offset 2");
  auto shorter = good;
  shorter.records.pop_back();
  EXPECT_EQ(check_journal(history, shorter).front(),
            "the journal was committed up to 3, and on disk it ends at 2");
  damaged.damaged_tails = {{2, 3}};
  EXPECT_EQ(check_journal(damaged, shorter), Violations()) << "taken for a torn one";
  damaged.damaged_tails = {{1, 2}};
  EXPECT_EQ(check_journal(damaged, shorter).size(), 2U);
}

TEST(Checks, WhatWasAcknowledgedIsThere) {
  History history;
  history.records = {event(0, "a")};
  history.sent = {sent("a", Fate::acknowledged)};
  EXPECT_EQ(check_acknowledged(history, true), Violations());
  history.sent.push_back(sent("b", Fate::unknown));
  EXPECT_EQ(check_acknowledged(history, true), Violations());
  history.sent.push_back(sent("c", Fate::acknowledged, R"({"accepted":0,"duplicate":1})"));
  EXPECT_EQ(check_acknowledged(history, true),
            (Violations{"event c of bmc was acknowledged and is not in the journal"}));
  EXPECT_EQ(check_acknowledged(history, false), Violations());
  history.sent.pop_back();
  history.sent.push_back(sent("a", Fate::acknowledged, R"({"accepted":0,"duplicate":0})"));
  EXPECT_EQ(
      check_acknowledged(history, true),
      (Violations{
          R"(0 of 1 good events were accounted for in the answer {"accepted":0,"duplicate":0})"}));
  history.sent.back() = sent("a", Fate::acknowledged);
  EXPECT_EQ(check_acknowledged(history, true),
            (Violations{"senders were told that 2 events were accepted, and the journal has 1"}));
}

TEST(Checks, WhatWasRefusedIsNotThere) {
  History history;
  history.records = {event(0, "a")};
  history.sent = {sent("b", Fate::refused)};
  history.sent.back().valid = false;
  EXPECT_EQ(check_refused(history), Violations());
  history.records.push_back(event(1, "b"));
  EXPECT_EQ(check_refused(history),
            (Violations{"event b of bmc is bad input and is in the journal"}));
}

TEST(Checks, NothingCountsTwiceWithinTheWindow) {
  History history;
  history.records = {event(0, "a"), event(1, "b"), event(2, "a", kStart + 10min)};
  EXPECT_EQ(check_counted_once(history, 10min, 100), Violations());
  EXPECT_EQ(check_counted_once(history, 11min, 2), Violations());
  EXPECT_EQ(check_counted_once(history, 11min, 100),
            (Violations{"event a of bmc counts twice: offsets 0 and 2"}));
}

TEST(Checks, AStartFindsWhatItNeeds) {
  History history;
  history.records = {record(0, model::Start{}), event(1, "a"), event(2, "b"), event(3, "c"),
                     event(4, "d")};
  for (auto& one : history.records)
    one.generation = one.offset < 2 ? 0 : one.offset < 4 ? 0xa1 : 0xb2;
  const std::string a = hex64(0xa1) + "aa", b = hex64(0xb2) + "bb";
  StartsFrom from;
  from.generations = {{a, ""}, {b, ""}};
  EXPECT_EQ(check_start(history, from), Violations());
  from.generations.erase(a);
  EXPECT_EQ(check_start(history, from),
            (Violations{"offset 2 names the rules 00000000000000a1, and they are not stored"}));

  from.begin = 2;
  from.checkpoints = {{"4.ckpt", 4}, {"5.ckpt", 5}};
  const auto of_a = check_start(history, from);
  EXPECT_EQ(of_a.size(), 1U)
      << "the record before the oldest checkpoint says which rules were in force";
  from.checkpoints = {{"5.ckpt", 5}, {"6.ckpt", 6}};
  EXPECT_EQ(check_start(history, from), Violations());
  from.generations[b] = "torn";
  EXPECT_EQ(check_start(history, from),
            (Violations{"offset 4 names rules that cannot be read: torn"}));
  from.generations[b] = "";
  from.checkpoints[0].whole = false;
  EXPECT_EQ(check_start(history, from),
            (Violations{"5.ckpt is damaged where nothing was damaged",
                        "the journal begins at 2, and 1 checkpoints stand for what was before"}));
  history.damaged = true;
  EXPECT_EQ(check_start(history, from), Violations());
}

TEST(Checks, AStartSaysHowLongNobodyListened) {
  History history;
  history.records = {event(0, "a"), record(1, model::Start{Duration(std::chrono::seconds(5))},
                                           kStart + std::chrono::seconds(5))};
  EXPECT_EQ(check_journal(history, {0, 2, history.records, {}}), Violations());
  std::get<model::Start>(history.records[1].payload).gap = Duration(std::chrono::seconds(4));
  EXPECT_EQ(check_journal(history, {0, 2, history.records, {}}),
            (Violations{"the start at offset 1 does not say how long nobody listened"}));
}

TEST(Checks, WhoIsToldToWaitWaits) {
  const auto request = [](const char* id, std::chrono::nanoseconds begun, unsigned status,
                          std::chrono::seconds wait, std::size_t known_before) {
    Asked one{0, "ops/webhook/0", id, true, begun};
    one.known = begun + 1s, one.known_before = known_before, one.taken = status == 200,
    one.status = status, one.wait = wait;
    return one;
  };
  const std::vector<Asked> good{request("n1", 10s, 503, 20s, 1), request("n2", 15s, 429, 30s, 2),
                                request("n1", 46s, 200, 0s, 3), request("n2", 46s, 200, 0s, 4)};
  EXPECT_EQ(check_waits(good, {}), Violations()) << "a 503 is for one notification, a 429 for all";
  auto early = good;
  early[2].begun = 30s;
  EXPECT_EQ(
      check_waits(early, {}),
      (Violations{
          "ops/webhook/0 was asked for n1 after 19.000 s, and had said 503 with 20.000 s to n1",
          "ops/webhook/0 was asked for n1 after 14.000 s, and had said 429 with 30.000 s to n2"}));
  early[2].incarnation = 1;
  EXPECT_EQ(check_waits(early, {}), Violations()) << "a start knows of none";
  early[2].incarnation = 0, early[2].outbox = false;
  EXPECT_EQ(check_waits(early, {}), Violations()) << "a heartbeat";
  auto at_once = good;
  at_once[1].begun = 45s, at_once[1].known = 46s, at_once[1].known_before = 3;
  at_once[2].begun = 46s, at_once[3].begun = 77s;
  EXPECT_EQ(check_waits(at_once, {}), Violations()) << "made before the answer was known";
  auto late = good;
  late[2].begun = late[3].begun = 400s;
  EXPECT_EQ(check_waits(late, {}),
            (Violations{"ops/webhook/0 was asked nothing for 384.000 s after n2 was not taken"}));
  EXPECT_EQ(check_waits(late, {{100s, 350s}}), Violations()) << "the machine stood still";
  // n1 has no answer in time, and what was asked after it was told to wait an hour (seed 1523883).
  std::vector<Asked> together{request("n1", 10s, 0, 0s, 2), request("n2", 15s, 429, 3600s, 2),
                              request("n1", 3616s, 200, 0s, 3), request("n2", 3616s, 200, 0s, 4)};
  together[0].known = 20s;
  EXPECT_EQ(check_waits(together, {}), Violations()) << "a pause that was known before";
  together[2].begun = together[3].begun = 3800s;
  EXPECT_EQ(check_waits(together, {}),
            (Violations{"ops/webhook/0 was asked nothing for 3780.000 s after n1 was not taken",
                        "ops/webhook/0 was asked nothing for 3784.000 s after n2 was not taken"}));
  together[1].known = 200s, together[2].begun = together[3].begun = 3801s;
  EXPECT_EQ(check_waits(together, {}),
            (Violations{"ops/webhook/0 was asked nothing for 3781.000 s after n1 was not taken"}))
      << "a pause that came too late to hold n1 back";
}

TEST(Checks, WhoMayAnswerLaterIsNotGivenUp) {
  constexpr auto kMaxAge = std::chrono::minutes(4);
  const auto why = [&](const std::string& text, Duration waited = Duration::max()) {
    return check_given_up({{"n1", "ops/webhook/0", text, waited}}, kMaxAge);
  };
  for (const auto* good : {"400", "301", "code 19001", "target_gone", "max_age", "400 in ntf-1"})
    EXPECT_EQ(why(good), Violations());
  EXPECT_EQ(why("503"), (Violations{"n1 to ops/webhook/0 was given up after 503, which passes"}));
  for (const auto* passes :
       {"429", "503 in ntf-1", "code 11232", "Timeout was reached (r0.sim:80)"})
    EXPECT_EQ(why(passes).size(), 1U) << passes;
  EXPECT_EQ(why("max_age", kMaxAge), Violations());
  EXPECT_EQ(why("max_age", std::chrono::minutes(3)),
            (Violations{"n1 to ops/webhook/0 was given up as too old after 3m"}));
}

TEST(Checks, WhatIsOverStaysOver) {
  const auto about = alert("subject=s1", 3);
  auto again = told("ntf-2", about, 2);
  std::vector<Incarnation> stopped(3);
  stopped[0].end = Incarnation::End::stopped, stopped[1].end = Incarnation::End::killed;
  const std::vector<Quiet> quiet{{kStart, 1, 4}};
  const std::vector<Told> seen{told("ntf-1", about, 1), again};
  EXPECT_EQ(
      check_over(seen, quiet, stopped),
      (Violations{"ops/webhook/0 was told by ntf-2 of offset 3, which was over before the start"}));
  EXPECT_EQ(check_over({told("ntf-1", about, 1), told("ntf-1", about, 2)}, quiet, stopped),
            Violations());
  EXPECT_EQ(check_over(seen, {{kStart, 1, 3}}, stopped), Violations()) << "it came after that";
  auto cut = stopped;
  cut[1].end = Incarnation::End::power_cut;
  EXPECT_EQ(check_over(seen, quiet, cut), Violations());
}

TEST(Checks, TheTotalsAccountForEachEvent) {
  History history;
  history.records = {record(0, model::Start{}), event(1, "a"), event(2, "b")};
  journal::Totals totals;
  totals.received = 7, totals.rejected = 1, totals.duplicate = 3, totals.unmatched = 1;
  EXPECT_EQ(check_totals(history, totals, 1), Violations());
  EXPECT_EQ(check_totals(history, totals, std::nullopt), Violations());
  EXPECT_EQ(check_totals(history, totals, 2),
            (Violations{"the totals say that 1 events were rejected, and the door rejected 2"}));

  totals.duplicate = 2;
  const std::string missing =
      "the totals say that 7 events were received; 2 stored, 1 rejected, 2 duplicates and 1 "
      "unmatched are 6";
  EXPECT_EQ(check_totals(history, totals, 1), (Violations{missing}));
  history.damaged = true;
  EXPECT_EQ(check_totals(history, totals, 1), Violations());
}

TEST(Checks, WhatAnOperatorWasToldIsDoneIsRecorded) {
  History history;
  OperatorAct act;
  act.kind = OperatorAct::Kind::resolve, act.path = "/api/v1/alerts/abc/resolve",
  act.attempt.fate = Fate::acknowledged;
  history.operated = {act};
  EXPECT_EQ(check_operators(history).size(), 1U);
  history.records = {record(0, model::ResolveAlert{"abc", "kim", ""})};
  EXPECT_EQ(check_operators(history), Violations());
  act.kind = OperatorAct::Kind::reload, act.broken = true, act.attempt.answer = "ok";
  history.operated.push_back(act);
  EXPECT_EQ(check_operators(history), (Violations{"a broken reload was taken: ok"}));
}

TEST(Checks, EngineAndBookAgree) {
  AlertsKnown known{{alert("subject=s1", 4)}, {}, {alert("subject=s1", 4).id}, true};
  EXPECT_EQ(check_alerts(known), Violations());
  auto other = known;
  other.firing_in_book.clear();
  EXPECT_EQ(check_alerts(other).size(), 1U);
  other.firing.clear(), other.firing_in_book = {"x"};
  EXPECT_EQ(check_alerts(other), (Violations{"alert x fires for the book and not for the engine"}));
  other = known;
  other.now = other.firing[0].changed_at = kStart;
  EXPECT_EQ(check_alerts(other), Violations());
  other.now -= 1h;
  EXPECT_EQ(check_alerts(other),
            (Violations{"engine time went back: LinkDown{subject=s1} (" + other.firing[0].id +
                        ", opened by 4) changed 1h after the newest record"}));
  known.ended = {ended(alert("subject=s1", 4), 4)};
  known.ended[0].id = alert_id_of("LinkDown", "subject=s1", 4, 1);
  EXPECT_EQ(check_alerts(known), Violations()) << "one record opened two";
  known.ended[0].id = alert_id_of("LinkDown", "subject=s1", 4, 2);
  EXPECT_EQ(check_alerts(known).size(), 1U);
  known.ended.clear();
  known.firing[0].id = "x", known.firing_in_book = {"x"};
  EXPECT_EQ(check_alerts(known), (Violations{"the id of LinkDown{subject=s1} (x, opened by 4) is "
                                             "another than its rule, key and first record make"}));
}

class OfTheModel : public testing::Test {
 protected:
  OfTheModel() {
    model.take(record(0, model::Reload{"h"}));
    model.take(event(1, "a"));
  }
  std::vector<SimpleRule> rules{{"LinkDown", SimpleRule::Kind::plain, {"linkDown"}, {"linkUp"}}};
  Model model{[this](const std::string&) { return &rules; }};
  AlertsKnown known{{alert("subject=s1", 1)}, {}, {}, true};
  const std::set<std::string> names{"LinkDown"};
};

TEST_F(OfTheModel, AlertsAreThoseThatThereMustBe) {
  EXPECT_EQ(check_model(model, known, names), Violations());
  auto more = known;
  more.firing.push_back(alert("subject=s2", 1));
  EXPECT_EQ(check_model(model, more, names).size(), 1U);
  auto fewer = known;
  fewer.firing.clear();
  EXPECT_EQ(check_model(model, fewer, names).size(), 1U);
  auto twice = known;
  twice.firing[0].count = 2;
  EXPECT_EQ(check_model(model, twice, names).size(), 1U);
  auto later = known;
  later.firing[0].starts_at += 1s;
  EXPECT_EQ(check_model(model, later, names).size(), 1U);
}

TEST_F(OfTheModel, EndsAreThoseThatThereMustBe) {
  model.take(record(2, model::ResolveAlert{known.firing[0].id, "kim", ""}));
  auto over = ended(known.firing[0], 2);
  over.reason = model::EndReason::manual;
  known = {{}, {over}, {}, true};
  EXPECT_EQ(check_model(model, known, names), Violations());
  known.ended[0].reason = model::EndReason::timeout;
  EXPECT_EQ(check_model(model, known, names).size(), 1U);
  known.ended.clear();
  EXPECT_EQ(check_model(model, known, names).size(), 1U);
  known.book_complete = false;
  EXPECT_EQ(check_model(model, known, names), Violations());
}

TEST(Checks, DamageIsSaidWithItsPlace) {
  const std::vector<Unreadable> damage{
      {3, 5, "/data/segments/1.seg: damaged at byte 70, offsets 3 to 4 cannot be read"}};
  EXPECT_EQ(check_damage_said(damage, {"msg=\"/data/segments/1.seg: damaged at byte 70, offsets 3 "
                                       "to 4 cannot be read\" reason=corruption"}),
            Violations());
  EXPECT_EQ(check_damage_said(damage, {"msg=\"/data/segments/1.seg: damaged at byte 9\""}).size(),
            1U);
  EXPECT_EQ(check_damage_said({}, {}), Violations());
  EXPECT_EQ(
      check_damage_said(
          {{3, 5,
            "/data/segments/1.segz: 1 segment is missing after it, offsets 3 to 4 cannot be read"}},
          {"msg=\"/data/segments/1.seg: 1 segment is missing after it, offsets 3 to 4 cannot be "
           "read\" reason=corruption"}),
      Violations())
      << "sealed since";
}

class OfAnOldFolder : public testing::Test {
 protected:
  OfAnOldFolder() {
    folder.made_by = "long ago", folder.firing = {{"LinkDown", "s1"}, {"LinkDown", "s2"}},
    folder.silenced = {"s2"};
  }
  OldFolder folder;
  const Inherited old{&folder, 10, {"n1", "n2"}};
  AlertsKnown known{{alert("subject=s1", 1)}, {ended(alert("subject=s2", 2), 14)}, {}, true};
};

TEST_F(OfAnOldFolder, ItsAlertsFireOnOrHaveEnded) {
  EXPECT_EQ(check_old_alerts(old, known), Violations());
  auto fewer = known;
  fewer.ended.clear();
  EXPECT_EQ(
      check_old_alerts(old, fewer),
      (Violations{"LinkDown of s2 fired for the older alarum (long ago), and is known no more"}));
  auto other = known;
  other.firing[0].opened_by = 11;  // another one, with an id of its own
  EXPECT_EQ(check_old_alerts(old, other).size(), 1U);
  auto twice = known;
  twice.firing.push_back(alert("subject=s1", 3));
  EXPECT_EQ(check_old_alerts(old, twice),
            (Violations{"LinkDown of s1 fired for the older alarum once, and is known 2 times"}));
}

TEST_F(OfAnOldFolder, WhatWaitedComes) {
  const auto about = alert("subject=s1", 1);
  EXPECT_EQ(check_old_deliveries(old, {told("n1", about), told("n2", about)}, {}), Violations());
  EXPECT_EQ(check_old_deliveries(old, {told("n1", about)}, {"n2"}), Violations());
  EXPECT_EQ(check_old_deliveries(old, {told("n1", about)}, {}),
            (Violations{"notification n2 waited in the book of the older alarum (long ago), and "
                        "has come to nobody"}));
  auto refused = told("n2", about);
  refused.seen.status = 500;
  EXPECT_EQ(check_old_deliveries(old, {told("n1", about), refused}, {}).size(), 1U);
}

TEST_F(OfAnOldFolder, WhoWasAliveThenKnowsWhatWasNotSilenced) {
  const auto before = told_by_old(old, known);
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before[0].alerts[0].id, known.firing[0].id);
  EXPECT_TRUE(before[0].alerts[0].firing);
}

TEST(Checks, BoundsAndStates) {
  EXPECT_EQ(check_bounds({{"bytes", 5, 5}}), Violations());
  EXPECT_EQ(check_bounds({{"bytes", 6, 5}}), (Violations{"bytes: 6, and at most 5 were promised"}));
  EXPECT_EQ(above_shares({{"a", 5}, {"b", 2}, {"c", 1}, {"d", 4}}, 2), 5U);
  EXPECT_EQ(above_shares({{"a", 2}, {"b", 2}}, 2), 0U);
  EXPECT_EQ(check_same_state("a replay", "ab", "ab"), Violations());
  EXPECT_EQ(
      check_same_state("a replay", "ab", "ac"),
      (Violations{
          "a replay is not the state that was lived: 2 and 2 bytes, another from byte 1 on"}));
}

}  // namespace
}  // namespace alarum::simulation
