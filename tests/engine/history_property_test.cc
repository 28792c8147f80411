// "In whatever order and however often the events of a stretch arrive, once lateness has passed the
// set of (alert, key, startsAt) is the same"; "crash, restart and reload at any point change
// nothing" (RULES.md "Clocks", issue 4).
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/engine/random_history.h"
#include "tests/support/slowdown.h"

namespace alarum::engine {
namespace {

using namespace std::chrono_literals;

constexpr Duration kMostDelay = 119s;  // within lateness
// ALARUM_SEEDS=100000 for a night.
const int kSeeds =
    std::getenv("ALARUM_SEEDS") ? std::atoi(std::getenv("ALARUM_SEEDS")) : 200 / support::kSlowdown;

// What depends on event times alone.
const std::vector<std::string> kTimeless{
    "{alert: Each, match: [a, b], until: up, by: subject, resolve_after: 24h}",
    "{alert: Card, match: card, until: up, by: [subject, {card: data.card}], resolve_after: 24h}",
    "{alert: Count, match: [a, b], count: 3, within: 10m, by: subject}",
    "{alert: CountUntil, match: [a, b], count: 2, within: 10m, until: up, by: subject}",
    "{alert: Distinct, match: card, distinct: {data.card: 2}, within: 5m, by: subject}",
    "{alert: Apart, match: [a, b], count: 2, within: 10m, apart: 40s, by: subject}",
    "{alert: CardCount, match: card, count: 2, within: 10m, until: up, by: [subject, {card: "
    "data.card}]}",
    "{alert: CardTwo, sequence: [card, card], within: 10m, until: up, by: [subject, {card: "
    "data.card}], resolve_after: 24h}",
    "{alert: All, match: [a, card], distinct: {subject: 3}, within: 4m, by: type}",
    "{alert: Two, sequence: [a, b], within: 10m, until: up, by: subject, resolve_after: 24h}",
    "{alert: Missed, sequence: [b, {absent: c}], within: 5m, by: subject, resolve_after: 24h}",
    "{alert: Between, sequence: [a, {absent: c}, b], within: 8m, by: subject, resolve_after: 24h}",
};

std::string line(const std::string& type, const std::string& subject, Dice& dice) {
  return type + ' ' + subject +
         (type == "card" ? " data={\"card\":" + std::to_string(dice.below(3)) + "}" : "");
}

bool near(Time a, Time b) {
  return std::max(a - b, b - a) < kMostDelay + 1s;
}

// A recovery and a fault of the same subject that are closer than lateness may be told in either
// order: whether there was an alert at all is then a matter of who came first (RULES.md "Ends").
// Here none are.
bool may_come(const Stream& stream, const std::string& line, Time when) {
  const auto words = support::words_of(line);
  const auto ends = [](const std::string& type) { return type == "up" || type == "c"; };
  return std::ranges::none_of(stream, [&](const Happening& one) {
    const auto others = support::words_of(one.line);
    if (others[1] != words[1] || ends(others[0]) == ends(words[0])) return false;
    return near(one.when, when) || near(one.when + 5min, when) || near(when + 5min, one.when);
  });
}

Stream stream_of(Dice& dice) {
  Stream stream;
  auto now = support::kStart;
  const std::vector<std::string> types{"a", "a", "b", "b", "card", "card", "card", "up", "c"},
      subjects{"s1", "s2", "s3"};
  for (int i = 0; i < 60; ++i) {
    now += dice.one_in(8) ? dice.up_to(15min) : dice.up_to(90s);
    auto text = line(dice.of(types), dice.of(subjects), dice);
    if (may_come(stream, text, now))
      stream.push_back({now, now, std::to_string(i), std::move(text)});
  }
  return stream;
}

void expect_same(const History& got, const History& wanted, const std::string& about) {
  EXPECT_EQ(got.alerts, wanted.alerts) << about;
  EXPECT_EQ(got.complaints, "") << about;
}

History played(const std::shared_ptr<const match::Generation>& rules, const Stream& stream,
               Daemon::Trouble trouble, std::uint64_t seed) {
  Daemon daemon({rules}, trouble, seed);
  daemon.run(stream);
  EXPECT_EQ(daemon.replay_differs, "") << seed;
  return history_of(daemon.changes());
}

TEST(History, IsTheSameInWhateverOrderAndHoweverOftenEventsArrive) {
  std::size_t alerts = 0;
  for (int seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    Dice dice(static_cast<std::uint64_t>(seed));
    const auto text = dice.rules_of(kTimeless);
    const auto rules = generation_of(text);
    const auto stream = stream_of(dice);
    const auto undisturbed = played(rules, stream, {}, 0);
    alerts += undisturbed.alerts.size();
    EXPECT_EQ(undisturbed.complaints, "");
    const auto disturbed = repeated(shuffled(stream, kMostDelay, dice), kMostDelay, dice);
    expect_same(played(rules, disturbed, {40, 40, 15}, static_cast<std::uint64_t>(seed)),
                undisturbed, "seed " + std::to_string(seed) + '\n' + text + text_of(disturbed));
  }
  EXPECT_TRUE(HasFailure() || alerts > static_cast<std::size_t>(kSeeds) * 5) << alerts;
}

// What runs on arrival time as well: the order of arrival may change the outcome, a crash or a
// reload may not.
const std::vector<std::string> kTimed{
    "{alert: Late, match: a, until: up, for: 9m, by: subject, resolve_after: 24h}",
    "{alert: Storm, match: b, count: 2, within: 20m, for: 9m, by: subject, resolve_after: 24h}",
    "{alert: Flap, match: b, until: up, keep_firing_for: 9m, by: subject, resolve_after: 24h}",
    "{alert: Quiet, match: c, resolve_after: 9m, by: subject}",
    "{alert: Silent, match: heart, absent: 15m, by: subject, silent_share: 100%, resolve_after: "
    "2h}",
};
const std::vector<std::string> kRelated{
    "{alert: Silence, match: heart, absent: 7m, by: subject, resolve_after: 2h}",
    "{alert: Member, match: heart, absent: 9m, expect: fleet, by: subject, keep_firing_for: 2m, "
    "resolve_after: 2h}",
    "{alert: Kept, match: [b, card], until: up, by: [subject, {card: data.card}], inhibited_by: "
    "[Late], resolve_after: 30m}",
    "{alert: Graded, match: [a, b, c], severity: '{{data.level}}', by: subject, resolve_after: "
    "20m, annotate: {match: card, seen: '{{data.card}}'}}",
    "{alert: Both, match: {alert: [Flap, Quiet, Late]}, distinct: {alertname: 2}, within: 20m, by: "
    "subject}",
    "{alert: Parts, match: [b, card], until: up, by: [subject, {card: data.card}], resolve_after: "
    "40m, severity: '{{data.level}}'}\n"
    "- {alert: Host, gather: [Parts, Each, Late], distinct: {card: 2}, within: 10m, by: subject, "
    "wait: 3m, settle: 4m, keep_firing_for: 1m, severity: '{{members.severity}}', summary: "
    "'{{members.names}} {{members.kinds}} {{members.recovery}} {{members.first}}'}\n"
    "- {alert: Hosts, gather: [Host, Flap], distinct: {subject: 2}, for: 2m, severity: major, "
    "updates: [3], summary: '{{members.names}}'}",
    "{alert: Few, match: card, count: 2, within: 10m, by: [subject, {card: data.card}], max_keys: "
    "3}",
    "{alert: Work, match: c, until: up, by: subject, resolve_after: 40m}",
    "{alert: Planned, match: [a, card], until: up, by: [subject, {card: data.card}], for: 4m, "
    "unless: [Work], resolve_after: 30m}",
    "{alert: Unplanned, match: b, count: 2, within: 10m, unless: [Late, Work], by: subject}",
    "{alert: Unheard, match: heart, absent: 8m, by: subject, silent_share: 100%, unless: [Work], "
    "resolve_after: 2h}",
};

// What fired while an alert of its `unless` fired for the same subject.
std::string fired_in_spite(const std::vector<model::Change>& changes) {
  static const std::map<std::string, std::vector<std::string>> kUnless{
      {"Planned", {"Work"}}, {"Unplanned", {"Late", "Work"}}, {"Unheard", {"Work"}}};
  std::set<std::pair<std::string, std::string>> firing;  // rule, subject
  std::string text;
  for (const auto& change : changes) {
    const auto subject = change.alert.labels.find("subject");
    const std::pair one(change.alert.rule,
                        subject == change.alert.labels.end() ? "" : subject->second);
    if (change.kind == model::Change::Kind::resolved) firing.erase(one);
    if (change.kind != model::Change::Kind::fired) continue;
    firing.insert(one);
    const auto rule = kUnless.find(one.first);
    for (const auto& name : rule == kUnless.end() ? std::vector<std::string>() : rule->second) {
      if (firing.contains({name, one.second})) text += shown(change);
    }
  }
  return text;
}

// kTimeless with other thresholds, ends and keys.
const std::vector<std::string> kRetuned{
    "{alert: Each, match: [a, b], until: up, by: subject, resolve_after: 1h}",
    "{alert: Card, match: card, until: up, by: subject, resolve_after: 24h}",
    "{alert: Count, match: [a, b], count: 2, within: 8m, by: subject}",
    "{alert: CountUntil, match: [a, b], count: 3, within: 15m, until: up, by: subject}",
    "{alert: Distinct, match: card, distinct: {data.level: 2}, within: 5m, by: subject}",
    "{alert: Two, sequence: [a, b], within: 4m, until: up, by: subject, resolve_after: 24h}",
    "{alert: Missed, sequence: [b, {absent: c}], within: 9m, by: subject, resolve_after: 24h}",
    "{alert: Between, sequence: [a, b, c], within: 8m, by: subject, resolve_after: 24h}",
};

std::string list_of(const std::vector<std::string>& rules) {
  std::string text;
  for (const auto& rule : rules) text += "- " + rule + '\n';
  return text;
}

// With all that streams may hold: recoveries beside faults, events at the same time, grades,
// hearts.
Stream wild_stream(Dice& dice) {
  Stream stream;
  auto now = support::kStart;
  const std::vector<std::string> types{"a",  "b", "b",     "card",  "card",
                                       "up", "c", "heart", "heart", "heart"},
      subjects{"s1", "s2", "s3", "s4"};
  const std::vector<std::string> levels{"minor", "major", "critical"};
  for (int i = 0; i < 80; ++i) {
    now += dice.one_in(8) ? dice.up_to(15min) : dice.one_in(4) ? Duration() : dice.up_to(90s);
    const auto& subject = dice.of(subjects);
    const auto& type = dice.of(types);
    if (dice.one_in(25))
      stream.push_back(
          {now, now, "", dice.one_in(2) ? "!start" : "!reload " + std::to_string(dice.below(3))});
    if (dice.one_in(60)) stream.push_back({now, now, "", "!step"});
    const bool whole = type == "up" && dice.one_in(2);  // no card: of all of them
    auto text = type + ' ' + subject + " data={" +
                (whole ? "" : "\"card\":" + std::to_string(dice.below(3)) + ",") + "\"level\":\"" +
                dice.of(levels) + "\"}";
    stream.push_back({now, now, std::to_string(i), std::move(text)});
  }
  return stream;
}

// Events of a subject six minutes apart, for rules whose timers are of nine: a delay within
// lateness does not move one past the other.
Stream slow_stream(Dice& dice) {
  Stream stream;
  const std::vector<std::string> types{"a", "a", "b", "b", "b", "up", "c", "heart", "heart"},
      subjects{"s1", "s2", "s3"};
  int id = 0;
  for (int slot = 0; slot < 40; ++slot) {
    for (const auto& subject : subjects) {
      const auto when = support::kStart + slot * 6min + dice.up_to(40s);
      if (!dice.one_in(3))
        stream.push_back({when, when, std::to_string(id++), dice.of(types) + ' ' + subject});
    }
  }
  by_arrival(stream);
  return stream;
}

// An absent thing starts when it was missed, on arrival time: told by their number, not by their
// time.
std::set<std::string> without_times_of_absence(const std::set<std::string>& alerts) {
  std::map<std::string, int> missed;
  std::set<std::string> out;
  for (const auto& one : alerts)
    one.starts_with("Silent{") ? void(++missed[one.substr(0, one.find(" since"))])
                               : void(out.insert(one));
  for (const auto& [key, times] : missed) out.insert(key + ' ' + std::to_string(times) + " times");
  return out;
}

TEST(History, OfTimersIsTheSameWhereLatenessDoesNotReachThem) {
  std::size_t alerts = 0;
  for (int seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    Dice dice(static_cast<std::uint64_t>(seed));
    const auto text = dice.rules_of(kTimed);
    const auto rules = generation_of(text);
    const auto stream = slow_stream(dice);
    auto undisturbed = played(rules, stream, {}, 0);
    const auto disturbed = repeated(shuffled(stream, kMostDelay, dice), kMostDelay, dice);
    auto got = played(rules, disturbed, {40, 40, 15}, static_cast<std::uint64_t>(seed));
    for (auto* one : {&undisturbed, &got}) one->alerts = without_times_of_absence(one->alerts);
    alerts += undisturbed.alerts.size();
    expect_same(got, undisturbed,
                "seed " + std::to_string(seed) + '\n' + text + text_of(disturbed));
  }
  EXPECT_TRUE(HasFailure() || alerts > static_cast<std::size_t>(kSeeds) * 10) << alerts;
}

std::string everything(const std::vector<model::Change>& changes) {
  std::string text;
  for (const auto& change : changes) {
    const auto& alert = change.alert;
    text += shown(change).substr(0, shown(change).size() - 1) + " count " +
            std::to_string(alert.count) + " last " + support::shown(alert.last_seen);
    for (const auto& [name, value] : alert.labels) text += ' ' + name + '=' + value;
    for (const auto& [name, value] : alert.annotations) text += ' ' + name + '=' + value;
    text += '\n';
  }
  return text;
}

std::string first_difference(const std::string& got, const std::string& wanted) {
  const auto a = support::lines_of(got), b = support::lines_of(wanted);
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const auto one = i < a.size() ? a[i] : "-", other = i < b.size() ? b[i] : "-";
    if (one != other) return "got    " + one + "\nwanted " + other + '\n';
  }
  return "";
}

TEST(History, IsTheSameToTheLetterOverCrashesAndReloads) {
  std::size_t changes = 0, ended = 0, annulled = 0;
  for (int seed = 0; seed < kSeeds && !HasFailure(); ++seed) {
    Dice dice(static_cast<std::uint64_t>(seed));
    // What names other rules comes with them.
    auto others = list_of(kTimed) + list_of(kRelated);
    if (dice.one_in(2))
      others.replace(others.find("absent: 7m"), 10, dice.one_in(2) ? "absent: 5m" : "absent: 11m");
    const std::vector<std::string> texts{
        dice.one_in(2) ? dice.rules_of(kTimeless) : "rules:\n" + others,
        "rules:\n" + list_of(kTimed) + list_of(kRelated) + list_of(kRetuned),
        dice.rules_of(kTimeless)};
    // Who is expected changes with the rules: s5 is never heard, s1 leaves.
    const std::string fleet =
        "tables: {fleet: {file: fleet.csv, key: server}}\ninventory: {file: inventory.csv, keys: "
        "{id: subject}, labels: [rack], annotations: [job]}\n";
    const auto with = [&](const std::string& text, const std::string& table) {
      const auto job = std::to_string(text.size());  // another one in each of the rules
      return generation_of(fleet + text, {{"fleet.csv", table},
                                          {"inventory.csv", "id,server,rack,job\ns1,one,k1,j" +
                                                                job + "\ns2,two,k" + job + ",\n"}});
    };
    const Daemon::Generations rules{with(texts[0], "server\ns1\ns2\ns5\n"),
                                    with(texts[1], "server\ns2\ns3\n"),
                                    with(texts[2], "server\ns1\n")};
    const auto stream = repeated(shuffled(wild_stream(dice), 10min, dice), 10min, dice);
    Daemon calm(rules, {}, 0), troubled(rules, {12, 12, 8}, static_cast<std::uint64_t>(seed));
    calm.run(stream);
    troubled.run(stream);
    const auto about = "seed " + std::to_string(seed) + '\n' + texts[0] + text_of(stream);
    EXPECT_EQ(troubled.replay_differs, "") << about;
    EXPECT_EQ(troubled.preview_differs, "") << about;
    ended += troubled.reload_ends;
    EXPECT_EQ(first_difference(everything(troubled.changes()), everything(calm.changes())), "")
        << about;
    EXPECT_EQ(history_of(calm.changes()).complaints, "") << about;
    EXPECT_EQ(fired_in_spite(calm.changes()), "") << about;
    EXPECT_EQ(calm.engine().annulments().put_off() + troubled.engine().annulments().put_off(), 0U)
        << about;
    for (const auto& [who, times] : calm.engine().annulments().counts()) annulled += times;
    changes += calm.changes().size();
  }
  EXPECT_TRUE(HasFailure() || changes > static_cast<std::size_t>(kSeeds) * 20) << changes;
  EXPECT_TRUE(HasFailure() || ended > static_cast<std::size_t>(kSeeds)) << ended;
  EXPECT_TRUE(HasFailure() || annulled > static_cast<std::size_t>(kSeeds) * 2) << annulled;
}

}  // namespace
}  // namespace alarum::engine
