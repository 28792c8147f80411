// Each check of what receivers saw: a history that keeps the promise, and the same one doctored.
#include <gtest/gtest.h>

#include "engine/processor.h"
#include "tests/simulation/checks_facts.h"

namespace alarum::simulation {
namespace {

TEST(Checks, OneIdIsOneBodyAndComesOnce) {
  const auto about = alert("subject=s1", 1);
  auto first = told("n1", about), again = told("n1", about, 1);
  EXPECT_EQ(check_once({first, again}, {}, false, {}), Violations())
      << "the receipt may have been lost in the crash between";
  const Recorded recorded{{{"ops/webhook/0", "n1"}, 0}};
  const Violations known{
      "notification n1 was sent to ops/webhook/0 again, and the journal has that it was delivered"};
  EXPECT_EQ(check_once({first, again}, recorded, false, {}), known);
  EXPECT_EQ(check_once({again}, recorded, false, {}), known) << "in a digest before";
  Incarnation cut;
  cut.end = Incarnation::End::power_cut;
  EXPECT_EQ(check_once({first, again}, recorded, false, {cut}), known);
  EXPECT_EQ(check_once({first, again}, recorded, true, {}), known);
  EXPECT_EQ(check_once({first, again}, recorded, true, {cut}), Violations());
  Incarnation killed;
  killed.end = Incarnation::End::killed;
  EXPECT_EQ(check_once({first, again}, recorded, true, {killed}), Violations())
      << "before the book had it";
  EXPECT_EQ(check_once({first, again}, recorded, false, {killed}), known);
  killed.end = Incarnation::End::stopped, killed.in_order = true;
  EXPECT_EQ(check_once({again}, recorded, true, {killed}), known);
  again.seen.incarnation = 0;
  EXPECT_EQ(check_once({first, again}, recorded, false, {}),
            (Violations{"notification n1 was delivered to ops/webhook/0 twice within one start"}));
  first.seen.reached = Reached::lost;
  EXPECT_EQ(check_once({first, again}, recorded, false, {}), Violations())
      << "nobody knew of the first time";
  first.seen.reached = Reached::answered, again.seen.incarnation = 1;
  Incarnation stopped;
  stopped.end = Incarnation::End::stopped;
  EXPECT_EQ(check_once({first, again}, {}, false, {stopped, {}}), Violations());
  stopped.in_order = true;
  EXPECT_EQ(check_once({first, again}, {}, false, {stopped, {}}).size(), 1U);
  again.seen.incarnation = 0;
  first.seen.status = 500, again.seen.body = "another";
  EXPECT_EQ(
      check_once({first, again}, {}, false, {}),
      (Violations{"notification n1 to ops/webhook/0 came with two bodies: `n1` and `another`"}));
  again.seen.incarnation = 1;
  EXPECT_EQ(check_once({first, again}, {}, false, {cut, {}}).size(), 1U)
      << "also by another config";
}

TEST(Checks, FiringComesBeforeResolvedAndInOrder) {
  const auto fires = alert("subject=s1", 1), over = ended(fires, 2);
  EXPECT_EQ(check_order({told("n1", fires), told("n2", over)}, {}, {}), Violations());
  // Passed over by who remembers ids
  EXPECT_EQ(check_order({told("n1", fires), told("n2", over), told("n1", fires)}, {}, {}),
            Violations());
  EXPECT_EQ(check_order({told("n2", over), told("n1", fires)}, {}, {}).size(), 3U);
  EXPECT_EQ(check_order({told("n2", over)}, {}, {}).size(), 1U);
  // Seed 5008080: the beginning was refused, and nothing recorded that.
  auto refused = told("n1", fires);
  refused.seen.status = 404;
  EXPECT_EQ(check_order({refused, told("n2", over)}, {}, {}), Violations());
  refused.seen.status = 503;
  EXPECT_EQ(check_order({refused, told("n2", over)}, {}, {}).size(), 1U);
  EXPECT_EQ(check_order({told("n2", over)}, {"ops/webhook/0"}, {}), Violations());
  auto again = told("n3", fires);
  again.seen.incarnation = 1;
  Incarnation first;
  first.end = Incarnation::End::power_cut;  // it took the receipts back
  EXPECT_EQ(check_order({told("n1", fires), told("n2", over), again}, {}, {first, {}}),
            Violations());
  EXPECT_FALSE(check_order({told("n1", fires), told("n2", over), again}, {}, {{}, first}).empty());
  first.end = Incarnation::End::killed;
  EXPECT_FALSE(check_order({told("n1", fires), told("n2", over), again}, {}, {first, {}}).empty());
}

// By a replay that went over damage, of records that the book did not have (seed 12001987).
TEST(Checks, WhatIsToldAnewBehindDamageIsInOrderByItself) {
  const auto fires = alert("subject=s1", 3), over = ended(fires, 5);
  std::vector<Incarnation> runs(3);
  const auto check = [&](const std::string& said, model::Offset by = 4) {
    runs[1].said = {said};
    auto again = told("n3", fires, 2);
    again.seen.offset = by;
    return check_order({told("n1", fires), told("n2", over), again}, {}, runs).size();
  };
  const std::string anew = "msg=\"" + std::string(engine::kNotifiedAgain) + "\" from=";
  EXPECT_EQ(check(anew + "4"), 0U);
  EXPECT_EQ(check(anew + "5"), 0U);
  EXPECT_EQ(check(anew + "6"), 2U) << "the book had what was told";
  EXPECT_EQ(check("msg=\"there is damage\" from=4"), 2U);
  runs[0].said = {anew + "4"};
  EXPECT_EQ(check(""), 2U) << "before it was told";
  EXPECT_EQ(check(anew + "3"), 0U);
}

// A run that was killed may have told of it (seed 1511051).
TEST(Checks, AnEndAloneIsToldOfWhatWasLostSinceACrash) {
  auto one = told("n1", ended(alert("subject=s1", 1), 2), 1);
  std::vector<Incarnation> runs(2);
  runs[0].end = Incarnation::End::killed;
  EXPECT_EQ(check_order({one}, {}, runs).size(), 1U);
  one.alerts[0].lost = true;
  EXPECT_EQ(check_order({one}, {}, runs), Violations());
  runs[0].end = Incarnation::End::stopped, runs[0].in_order = true;
  EXPECT_EQ(check_order({one}, {}, runs).size(), 1U) << "all that was told is known";
}

TEST(Checks, AnEndAloneComesInAGroupThatADigestToldOf) {
  const auto other = alert("subject=s2", 1), over = ended(alert("subject=s1", 1), 2);
  const auto in_group = [](Told one, model::Labels labels) {
    one.seen.group_key = "linkdown";
    one.seen.facts = alert::message_json({"ops", "linkdown", std::move(labels), {{}}});
    return one;
  };
  auto digest = told("n1", other);
  digest.merged = true;
  const auto end = in_group(told("n2", over), {{"alertname", "LinkDown"}});
  EXPECT_EQ(check_order({digest, end}, {}, {}), Violations());
  EXPECT_EQ(check_order({end, digest}, {}, {}).size(), 1U);
  const auto elsewhere = in_group(told("n2", over), {{"alertname", "LinkDown"}, {"subject", "s1"}});
  EXPECT_EQ(check_order({digest, elsewhere}, {}, {}).size(), 1U) << "of another group";
  digest.seen.group_key = "linkdown";  // of its newest part
  EXPECT_EQ(check_order({digest, elsewhere}, {}, {}).size(), 1U);
  digest.seen.target = "ops/webhook/1";
  EXPECT_EQ(check_order({digest, end}, {}, {}).size(), 1U) << "told to another target";
}

// The first ended while something kept it back, as did the second fire (seed 3103085).
TEST(Checks, AnEndAloneIsToldOfLabelsThatFireAtTheReceiver) {
  const auto first = alert("subject=s1", 1), second = alert("subject=s1", 3);
  const auto end = told("n2", ended(second, 4));
  EXPECT_EQ(check_order({told("n1", first), end}, {}, {}), Violations());
  EXPECT_EQ(check_order({told("n1", first), told("n3", ended(first, 2)), end}, {}, {}).size(), 1U);
  auto elsewhere = told("n1", first);
  elsewhere.seen.target = "ops/webhook/1";
  EXPECT_EQ(check_order({elsewhere, end}, {}, {}).size(), 1U) << "told to another target";
  EXPECT_EQ(check_order({told("n1", alert("subject=s2", 1)), end}, {}, {}), Violations())
      << "of a group of several";
}

TEST(Checks, NobodyIsToldOfWhatIsSilenced) {
  model::Silence silence;
  silence.id = "q1", silence.starts_at = kStart, silence.ends_at = kStart + 1h;
  silence.matchers = {model::Matcher::make("subject", model::Matcher::Op::equal, "s1").value()};
  const auto later = kStart + 1min;
  std::vector<model::Record> records{record(0, model::SetSilence{model::silence_json(silence)}),
                                     event(1, "a", later), event(2, "b", later),
                                     event(3, "c", later)};
  const auto one = told("n1", alert("subject=s1", 2)), other = told("n2", alert("subject=s2", 2));
  EXPECT_EQ(check_silenced({other}, records), Violations());
  EXPECT_EQ(check_silenced({one}, records).size(), 1U);
  EXPECT_EQ(check_silenced({one}, records, {{1, 3, "a segment"}}).size(), 1U);
  EXPECT_EQ(check_silenced({one}, records, {{0, 1, "a segment"}}), Violations())
      << "nobody knows it any more";
  records[1] = record(1, model::ExpireSilence{"q1"}, later);
  EXPECT_EQ(check_silenced({one}, records), Violations());
}

TEST(Checks, NobodyIsToldOfWhatAFiringAlertKeepsBack) {
  auto source = alert("subject=s1", 4), target = alert("subject=s1", 6);
  source.labels["alertname"] = "CardLost", source.rule = "CardLost", source.id = "the source";
  const auto inhibits = [](const auto& by, const auto& of) {
    return is_inhibited("inhibiting", by, of);
  };
  const AlertsKnown both{{source, target}, {}, {}, true},
      one{{target}, {ended(source, 5)}, {}, true}, later{{target}, {ended(source, 9)}, {}, true};
  EXPECT_EQ(check_inhibited({told("n1", target)}, one, inhibits), Violations());
  EXPECT_EQ(check_inhibited({told("n1", target)}, both, inhibits).size(), 1U);
  EXPECT_EQ(check_inhibited({told("n1", target)}, later, inhibits).size(), 1U);
  // An end is told
  EXPECT_EQ(check_inhibited({told("n2", ended(target, 8))}, both, inhibits), Violations());
  auto elsewhere = source;
  elsewhere.labels["subject"] = "s2";
  EXPECT_EQ(check_inhibited({told("n1", target)}, {{elsewhere, target}, {}, {}, true}, inhibits),
            Violations());
}

TEST(Checks, RemindersCome) {
  std::vector<model::Record> records;
  for (model::Offset offset = 0; offset < 20; ++offset)
    records.push_back(record(offset, model::Tick{}, kStart + offset * 1min));
  const auto fires = alert("subject=s1", 1);
  const AlertsKnown known{{fires}, {}, {}, true}, over{{}, {ended(fires, 12)}, {}, true};
  EXPECT_EQ(check_reminders({{fires.id, "ops", {1, 6, 11, 16}}}, known, records, 5min),
            Violations());
  EXPECT_EQ(check_reminders({{fires.id, "ops", {1, 6, 16}}}, known, records, 5min),
            (Violations{"ops was told of " + fires.id +
                        " by offset 6, and no reminder came by offset 11"}));
  EXPECT_EQ(check_reminders({{fires.id, "ops", {1, 6, 11}}}, known, records, 5min).size(), 1U);
  EXPECT_EQ(check_reminders({{fires.id, "ops", {1, 6, 11}}}, over, records, 5min), Violations());
}

TEST(Checks, NoReminderComesTooSoon) {
  std::vector<model::Record> records;
  for (model::Offset offset = 0; offset < 20; ++offset)
    records.push_back(record(offset, model::Tick{}, kStart + offset * 1min));
  const auto by = [](model::Offset offset, bool reminds) {
    auto one = told("n" + std::to_string(offset), alert("subject=s1", 1));
    one.seen.offset = offset, one.alerts.front().reminds = reminds;
    return one;
  };
  // Each was made after the record before its own.
  std::vector<Incarnation> lived(2);
  const auto check = [&](const std::vector<Told>& all) {
    return check_too_soon(all, records, 5min, lived);
  };
  const Violations soon{
      "ops/webhook/0 was reminded by n9 of offset 9 after 4m, and the repeat_interval is 5m"};
  EXPECT_EQ(check({by(1, false), by(6, true), by(11, true)}), Violations());
  EXPECT_EQ(check({by(1, false), by(6, true), by(8, false)}), Violations()) << "news come at once";
  EXPECT_EQ(check({by(1, false), by(6, true), by(9, true)}), soon);
  auto later = by(9, true);
  later.seen.incarnation = 1;
  records[8].payload = model::Start{};
  lived[0].end = Incarnation::End::killed;
  EXPECT_EQ(check({by(1, false), by(6, true), later}), soon) << "across a start";
  lived[0].end = Incarnation::End::power_cut;
  EXPECT_EQ(check({by(1, false), by(6, true), later}), Violations()) << "the book was put back";
}

TEST(Checks, ReceiversKnowWhatFires) {
  const auto fires = alert("subject=s1", 1), over = ended(fires, 2);
  const auto print = hex64(model::fingerprint(fires.labels));
  const AlertsKnown here{{fires}, {}, {}, true}, nothing;
  const std::vector<ExpectedTargets> wants{{"ops/webhook/0", true, {{print, fires.id}}}},
      none{{"ops/webhook/0", true, {}}};
  EXPECT_EQ(check_receivers({told("n1", fires)}, wants, here, {}), Violations());
  EXPECT_EQ(check_receivers({}, wants, here, {}).size(), 1U);
  EXPECT_EQ(check_receivers({}, wants, here, {{fires.id, "ops", "silenced"}}), Violations());
  EXPECT_EQ(check_receivers({told("n1", fires)}, none, nothing, {}).size(), 1U);
  EXPECT_EQ(check_receivers({told("n1", fires), told("n2", over)}, none, nothing, {}),
            Violations());
}

// Seeds 1201061 and 1303678.
TEST(Checks, WhatNothingTellsOfMayFireAtAReceiverForEver) {
  const auto fires = alert("subject=s1", 5);
  auto one = told("n1", fires);
  one.alerts[0].opened_by = 5;
  const std::string hash(64, 'a'), over = "msg=\"the replay went over damage\" detail=\"";
  History history;
  const std::string second(64, 'b');
  history.records = {record(0, model::Reload{hash}), record(4, model::Reload{second})};
  history.incarnations.resize(2);
  history.incarnations[0].end = Incarnation::End::power_cut;
  const auto check = [&](const std::string& said, const std::set<std::string>& in_book = {}) {
    history.incarnations.back().said = {said};
    return is_untraceable(one, one.alerts[0], history, in_book);
  };
  const std::string place = "/data/segments/1.seg: damaged at byte 9, offsets ";
  const auto records = over + place + "5 to 5 cannot be read";
  const auto rules = over + "the rules " + hash + " are gone; those on disk stand in for them";
  EXPECT_TRUE(check(records));
  EXPECT_TRUE(check(rules));
  EXPECT_TRUE(check(over + "the rules " + second + " are gone"));
  EXPECT_FALSE(check(over + "the rules " + std::string(64, 'c') + " are gone")) << "in force later";
  EXPECT_FALSE(check(over + place + "6 to 9 cannot be read"));
  EXPECT_FALSE(check("msg=\"" + place + "5 to 5 cannot be read\"")) << "a checkpoint stood for it";
  EXPECT_FALSE(check("")) << "nobody has said so";
  EXPECT_FALSE(check(records, {fires.id})) << "the book knows it";
  history.incarnations[0].end = Incarnation::End::killed;
  EXPECT_TRUE(check(records)) << "the book is written behind the notifications";
  history.incarnations[0].end = Incarnation::End::stopped, history.incarnations[0].in_order = true;
  EXPECT_FALSE(check(records)) << "the book has all";
  history.incarnations[0].in_order = false;
  history.incarnations[0].end = Incarnation::End::power_cut;
  one.seen.incarnation = 1;
  EXPECT_FALSE(check(records)) << "told since";

  const auto another = told("n2", alert("subject=s1", 9));
  const auto first_only = [](const Told&, const ToldAlert& of) { return of.opened_by == 5; };
  const std::vector<ExpectedTargets> none{{"ops/webhook/0", true, {}}};
  EXPECT_EQ(check_receivers({one}, none, {}, {}, first_only), Violations());
  EXPECT_EQ(check_receivers({one, another}, none, {}, {}, first_only).size(), 1U) << "the newest";
  // Seed 5004197: what is sent again without an id is of the alert that was told before.
  auto resend = told("resend-1", fires);
  resend.outbox = false, resend.alerts[0].id.clear();
  EXPECT_EQ(check_receivers({one, resend}, none, {}, {}, first_only), Violations());
  EXPECT_EQ(check_receivers({another, resend}, none, {}, {}, first_only).size(), 1U);
  EXPECT_EQ(check_receivers({resend}, none, {}, {}, first_only).size(), 1U)
      << "never told with one";
}

TEST(Checks, WhatIsForgottenIsNotKnownFromAResendEither) {
  const auto fires = alert("subject=s1", 3), other = alert("subject=s2", 1);
  const auto resend = [](const model::Alert& about, std::size_t incarnation) {
    auto one = told("resend-1", about, incarnation);
    one.outbox = false, one.seen.offset = 0;
    return one;
  };
  auto first = told("n1", other), second = told("n2", fires);
  first.seen.offset = 1, second.seen.offset = 3;
  const std::vector<ExpectedTargets> none{{"ops/webhook/0", true, {}}};
  const auto check = [&](std::vector<Told> all) {
    pass_over_forgotten(all, {2, 1});
    return check_receivers(all, none, {}, {});
  };
  EXPECT_EQ(check({second, resend(fires, 0)}), Violations());
  EXPECT_EQ(check({second, resend(fires, 1)}).size(), 1U) << "of a start that cannot know it";
  EXPECT_EQ(check({second, resend(other, 0)}).size(), 1U) << "nobody was told that it fires";
  EXPECT_EQ(check({first, second, resend(other, 0)}).size(), 1U) << "what is not forgotten";
  auto again = told("n3", other);
  again.seen.offset = 4;
  EXPECT_EQ(check({first, again, resend(other, 0)}).size(), 1U) << "it was told before as well";
}

// Another severity since a reload, sent again, and its end silenced (seed 1530967).
TEST(Checks, WhatIsSentAgainIsOfTheAlertsWithTheseLabelsNow) {
  const auto fires = alert("subject=s1", 1), over = ended(fires, 2);
  auto resend = told("resend-1", fires);
  resend.outbox = false, resend.alerts[0].id.clear();
  const AlertsKnown here{{}, {over}, {}, true};
  const std::vector<ExpectedTargets> none{{"ops/webhook/0", true, {}}};
  EXPECT_EQ(check_receivers({resend}, none, here, {{fires.id, "ops", "silenced"}}), Violations());
  EXPECT_EQ(check_receivers({resend}, none, here, {{fires.id, "all", "silenced"}}).size(), 1U);
  EXPECT_EQ(check_receivers({resend}, none, here, {{"another", "ops", "silenced"}}).size(), 1U);
  EXPECT_EQ(check_receivers({resend}, none, here, {}).size(), 1U) << "nothing excuses it";
}

TEST(Checks, ADigestThatStandsForMoreThanItNamesIsNoOldNews) {
  const auto fires = alert("subject=s1", 1), other = alert("subject=s2", 2);
  const auto print = hex64(model::fingerprint(fires.labels));
  const std::vector<ExpectedTargets> wants{{"ops/webhook/0", true, {{print, fires.id}}}};
  const AlertsKnown here{{fires, other}, {}, {}, true};
  auto digest = told("n2", fires);
  const auto check = [&](const std::string& headers) {
    digest.seen.headers = headers;
    return check_receivers({told("ntf-1", other), digest}, wants, here, {});
  };
  EXPECT_EQ(check("Alarum-Replaces: ntf-1\nAlarum-Replaces-Count: 1\n").size(), 1U);
  EXPECT_EQ(check("Alarum-Replaces: ntf-1\n").size(), 1U) << "a resend says no count";
  EXPECT_EQ(check("Alarum-Replaces: ntf-1\nAlarum-Replaces-Count: 2\n"), Violations());
}

TEST(Checks, BodiesSayWhatTheyWereMadeOf) {
  const auto about = alert("subject=s1", 1);
  model::Message message{"ops", "g", {}, {{model::Change::Kind::fired, about, 1, kStart}}};
  Seen seen;
  seen.facts = alert::message_json(message);
  seen.body =
      R"({"alerts":[{"status":"firing","labels":{"alertname":"LinkDown","severity":"major","subject":"s1"}}]})";
  const auto good = told_of(seen, 0, alerts_told(seen));
  ASSERT_EQ(good.alerts.size(), 1U);
  EXPECT_EQ(good.alerts[0].id, about.id);
  EXPECT_EQ(check_bodies({good}), Violations());
  auto bad = good;
  bad.seen.body =
      R"({"alerts":[{"status":"resolved","labels":{"alertname":"LinkDown","severity":"major","subject":"s1"}}]})";
  EXPECT_EQ(check_bodies({bad}).size(), 1U);
}

TEST(Checks, EachFormOfBodyIsRead) {
  const std::string alerts = R"([{"labels":{"alertname":"A"},"status":"firing"}])";
  EXPECT_EQ(alerts_in("{\"alerts\":" + alerts + "}", "").size(), 1U);
  EXPECT_TRUE(
      alerts_in(R"({"specversion":"1.0","data":{"alerts":)" + alerts + "}}", "").at(0).firing);
  EXPECT_FALSE(alerts_in(R"([{"labels":{"alertname":"A"},"endsAt":"2026-01-01T00:00:00Z"}])", "")
                   .at(0)
                   .firing);
  EXPECT_EQ(
      alerts_in(R"({"alerts":[{"id":"7","alertname":"A","firing":"true","fingerprint":"f"}]})", "")
          .at(0)
          .id,
      "7");
}

}  // namespace
}  // namespace alarum::simulation
