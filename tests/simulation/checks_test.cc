#include "tests/simulation/checks.h"

#include <gtest/gtest.h>

#include "alert/codec.h"
#include "base/hash.h"
#include "model/silence.h"

// Each promise is seen to be broken once: a history that keeps it, and the same one doctored.
namespace alarum::simulation {
namespace {

using namespace std::chrono_literals;
constexpr Time kStart = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

model::Record event(model::Offset offset, const std::string& id, Time at = kStart) {
  model::EventFields fields;
  fields.id = id, fields.source = "bmc", fields.type = "linkDown", fields.subject = "s1";
  return {offset, at, 1, model::Event(fields), std::nullopt, {}};
}
model::Record record(model::Offset offset, model::Payload payload, Time at = kStart) { return {offset, at, 1, std::move(payload), std::nullopt, {}}; }

Sent sent(const std::string& id, Fate fate, std::string answer = R"({"accepted":1,"duplicate":0})") {
  Sent one;
  one.events = {{"bmc", id, "linkDown", "s1", true}};
  one.attempts = {{0, kStart, kStart, fate, 200, std::move(answer)}};
  return one;
}

model::Alert alert(const std::string& key, model::Offset offset, model::AlertState state = model::AlertState::firing) {
  model::Alert one;
  one.rule = "LinkDown", one.key = key, one.opened_by = one.changed_by = offset, one.id = alert_id_of(one.rule, key, offset);
  one.labels = {{"alertname", "LinkDown"}, {"severity", "major"}, {"subject", key.substr(key.find('=') + 1)}};
  one.state = state, one.starts_at = kStart;
  return one;
}

Told told(const std::string& id, const model::Alert& about, std::size_t incarnation = 0) {
  Seen seen;
  seen.target = "ops/webhook/0", seen.id = id, seen.group_key = "g", seen.offset = about.changed_by, seen.status = 200, seen.incarnation = incarnation, seen.body = id;
  Told one{seen, {}};
  one.alerts = {{about.id, hex64(model::fingerprint(about.labels)), "LinkDown", about.labels, about.state == model::AlertState::firing}};
  return one;
}

model::Alert ended(model::Alert about, model::Offset by) {
  about.state = model::AlertState::resolved, about.reason = model::EndReason::recovered, about.changed_by = by;
  return about;
}

TEST(Checks, TheJournalHasEachOffsetOnceAndStaysAsItWas) {
  History history;
  history.records = {event(0, "a"), event(1, "b"), event(2, "c")};
  const JournalOnDisk good{0, 3, history.records, {}};
  EXPECT_EQ(check_journal(history, good), Violations());

  auto gap = good;
  gap.records.erase(gap.records.begin() + 1);
  EXPECT_EQ(check_journal(history, gap), (Violations{"offsets 1 to 1 of the journal are gone, and no damage is reported there", "offset 1 was durable once and is gone"}));
  gap.damage = {{1, 2, "0001.seg: byte 7"}};
  EXPECT_EQ(check_journal(history, gap), (Violations{"damage is reported where nothing was damaged: 0001.seg: byte 7"}));
  auto damaged = history;
  damaged.damaged = true;
  EXPECT_EQ(check_journal(damaged, gap), Violations());

  auto twice = good;
  twice.records.push_back(event(2, "c"));
  EXPECT_EQ(check_journal(history, twice).front(), "offset 2 is in the journal twice, or out of order");
  auto another = good;
  another.records[1] = event(1, "x");
  EXPECT_EQ(check_journal(history, another), (Violations{"offset 1 was durable once and is another record now"}));
  auto back = good;
  back.records[2].at -= 1s;
  EXPECT_EQ(check_journal(history, back).front(), "engine time goes back at offset 2");
  auto shorter = good;
  shorter.records.pop_back();
  EXPECT_EQ(check_journal(history, shorter).front(), "the journal was committed up to 3, and on disk it ends at 2");
}

TEST(Checks, WhatWasAcknowledgedIsThere) {
  History history;
  history.records = {event(0, "a")};
  history.sent = {sent("a", Fate::acknowledged)};
  EXPECT_EQ(check_acknowledged(history, true), Violations());
  history.sent.push_back(sent("b", Fate::unknown));
  EXPECT_EQ(check_acknowledged(history, true), Violations());
  history.sent.push_back(sent("c", Fate::acknowledged, R"({"accepted":0,"duplicate":1})"));
  EXPECT_EQ(check_acknowledged(history, true), (Violations{"event c of bmc was acknowledged and is not in the journal"}));
  EXPECT_EQ(check_acknowledged(history, false), Violations());
  history.sent.pop_back();
  history.sent.push_back(sent("a", Fate::acknowledged, R"({"accepted":0,"duplicate":0})"));
  EXPECT_EQ(check_acknowledged(history, true), (Violations{R"(0 of 1 good events were accounted for in the answer {"accepted":0,"duplicate":0})"}));
  history.sent.back() = sent("a", Fate::acknowledged);
  EXPECT_EQ(check_acknowledged(history, true), (Violations{"senders were told that 2 events were accepted, and the journal has 1"}));
}

TEST(Checks, WhatWasRefusedIsNotThere) {
  History history;
  history.records = {event(0, "a")};
  history.sent = {sent("b", Fate::refused)};
  history.sent.back().valid = false;
  EXPECT_EQ(check_refused(history), Violations());
  history.records.push_back(event(1, "b"));
  EXPECT_EQ(check_refused(history), (Violations{"event b of bmc is bad input and is in the journal"}));
}

TEST(Checks, NothingCountsTwiceWithinTheWindow) {
  History history;
  history.records = {event(0, "a"), event(1, "b"), event(2, "a", kStart + 10min)};
  EXPECT_EQ(check_counted_once(history, 10min, 100), Violations());
  EXPECT_EQ(check_counted_once(history, 11min, 2), Violations());
  EXPECT_EQ(check_counted_once(history, 11min, 100), (Violations{"event a of bmc counts twice: offsets 0 and 2"}));
}

TEST(Checks, WhatAnOperatorWasToldIsDoneIsRecorded) {
  History history;
  OperatorAct act;
  act.kind = OperatorAct::Kind::resolve, act.path = "/api/v1/alerts/abc/resolve", act.attempt.fate = Fate::acknowledged;
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
  known.firing[0].id = "x", known.firing_in_book = {"x"};
  EXPECT_EQ(check_alerts(known), (Violations{"the id of LinkDown{subject=s1} (x, opened by 4) is another than its rule, key and first record make"}));
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

TEST(Checks, OneIdIsOneBodyAndComesOnce) {
  const auto about = alert("subject=s1", 1);
  auto first = told("n1", about), again = told("n1", about, 1);
  first.seen.reached = Reached::lost;
  EXPECT_EQ(check_once({first, again}, {}, {}), Violations());  // nobody knew of the first time
  first.seen.reached = Reached::answered;
  EXPECT_EQ(check_once({first, again}, {}, {}), Violations());  // the receipt may have been lost in the crash between
  EXPECT_EQ(check_once({first, again}, {{kStart, 0, 2}}, {}).size(), 1U);
  Incarnation cut;
  cut.end = Incarnation::End::power_cut;
  EXPECT_EQ(check_once({first, again}, {{kStart, 0, 2}}, {cut}), Violations());
  again.seen.incarnation = 0;
  EXPECT_EQ(check_once({first, again}, {}, {}), (Violations{"notification n1 was delivered to ops/webhook/0 twice, although the bridge knew of the first time"}));
  first.seen.status = 500, again.seen.body = "another";
  EXPECT_EQ(check_once({first, again}, {}, {}), (Violations{"notification n1 to ops/webhook/0 came with two bodies: `n1` and `another`"}));
  Incarnation before, after;
  before.end = Incarnation::End::power_cut, before.config = after.config = "a";
  first.seen.incarnation = 1, again.seen.incarnation = 2;
  EXPECT_EQ(check_once({first, again}, {}, {before, after}).size(), 1U);
  after.config = "b";
  EXPECT_EQ(check_once({first, again}, {}, {before, after}), Violations());
}

TEST(Checks, FiringComesBeforeResolvedAndInOrder) {
  const auto fires = alert("subject=s1", 1), over = ended(fires, 2);
  EXPECT_EQ(check_order({told("n1", fires), told("n2", over)}, {}, true, {}), Violations());
  EXPECT_EQ(check_order({told("n1", fires), told("n2", over), told("n1", fires)}, {}, true, {}), Violations());  // passed over by who remembers ids
  EXPECT_EQ(check_order({told("n2", over), told("n1", fires)}, {}, true, {}).size(), 3U);
  EXPECT_EQ(check_order({told("n2", over)}, {}, true, {}).size(), 1U);
  EXPECT_EQ(check_order({told("n2", over)}, {"ops/webhook/0"}, true, {}), Violations());
  auto again = told("n3", fires);
  again.seen.incarnation = 2;
  Incarnation first;
  first.end = Incarnation::End::power_cut;  // it took the receipts back
  EXPECT_EQ(check_order({told("n1", fires), told("n2", over), again}, {}, true, {first, {}}), Violations());
  first.end = Incarnation::End::killed;
  EXPECT_FALSE(check_order({told("n1", fires), told("n2", over), again}, {}, true, {first, {}}).empty());
}

TEST(Checks, NobodyIsToldOfWhatIsSilenced) {
  model::Silence silence;
  silence.id = "q1", silence.starts_at = kStart, silence.ends_at = kStart + 1h;
  silence.matchers = {model::Matcher::make("subject", model::Matcher::Op::equal, "s1").value()};
  const auto later = kStart + 1min;
  std::vector<model::Record> records{record(0, model::SetSilence{model::silence_json(silence)}), event(1, "a", later), event(2, "b", later), event(3, "c", later)};
  const auto one = told("n1", alert("subject=s1", 2)), other = told("n2", alert("subject=s2", 2));
  EXPECT_EQ(check_silenced({other}, records), Violations());
  EXPECT_EQ(check_silenced({one}, records).size(), 1U);
  records[1] = record(1, model::ExpireSilence{"q1"}, later);
  EXPECT_EQ(check_silenced({one}, records), Violations());
}

TEST(Checks, ReceiversKnowWhatFires) {
  const auto fires = alert("subject=s1", 1), over = ended(fires, 2);
  const auto print = hex64(model::fingerprint(fires.labels));
  const AlertsKnown here{{fires}, {}, {}, true}, nothing;
  const std::vector<ExpectedTargets> wants{{"ops/webhook/0", true, {{print, fires.id}}}}, none{{"ops/webhook/0", true, {}}};
  EXPECT_EQ(check_receivers({told("n1", fires)}, wants, here, {}), Violations());
  EXPECT_EQ(check_receivers({}, wants, here, {}).size(), 1U);
  EXPECT_EQ(check_receivers({}, wants, here, {{fires.id, "ops", "silenced"}}), Violations());
  EXPECT_EQ(check_receivers({told("n1", fires)}, none, nothing, {}).size(), 1U);
  EXPECT_EQ(check_receivers({told("n1", fires), told("n2", over)}, none, nothing, {}), Violations());
}

TEST(Checks, BodiesSayWhatTheyWereMadeOf) {
  const auto about = alert("subject=s1", 1);
  model::Message message{"ops", "g", {}, {{model::Change::Kind::fired, about, 1, kStart}}};
  Seen seen;
  seen.facts = alert::message_json(message);
  seen.body = R"({"alerts":[{"status":"firing","labels":{"alertname":"LinkDown","severity":"major","subject":"s1"}}]})";
  const auto good = told_of(seen, 0);
  ASSERT_EQ(good.alerts.size(), 1U);
  EXPECT_EQ(good.alerts[0].id, about.id);
  EXPECT_EQ(check_bodies({good}), Violations());
  auto bad = good;
  bad.seen.body = R"({"alerts":[{"status":"resolved","labels":{"alertname":"LinkDown","severity":"major","subject":"s1"}}]})";
  EXPECT_EQ(check_bodies({bad}).size(), 1U);
}

TEST(Checks, EachFormOfBodyIsRead) {
  const std::string alerts = R"([{"labels":{"alertname":"A"},"status":"firing"}])";
  EXPECT_EQ(alerts_in("{\"alerts\":" + alerts + "}", "").size(), 1U);
  EXPECT_TRUE(alerts_in(R"({"specversion":"1.0","data":{"alerts":)" + alerts + "}}", "").at(0).firing);
  EXPECT_FALSE(alerts_in(R"([{"labels":{"alertname":"A"},"endsAt":"2026-01-01T00:00:00Z"}])", "").at(0).firing);
  EXPECT_EQ(alerts_in(R"({"alerts":[{"id":"7","alertname":"A","firing":"true","fingerprint":"f"}]})", "").at(0).id, "7");
}

TEST(Checks, BoundsAndStates) {
  EXPECT_EQ(check_bounds({{"bytes", 5, 5}}), Violations());
  EXPECT_EQ(check_bounds({{"bytes", 6, 5}}), (Violations{"bytes: 6, and at most 5 were promised"}));
  EXPECT_EQ(check_same_state("a replay", "ab", "ab"), Violations());
  EXPECT_EQ(check_same_state("a replay", "ab", "ac"), (Violations{"a replay is not the state that was lived: 2 and 2 bytes, another from byte 1 on"}));
}

}  // namespace
}  // namespace alarum::simulation
