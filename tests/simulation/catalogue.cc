#include "tests/simulation/catalogue.h"

#include <algorithm>
#include <iterator>

namespace alarum::simulation {
namespace {

using namespace std::chrono_literals;
using Kind = SimpleRule::Kind;
using By = std::vector<std::pair<std::string, std::string>>;

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return "[" + text + "]";
}

std::string listed(const By& by) {
  std::string text;
  for (const auto& [label, path] : by)
    text += (text.empty() ? "" : ", ") + (label == path ? label : "{" + label + ": " + path + "}");
  return "[" + text + "]";
}

SimpleRule plain(std::string alert, std::vector<std::string> match, std::vector<std::string> until,
                 By by, std::string severity, Duration resolve_after) {
  return {std::move(alert), Kind::plain,         std::move(match), std::move(until),
          std::move(by),    std::move(severity), resolve_after};
}

SimpleRule count(std::string alert, std::vector<std::string> match, unsigned n, Duration within,
                 std::vector<std::string> until = {}) {
  SimpleRule rule{std::move(alert), Kind::count, std::move(match), std::move(until)};
  rule.severity = "minor", rule.count = n, rule.within = within;
  return rule;
}

SimpleRule absent(std::string alert, std::vector<std::string> match, Duration span) {
  SimpleRule rule{std::move(alert), Kind::absent, std::move(match)};
  rule.severity = "major", rule.absent = span;
  return rule;
}

const By kPort{{"subject", "subject"}, {"port", "data.port"}};
const By kNpu{{"subject", "subject"}, {"npu", "data.npu"}};
const By kSubject{{"subject", "subject"}};

// The first three are one file as people change it: what a reload keeps, what it changes and what
// it takes away.
std::vector<SimpleRule> first() {
  return {plain("LinkDown", {"linkDown"}, {"linkUp"}, kPort, "major", 30min),
          plain("CardLost", {"cardLost"}, {}, kNpu, "critical", 8min),
          plain("FanFailed", {"fanFailed"}, {"fanOk"}, kSubject, "warning", 0min),
          plain("DiskWorn", {"diskWorn", "diskGone"}, {}, kSubject, "info", 12min),
          count("EccStorm", {"eccError", "eccWarning"}, 3, 5min),
          count("LinkFlaps", {"linkFlap"}, 2, 3min, {"linkUp"}),
          absent("HeartbeatLost", {"heartbeat"}, 3min)};
}

std::vector<SimpleRule> tuned() {
  auto rules = first();
  rules[0].resolve_after = 10min;
  rules[1].severity = "major";
  rules[3].resolve_after = 20min;
  rules[6].severity = "critical";
  return rules;
}

std::vector<SimpleRule> changed() {
  auto rules = first();
  rules[2].by = {{"subject", "subject"}, {"fan", "data.fan"}};  // begins anew
  rules[4].count = 4, rules[4].within = 10min;                  // goes on, by other numbers
  rules[6].absent = 5min;
  rules.erase(rules.begin() + 1);  // its alerts end
  return rules;
}

std::vector<SimpleRule> few() {
  return {plain("LinkDown", {"linkDown"}, {"linkUp"}, kPort, "major", 30min),
          count("EccStorm", {"eccError", "eccWarning"}, 5, 4min)};
}

std::vector<SimpleRule> windows() {
  return {count("EccStorm", {"eccError"}, 2, 2min),
          count("EccLong", {"eccError", "eccWarning"}, 6, 20min),
          count("LinkFlaps", {"linkFlap", "linkDown"}, 4, 6min, {"linkUp"}),
          absent("HeartbeatLost", {"heartbeat"}, 2min),
          absent("LinksSilent", {"linkUp", "linkDown"}, 10min)};
}

// Those of the stored folders (old/make.py).
std::vector<SimpleRule> of_old() {
  constexpr Duration kYear = std::chrono::days(366);
  auto storm = count("Storm", {"hit"}, 3, kYear);
  storm.severity = "critical", storm.resolve_after = kYear;
  return {plain("Down", {"linkDown"}, {"linkUp"}, kSubject, "major", kYear), std::move(storm)};
}

std::vector<SimpleRule> grown() {
  auto rules = first();
  std::ranges::copy(of_old(), std::back_inserter(rules));
  return rules;
}

constexpr const char* kComplex = R"(
  - {alert: ServerDown, match: cardLost, until: fanOk, by: [subject, {rack: data.rack}], severity: "{{severity}}", resolve_after: 10m}
  - {alert: NoNetwork, match: linkDown, until: linkUp, by: [subject, {rack: data.rack}], severity: major, resolve_after: 15m, for: 1m}
  - {alert: RackDown, gather: [ServerDown, NoNetwork], distinct: {subject: 2}, within: 5m, by: rack, wait: 20s, severity: "{{members.severity}}"}
  - {alert: Planned, match: planned, until: plannedOver, by: subject, severity: info, resolve_after: 6m, keep_firing_for: 1m}
  - {alert: Rebooted, sequence: [fanFailed, {absent: fanOk}], within: 2m, by: subject, severity: minor, resolve_after: 9m, unless: [Planned]}
  - {alert: ManyLinks, match: linkFlap, distinct: {data.port: 2}, within: 4m, by: subject, severity: minor}
  - {alert: Quiet, match: heartbeat, absent: 2m, by: subject, severity: warning, inhibited_by: [ServerDown]}
  - {alert: Both, match: {alert: [ServerDown, Quiet]}, distinct: {alertname: 2}, within: 10m, by: subject, severity: critical}
  - {alert: Noted, match: diskWorn, by: subject, severity: warning, resolve_after: 7m, stage: "{{type}}", annotate: {match: eccWarning, advice: "{{type}}"}}
)";

constexpr const char* kChained = R"(
  - {alert: Fault, match: [cardLost, fanFailed], until: fanOk, by: subject, severity: "{{severity}}", resolve_after: 9m, keep_firing_for: 90s, unless: [Planned]}
  - {alert: Planned, match: planned, until: plannedOver, by: subject, severity: info, resolve_after: 5m}
  - {alert: FaultStorm, match: {alert: [Fault, CardLost]}, count: 3, within: 5m, by: subject, severity: critical}
  - {alert: Steps, sequence: [eccWarning, eccError], within: 4m, by: subject, severity: minor, resolve_after: 6m}
  - {alert: Everything, gather: [Fault, Steps], by: subject, severity: "{{members.severity}}", settle: 30s}
  - {alert: Slow, match: diskWorn, until: [heartbeat], by: subject, severity: major, for: 40s}
)";

RuleSetText made(std::string name, std::vector<SimpleRule> simple, std::string complex = {}) {
  RuleSetText set{std::move(name), std::move(simple), std::move(complex)};
  set.yaml = "rules:\n";
  for (const auto& rule : set.simple) set.yaml += "  - " + rule_yaml(rule) + '\n';
  set.yaml += set.complex.starts_with('\n') ? set.complex.substr(1) : set.complex;
  return set;
}

constexpr const char* kWebhook = R"(
route: {receiver: ops}
receivers:
  - {name: ops, webhook_configs: [{url: "http://r0.sim/", payload: {alerts: {$each: {id: "{{id}}", alertname: "{{alertname}}", firing: "{{is_firing}}", fingerprint: "{{fingerprint}}", startsAt: "{{starts_at}}"}}}}]}
)";

constexpr const char* kGrouped = R"(
route:
  receiver: ops
  group_by: [alertname]
  group_wait: 20s
  group_interval: 1m
  repeat_interval: 4m
  routes:
    - {matchers: ['severity=~"critical|major"'], receiver: team, group_by: [subject], group_wait: 5s, group_interval: 30s, continue: true}
    - {matchers: [severity="info"], receiver: team, group_by: ['...']}
receivers:
  - {name: ops, webhook_configs: [{url: "http://r0.sim/"}], feishu_configs: [{url: "http://r2.sim/"}]}
  - {name: team, cloudevents_configs: [{url: "http://r1.sim/"}]}
)";

constexpr const char* kMany = R"(
route:
  receiver: all
  routes: [{matchers: [severity="minor"], receiver: file, continue: true}]
receivers:
  - name: all
    webhook_configs: [{url: "http://r0.sim/"}, {url: "http://r1.sim/", send_resolved: false}]
    alertmanager_configs: [{url: "http://r2.sim/"}]
  - {name: file, file_configs: [{path: alerts.ndjson}]}
)";

constexpr const char* kInhibiting = R"(
route: {receiver: ops, group_by: ['...'], group_wait: 0s, group_interval: 0s, repeat_interval: 5m}
inhibit_rules:
  - {source_matchers: [alertname=CardLost], target_matchers: [severity!=critical], equal: [subject]}
  - {source_matchers: [alertname=HeartbeatLost], target_matchers: [alertname=EccStorm], equal: [subject]}
receivers:
  - {name: ops, webhook_configs: [{url: "http://r0.sim/", payload: {alerts: {$each: {id: "{{id}}", alertname: "{{alertname}}", firing: "{{is_firing}}", fingerprint: "{{fingerprint}}", startsAt: "{{starts_at}}"}}}}]}
)";

constexpr const char* kLimited = R"(
route:
  receiver: ops
  routes: [{matchers: [severity="critical"], receiver: pager}]
receivers:
  - {name: ops, webhook_configs: [{url: "http://r0.sim/", rate_limit: {count: 3, per: 1m}, retry: {max_age: 5m}}]}
  - {name: pager, webhook_configs: [{url: "http://r1.sim/", resolve_on: confirmed, fallback: second, retry: {max_age: 4m}}]}
  - {name: second, webhook_configs: [{url: "http://r2.sim/", concurrency: 1}]}
self_monitoring: second
)";

constexpr const char* kOld = R"(
route: {receiver: test}
receivers:
  - {name: test, webhook_configs: [{url: "http://r0.sim/", retry: {max_age: 30d}}, {url: "http://r1.sim/", retry: {max_age: 30d}}]}
)";

// Minutes of the wall clock in which nobody is notified.
constexpr const char* kMuted = R"(
route:
  receiver: ops
  group_by: [subject]
  group_wait: 10s
  group_interval: 20s
  repeat_interval: 3m
  routes: [{matchers: [alertname="EccStorm"], mute_time_intervals: [early], continue: true}, {matchers: [severity!="info"], receiver: team}]
time_intervals:
  - {name: early, time_intervals: [{times: [{start_time: "00:00", end_time: "06:00"}, {start_time: "12:00", end_time: "18:00"}]}]}
receivers:
  - {name: ops, webhook_configs: [{url: "http://r0.sim/"}]}
  - {name: team, cloudevents_configs: [{url: "http://r3.sim/", mode: binary}], file_configs: [{path: alerts.ndjson}]}
)";

// As they come up in rule sets; `noise` is what no rule knows.
struct Type {
  const char* type;
  const char* severity;
  unsigned weight;
};
constexpr Type kTypes[] = {
    {"linkDown", "major", 5},    {"linkUp", "", 5},        {"cardLost", "critical", 4},
    {"fanFailed", "warning", 4}, {"fanOk", "", 4},         {"diskWorn", "", 2},
    {"diskGone", "info", 1},     {"eccError", "minor", 6}, {"eccWarning", "", 4},
    {"linkFlap", "", 4},         {"heartbeat", "", 10},    {"planned", "", 1},
    {"plannedOver", "", 1},      {"noise", "critical", 1}, {"noise", "", 2}};

const Type& draw_type(Random& random) {
  unsigned sum = 0;
  for (const auto& one : kTypes) sum += one.weight;
  auto at = static_cast<unsigned>(below(random, sum));
  for (const auto& one : kTypes) {
    if (at < one.weight) return one;
    at -= one.weight;
  }
  return kTypes[0];
}

// Within lateness of the truth: what the model understands of times.
std::optional<Time> draw_time(Random& random, Time now) {
  const auto kind = below(random, 10);
  if (kind < 3) return std::nullopt;
  if (kind < 7) return now;
  const auto seconds = static_cast<int>(below(random, 140)) - 100;
  return now + std::chrono::seconds(seconds);
}

}  // namespace

std::string rule_yaml(const SimpleRule& rule) {
  auto text = "{alert: " + rule.alert + ", match: " + listed(rule.match);
  if (!rule.until.empty()) text += ", until: " + listed(rule.until);
  text += ", by: " + listed(rule.by) + ", severity: " + rule.severity;
  if (rule.resolve_after > Duration::zero())
    text += ", resolve_after: " + format_duration(rule.resolve_after);
  if (rule.kind == Kind::count)
    text += ", count: " + std::to_string(rule.count) + ", within: " + format_duration(rule.within);
  if (rule.kind == Kind::absent)
    text += ", absent: " + format_duration(rule.absent) + ", silent_share: 100%";
  return text + "}";
}

const std::vector<RuleSetText>& rule_sets() {
  static const std::vector<RuleSetText> sets{made("first", first()),
                                             made("tuned", tuned()),
                                             made("changed", changed()),
                                             made("few", few()),
                                             made("windows", windows()),
                                             made("complex", {first()[0], first()[4]}, kComplex),
                                             made("chained", {first()[1], first()[6]}, kChained)};
  return sets;
}

const std::vector<RuleSetText>& old_rule_sets() {
  static const std::vector<RuleSetText> sets{made(kOldRules, of_old()), made(kGrownRules, grown())};
  return sets;
}

const RuleSetText* rule_set(std::string_view name) {
  for (const auto* sets : {&rule_sets(), &old_rule_sets()}) {
    const auto found = std::ranges::find(*sets, name, &RuleSetText::name);
    if (found != sets->end()) return &*found;
  }
  return nullptr;
}

const std::vector<ConfigText>& configs() {
  static const std::vector<ConfigText> texts{{"webhook", kWebhook}, {"grouped", kGrouped},
                                             {"many", kMany},       {"inhibiting", kInhibiting},
                                             {"limited", kLimited}, {"muted", kMuted}};
  return texts;
}

const ConfigText* config_text(std::string_view name) {
  static const ConfigText old{kOldConfig, kOld};
  if (name == kOldConfig) return &old;
  const auto found = std::ranges::find(configs(), name, &ConfigText::name);
  return found == configs().end() ? nullptr : &*found;
}

std::set<std::string> receivers_of(std::string_view config, std::string_view alertname,
                                   std::string_view severity) {
  const bool bad = severity == "critical" || severity == "major";
  if (config == "grouped") return {bad || severity == "info" ? "team" : "ops"};
  if (config == kOldConfig) return {"test"};
  if (config == "many") return {severity == "minor" ? "file" : "all"};
  if (config == "limited") return {severity == "critical" ? "pager" : "ops"};
  if (config == "muted") {
    std::set<std::string> names;
    if (alertname == "EccStorm") names.insert("ops");
    if (severity != "info") names.insert("team");
    return names.empty() ? std::set<std::string>{"ops"} : names;
  }
  return {"ops"};
}

std::optional<Reminders> reminders_of(std::string_view config) {
  if (config == "grouped") return Reminders{4min, 1min};
  if (config == "inhibiting") return Reminders{5min, 0min};
  if (config == "muted") return Reminders{3min, 20s};
  return std::nullopt;
}

bool is_inhibited(std::string_view config, const LabelMap& source, const LabelMap& target) {
  if (config != "inhibiting") return false;
  const auto value = [](const LabelMap& labels, const char* name) {
    const auto found = labels.find(name);
    return found == labels.end() ? std::string() : found->second;
  };
  if (value(source, "subject") != value(target, "subject")) return false;
  const auto by = value(source, "alertname"), of = value(target, "alertname");
  if (by == "CardLost") return of != "CardLost" && value(target, "severity") != "critical";
  return by == "HeartbeatLost" && of == "EccStorm";
}

const std::vector<std::string>& broken_rules() {
  static const std::vector<std::string> texts{
      "rules: [{alert: Endless, match: linkDown}]\n",
      "rules: [{alert: Twice, match: a, resolve_after: 1m}, {alert: Twice, match: b, "
      "resolve_after: 1m}]\n",
      "rules: [{alert: Slip, match: linkDown, cuont: 3, within: 1m}]\n",
      "rules:\n  - {alert: Torn, match: linkDown, resolve_after: 1m\n",
      "rules: [{alert: Table, match: {level: high}, resolve_after: 1m}]\nenrich: [{table: nowhere, "
      "key: subject, add: [level]}]\n",
      "rules: [{alert: A, match: {alert: B}, resolve_after: 1m}, {alert: B, match: {alert: A}, "
      "resolve_after: 1m}]\n",
  };
  return texts;
}

const std::vector<std::string>& broken_configs() {
  static const std::vector<std::string> texts{
      "route: {receiver: nobody}\nreceivers: [{name: ops, webhook_configs: [{url: "
      "\"http://r0.sim/\"}]}]\n",
      "route: {receiver: ops, matchers: ['team=\"a\"', 'team=\"b\"']}\nreceivers: [{name: ops, "
      "webhook_configs: [{url: \"http://r0.sim/\"}]}]\n",
      "rout: {receiver: ops}\n",
      "receivers: [{name: ops, webhook_configs: [{url: \"http://r0.sim/\", retry: {max_age: "
      "soon}}]}]\n",
      "route: {receiver: ops\n",
  };
  return texts;
}

EventDraft draw_event(const RuleSetText& /*rules*/, Random& random, Time now) {
  const auto& type = draw_type(random);
  EventDraft event;
  event.type = type.type;
  const auto subject = below(random, 4);
  event.subject = "s" + std::to_string(subject + 1);
  // Each server has a reporter of its own; another one reports a fifth.
  event.source = "bmc-" + std::to_string(chance(random, 0.2) ? 9 : subject + 1);
  event.severity = chance(random, 0.2) ? "major" : type.severity;
  // A recovery as some senders say it: by the name of the fault.
  if (chance(random, 0.08)) event.status = "resolved";
  // An end that names no part is one of all parts.
  const bool ends = event.type == "linkUp" || event.status == "resolved";
  if (!ends || chance(random, 0.7)) {
    event.data = "{\"port\":" + std::to_string(below(random, 2)) +
                 ",\"npu\":" + std::to_string(below(random, 2)) +
                 ",\"fan\":" + std::to_string(below(random, 2)) + ",\"rack\":\"k" +
                 std::to_string(subject / 2) + "\"}";
  } else {
    event.data = "{\"rack\":\"k" + std::to_string(subject / 2) + "\"}";
  }
  event.time = draw_time(random, now);
  return event;
}

}  // namespace alarum::simulation
