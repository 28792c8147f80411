#include <gtest/gtest.h>

#include "tests/rules/text_rules.h"

namespace alarum::rules {
namespace {

using namespace std::chrono_literals;

std::string by_of(const Rule& rule) {
  std::string out;
  for (const auto& term : rule.by) out += (out.empty() ? "" : ", ") + term.label + "=" + term.path;
  return out;
}

TEST(Compile, ReadsTheExampleOfTheLanguage) {
  const auto set = loaded(R"y(
rules:
  - alert: NpuLost
    match: {source: SYS.BMS, type: [NPUSMICardNotFound, LspciCardNotFound]}
    by: [subject, {npu: content.npu}]
    severity: critical
    resolve_after: 24h
    summary: "{{subject}}: NPU {{npu}} lost ({{count}} times, {{data.region}})"
  - alert: Maintenance
    match: [system_maintenance_scheduled, system_maintenance_executing]
    until: [system_maintenance_completed]
    by: subject
    stage: "{{type}}"
    severity: info
    description: "now {{stage}}"
)y");
  ASSERT_EQ(set.rules.size(), 2U);
  const auto& lost = set.rules[0];
  EXPECT_EQ(lost.alert, "NpuLost");
  EXPECT_EQ(by_of(lost), "subject=subject, npu=content.npu");
  EXPECT_EQ(lost.severity, model::Severity::critical);
  EXPECT_EQ(lost.resolve_after, 24h);
  EXPECT_EQ(lost.summary->text(),
            "{{subject}}: NPU {{npu}} lost ({{count}} times, {{data.region}})");
  EXPECT_EQ(lost.names, (std::map<std::string, std::string>{{"data.region", "data.region"}}));
  EXPECT_EQ(lost.match.alternatives[0].fields[1].path, "type");
  const auto& maintenance = set.rules[1];
  EXPECT_TRUE(maintenance.until);
  EXPECT_EQ(maintenance.resolve_after, std::nullopt);
  EXPECT_EQ(maintenance.names, (std::map<std::string, std::string>{{"type", "type"}}));
}

TEST(Compile, ReportsEveryFaultOfEveryFileInOneGo) {
  const TextRules rules{
      {{"rules/npu.yaml",
        "rules:\n  - alert: EccStorm\n    match: X\n    cuont: 3\n    by: data.instance-id\n"},
       {"rules/disk.yaml",
        "rules:\n  - alert: DiskLost\n    match: {typ: [a, 007]}\n    severity: urgent\n  - match: "
        "Y\n"},
       {"rules/bad.yaml", "rules: [\n"}},
      {}};
  EXPECT_EQ(
      rules.said(),
      "rules/bad.yaml:1:8: error: the [ that opens here is never closed: the ] is missing\n"
      "rules/disk.yaml:2:12: error: rule \"DiskLost\" has no end: add \"until\" (the events that "
      "end it) or \"resolve_after\" (such as 24h)\n"
      "rules/disk.yaml:3:22: error: 007 is read as a number here: quote it if you mean the text\n"
      "rules/disk.yaml:4:15: error: \"urgent\" is not a severity: critical, major, minor, warning, "
      "info or a template\n"
      "rules/disk.yaml:5:5: error: a rule without a name: add \"alert\"\n"
      "rules/npu.yaml:2:12: error: rule \"EccStorm\" has no end: add \"until\" (the events that "
      "end it) or \"resolve_after\" (such as 24h)\n"
      "rules/npu.yaml:4:5: error: unknown key \"cuont\" in rule \"EccStorm\" (did you mean "
      "\"count\"?)\n"
      "rules/npu.yaml:5:9: error: \"data.instance-id\" gives no label name: give one, as in "
      "{instance_id: data.instance-id}\n");
}

TEST(Compile, RefusesConditionsThatDoNotGoTogether) {
  EXPECT_EQ(
      said("rules:\n  - {alert: A, match: X, count: 3, distinct: {subject: 2}, within: 10m}\n"),
      "r.yaml:2:46: error: rule \"A\" has both \"count\" and \"distinct\": a rule has at most one "
      "of count, distinct, absent and sequence; make two "
      "rules of it, and a third that matches their alerts\n");
  EXPECT_EQ(said("rules:\n  - {alert: A, match: X, count: 3}\n"),
            "r.yaml:2:13: error: rule \"A\" has no window: add \"within\", as in within: 10m\n");
  EXPECT_EQ(said("rules:\n  - {alert: A, match: X, within: 3m, until: Y}\n"),
            "r.yaml:2:34: error: \"within\" belongs to count, distinct or sequence\n");
  EXPECT_EQ(said("rules:\n  - {alert: A, match: X, sequence: [a, {absent: b}], within: 3m}\n"),
            "r.yaml:2:36: error: rule \"A\" has a \"sequence\": its steps say what it matches, "
            "leave \"match\" out\n");
  EXPECT_EQ(said("rules:\n  - {alert: A, sequence: [{absent: b}, a], within: 3m}\n"),
            "r.yaml:2:27: error: a sequence begins with an event: put the step that is absent "
            "after it (for silence alone there is \"absent\")\n");
  EXPECT_EQ(said("rules:\n  - {alert: A, match: X, absent: 5m, expect: fleet, by: subject}\n"),
            "r.yaml:2:46: error: there is no table \"fleet\"\n");
}

TEST(Compile, TakesTheFormatOfEventGridForEventBridgeWithAWarning) {
  const auto with = [](const std::string& format) {
    return "rules: [{alert: A, match: {format: " + format + "}, until: up}]";
  };
  const auto tested = [&](const std::string& format) {
    std::vector<std::string> texts;
    const auto set = loaded(with(format));
    for (const auto& one : set.rules[0].match.alternatives[0].fields[0].any) {
      texts.push_back(one.text);
      for (const auto& operand : one.operands) texts.push_back("not " + operand.text);
    }
    return texts;
  };
  using Texts = std::vector<std::string>;
  const std::string warning = "r.yaml:1:28: warning: deprecated: format \"eventgrid\" also means";
  for (const auto* format : {"eventgrid", "[eventgrid, sns]", "[{anything-but: eventgrid}]"})
    EXPECT_EQ(said(with(format)).substr(0, warning.size()), warning) << format;
  EXPECT_EQ(tested("eventgrid"), (Texts{"eventgrid", "eventbridge"}));
  EXPECT_EQ(tested("[{anything-but: eventgrid}]"), (Texts{"", "not eventgrid", "not eventbridge"}));
  for (const auto* format : {"eventbridge", "[eventbridge, eventgrid]", "sns"})
    EXPECT_EQ(said(with(format)), "") << format;
  EXPECT_EQ(tested("sns"), Texts{"sns"});
}

TEST(Compile, ReadsKeepFiringForAndItsOlderName) {
  const auto with = [](const std::string& keys) {
    return "rules: [{alert: Flap, match: down, until: up, " + keys + "}]";
  };
  EXPECT_EQ(said(with("keep_firing_for: 5m")), "");
  EXPECT_EQ(loaded(with("keep_firing_for: 5m")).rules[0].hold, 5min);
  EXPECT_EQ(loaded(with("hold: 5m")).rules[0].hold, 5min);
  EXPECT_EQ(said(with("hold: 5m")),
            "r.yaml:1:53: warning: deprecated: \"hold\" is the older name of \"keep_firing_for\", "
            "and still read: write keep_firing_for\n");
  EXPECT_EQ(said(with("hold: 5m, keep_firing_for: 5m")),
            "r.yaml:1:53: error: rule \"Flap\" says \"keep_firing_for\" and \"hold\", which is its "
            "older name: take \"hold\" away\n");
  EXPECT_EQ(loaded(with("keep_firing_for: 5m") + "\noverride: {Flap: {keep_firing_for: 7m}}")
                .rules[0]
                .hold,
            7min);
  EXPECT_EQ(loaded(with("keep_firing_for: 5m") + "\noverride: {Flap: {hold: 7m}}").rules[0].hold,
            7min);
}

TEST(Compile, AConditionThatEndsByItselfIsAnEnd) {
  EXPECT_EQ(said("rules: [{alert: A, match: X, count: 3, within: 1m}]"), "");
  EXPECT_EQ(said("rules: [{alert: A, match: X, distinct: {subject: 3}, within: 1m, by: rack}]"),
            "");
  EXPECT_EQ(said("rules: [{alert: A, match: X, absent: 1m}]"), "");
  EXPECT_EQ(said("rules: [{alert: A, sequence: [a, {absent: b}], within: 1m}]"), "");
  EXPECT_NE(said("rules: [{alert: A, sequence: [a, b], within: 1m}]").find("has no end"),
            std::string::npos);
}

TEST(Compile, RefusesCirclesAndUnknownNames) {
  EXPECT_EQ(said("rules:\n  - {alert: A, match: {alert: B}, resolve_after: 1h}\n  - {alert: B, "
                 "match: {alert: A}, resolve_after: 1h}\n"),
            "r.yaml:2:13: error: rule \"A\" matches its own alerts: A -> B -> A (by \"match\")\n");
  EXPECT_EQ(said("rules:\n  - {alert: A, match: x, resolve_after: 1h, inhibited_by: A}\n"),
            "r.yaml:2:13: error: rule \"A\" would inhibit itself: A -> A (by \"inhibited_by\")\n");
  EXPECT_EQ(said("rules:\n  - {alert: Down, match: x, resolve_after: 1h, inhibited_by: [Dowm]}\n"),
            "r.yaml:2:62: warning: there is no rule \"Dowm\" (did you mean \"Down\"?)\n");
}

TEST(Compile, ReadsUnlessAndSaysWhoIsJudgedFirst) {
  const std::string rules =
      "rules:\n"
      "  - {alert: Down, match: x, resolve_after: 1h, unless: [Work, Restart]}\n"
      "  - {alert: Work, match: y, resolve_after: 1h, unless: Restart}\n"
      "  - {alert: Restart, match: z, resolve_after: 1h}\n";
  EXPECT_EQ(said(rules), "");
  const auto set = loaded(rules);
  EXPECT_EQ(set.rules[0].unless, (std::vector<std::string>{"Work", "Restart"}));
  EXPECT_EQ(set.rules[0].unless_depth, 2U);
  EXPECT_EQ(set.rules[1].unless_depth, 1U);
  EXPECT_EQ(set.rules[2].unless_depth, 0U);
  EXPECT_EQ(loaded(rules + "override: {Restart: {unless: []}, Down: {unless: Restart}}\n")
                .rules[0]
                .unless_depth,
            1U);
}

TEST(Compile, RefusesAnUnlessThatLeadsInACircleOrNowhere) {
  const auto rules = [](const std::string& more) {
    return said(
        "rules:\n  - {alert: Work, match: y, resolve_after: 1h}\n  - {alert: A, match: x, "
        "resolve_after: 1h, " +
        more + "}\n");
  };
  EXPECT_EQ(rules("unless: A"),
            "r.yaml:3:13: error: rule \"A\" would annul itself: A -> A (by \"unless\")\n");
  EXPECT_EQ(rules("unless: Wrok"),
            "r.yaml:3:53: warning: there is no rule \"Wrok\" (did you mean \"Work\"?)\n");
  EXPECT_EQ(rules("unless: [Work, Wrok]"),
            "r.yaml:3:53: warning: there is no rule \"Wrok\" (did you mean \"Work\"?)\n");
  EXPECT_EQ(said("rules:\n  - {alert: A, match: x, resolve_after: 1h, unless: B}\n  - {alert: B, "
                 "match: {alert: A}, resolve_after: 1h}\n"),
            "r.yaml:2:13: error: rule \"A\" would annul itself: A -> B -> A (by \"unless\")\n");
}

TEST(Compile, RefusesWhatApartAndAcrossRecoveriesCannotMean) {
  const auto with = [](const std::string& keys) {
    return said("rules:\n  - {alert: A, match: x, " + keys + "}\n");
  };
  EXPECT_EQ(with("count: 3, within: 10m, apart: 30s, across_recoveries: true"), "");
  EXPECT_EQ(with("distinct: {subject: 3}, within: 10m, across_recoveries: true"), "");
  EXPECT_EQ(with("distinct: {subject: 3}, within: 10m, apart: 30s"),
            "r.yaml:2:70: error: \"apart\" belongs to count\n");
  EXPECT_EQ(with("absent: 3m, across_recoveries: true"),
            "r.yaml:2:57: error: \"across_recoveries\" belongs to count or distinct\n");
  EXPECT_EQ(with("count: 3, within: 10m, apart: 5m"),
            "r.yaml:2:13: error: rule \"A\" can never fire: 3 matches that lie more than 5m apart "
            "do not fit within 10m\n");
  EXPECT_EQ(with("count: 2000, within: 10h, apart: 1s"),
            "r.yaml:2:13: error: rule \"A\" counts 2000 matches that lie \"apart\": at most 1000 "
            "can be\n");
  EXPECT_EQ(with("count: 3, within: 10m, until: y, across_recoveries: true"),
            "r.yaml:2:13: error: rule \"A\" has \"until\" and \"across_recoveries\", with which no "
            "recovery ends it: it ends when its window has drained, leave one of them out\n");
}

TEST(Compile, ReadsARollUp) {
  const auto set = loaded(R"y(
rules:
  - {alert: Down, match: down, until: up, by: {server: subject, rack: data.rack}, absorb: false}
  - alert: RackDown
    gather: [Down, Down]
    distinct: {server: 3}
    within: 5m
    by: [rack, {of: alertname}]
    wait: 0s
    settle: 1m
    updates: [5, 50]
    severity: "{{members.severity}}"
    summary: "{{rack}}: {{members.distinct}} {{of}}"
  - {alert: Hall, gather: RackDown, for: 1m}
override:
  RackDown: {within: 6m, wait: 40s, absorb: false}
)y");
  const auto& rack = set.rules.at(1);
  ASSERT_TRUE(rack.gather && rack.condition == Condition::gather);
  EXPECT_FALSE(set.rules.at(0).absorb);
  EXPECT_EQ(std::tie(rack.gather->rules, rack.gather->distinct, rack.threshold),
            std::make_tuple(std::vector<std::string>{"Down"}, std::string("server"), 3U));
  EXPECT_EQ(std::tuple(rack.within, rack.gather->wait, rack.gather->settle, rack.gather->absorb),
            std::tuple(6min, 40s, 1min, false));
  EXPECT_EQ(rack.gather->updates, (std::vector<std::uint32_t>{5, 50}));
  EXPECT_EQ(by_of(rack), "rack=rack, of=data.labels.alertname");
  EXPECT_EQ(rack.stage->text(), "{{members.recovery}}");
  const auto& hall = set.rules.at(2);
  EXPECT_EQ(std::tuple(hall.gather->wait, hall.gather->settle, hall.threshold, hall.by.size(),
                       hall.gather->rank, rack.gather->rank),
            std::tuple(20s, 2min, 1U, 0U, 2U, 1U));
}

TEST(Compile, RefusesRollUpsThatCannotBe) {
  const std::string down = "rules:\n  - {alert: Down, match: down, until: up}\n";
  EXPECT_EQ(said(down + "  - {alert: A, gather: [B]}\n  - {alert: B, gather: [A]}\n"),
            "r.yaml:3:13: error: rule \"A\" gathers its own alerts: A -> B -> A (by \"gather\")\n");
  EXPECT_EQ(
      said(down +
           "  - {alert: A, gather: [B, Down]}\n  - {alert: B, match: {alert: A}, until: x}\n"),
      "r.yaml:3:13: error: rule \"A\" gathers its own alerts: A -> B -> A (by \"gather\")\n");
  EXPECT_EQ(said(down + "  - {alert: A, gather: [Down, Dwon]}\n"),
            "r.yaml:3:24: warning: rule \"A\" gathers \"Dwon\", and there is no such rule (did you "
            "mean \"Down\"?)\n");
  EXPECT_EQ(said(down + "  - {alert: A, gather: [Dwon]}\n"),
            "r.yaml:3:24: error: rule \"A\" gathers \"Dwon\", and there is no such rule (did you "
            "mean \"Down\"?)\n");
  EXPECT_EQ(said(down + "  - {alert: A, gather: [Down], match: x, resolve_after: 1h}\n"),
            "r.yaml:3:39: error: rule \"A\" has \"gather\" and \"match\": a roll-up is about the "
            "alerts of other rules and ends when none of them fires any more; leave \"match\" out\n"
            "r.yaml:3:57: error: rule \"A\" has \"gather\" and \"resolve_after\": a roll-up is "
            "about the alerts of other rules and ends when none of them fires any more; leave "
            "\"resolve_after\" out\n");
  EXPECT_EQ(
      said(down + "  - {alert: A, gather: [Down], unless: [Down]}\n"),
      "r.yaml:3:40: error: rule \"A\" has \"gather\" and \"unless\": a roll-up is about the alerts "
      "of other rules and ends when none of them fires any more; leave \"unless\" out\n");
  EXPECT_EQ(said(down + "  - {alert: A, gather: [Down], apart: 30s, across_recoveries: true}\n"),
            "r.yaml:3:39: error: rule \"A\" has \"gather\" and \"apart\": a roll-up is about the "
            "alerts of other rules and ends when none of them fires any more; leave \"apart\" out\n"
            "r.yaml:3:63: error: rule \"A\" has \"gather\" and \"across_recoveries\": a roll-up is "
            "about the alerts of other rules and ends when none of them fires any more; leave "
            "\"across_recoveries\" out\n");
  EXPECT_EQ(
      said(down + "  - {alert: A, match: x, until: y, settle: 1m, summary: '{{members.names}}'}\n"),
      "r.yaml:3:44: error: \"settle\" belongs to gather\n"
      "r.yaml:3:57: error: \"members.names\" is a name of roll-ups: rule \"A\" has no "
      "\"gather\"\n");
  EXPECT_EQ(
      said(down + "  - {alert: A, gather: [Down], updates: [5, 5], stage: '{{members.count}}'}\n"),
      "r.yaml:3:24: warning: rule \"A\": \"stage\" names \"members.count\", which moves with each "
      "member, and each change of the stage is notified; \"members.recovery\" and "
      "\"members.step\" move when there is news\n"
      "r.yaml:3:45: error: \"updates\" must ascend, as in [50, 200]\n");
}

TEST(Compile, WantsAnEndOfEveryRule) {
  const std::string add =
      "add \"until\" (the events that end it) or \"resolve_after\" (such as 24h)";
  EXPECT_EQ(said("rules: [{alert: A, match: X}]"),
            "r.yaml:1:17: error: rule \"A\" has no end: " + add + "\n");
  EXPECT_EQ(
      said("rules: [{alert: A, match: X, until: Y}, {alert: B, match: X, resolve_after: 1h}]"), "");
  EXPECT_EQ(said("{defaults: {resolve_after: 1h}, rules: [{alert: A, match: X}]}"), "");
  EXPECT_EQ(
      said("{defaults: {resolve_after: 1h}, rules: [{alert: A, match: X, severity: critical}]}"),
      "r.yaml:1:49: error: rule \"A\" has no end: the default resolve_after is not for critical "
      "rules: " +
          add + " to the rule\n");
  EXPECT_EQ(said("{defaults: {resolve_after: 1h}, rules: [{alert: A, match: X, severity: "
                 "'{{severity}}'}]}"),
            "r.yaml:1:49: error: rule \"A\" has no end: the default resolve_after is not for rules "
            "with a severity template: " +
                add + " to the rule\n");
  EXPECT_EQ(said("{defaults: {resolve_after: 1h, severity: critical}, rules: [{alert: A, match: X, "
                 "until: Y}]}"),
            "");
}

TEST(Compile, TheDefaultEndGoesToRulesWithoutTheirOwn) {
  const auto set = loaded(
      "{defaults: {resolve_after: 1h, severity: minor, by: source}, rules: [{alert: A, match: X}, "
      "{alert: B, match: X, resolve_after: 2h},"
      " {alert: C, match: X, severity: critical, until: Y}]}");
  EXPECT_EQ(set.rules[0].resolve_after, 1h);
  EXPECT_EQ(set.rules[0].severity, model::Severity::minor);
  EXPECT_EQ(by_of(set.rules[0]), "source=source");
  EXPECT_EQ(set.rules[1].resolve_after, 2h);
  EXPECT_EQ(set.rules[2].resolve_after, std::nullopt);
}

TEST(Compile, IdentityIsTheSubjectUnlessSaidOtherwise) {
  const auto set = loaded(
      "rules: [{alert: A, match: X, until: Y}, {alert: B, match: X, until: Y, by: subject}]");
  EXPECT_EQ(by_of(set.rules[0]), "subject=subject");
  EXPECT_TRUE(set.rules[0].by_is_default);
  EXPECT_FALSE(set.rules[1].by_is_default);
}

TEST(Compile, SaysHowToNameALabel) {
  const auto by = [](const std::string& text) {
    return said("rules:\n- {alert: A, match: X, until: Y, by: " + text + "}\n");
  };
  EXPECT_EQ(by("[data.a, data.b.c, {d: data.d}]"), "");
  EXPECT_EQ(by("{a: data.x, b: data.y}"), "");
  EXPECT_EQ(
      by("data.9x"),
      "r.yaml:2:38: error: \"data.9x\" gives no label name: give one, as in {_9x: data.9x}\n");
  EXPECT_EQ(by("{a-b: data.x}"),
            "r.yaml:2:39: error: \"a-b\" is not a label name: use letters, digits and _, as in "
            "\"a_b\"\n");
  EXPECT_EQ(by("[data.a, data.b.a]"),
            "r.yaml:2:47: error: \"by\" has the label \"a\" twice: give one another name, as in "
            "{a_2: data.b.a}\n");
  EXPECT_EQ(by("severity"),
            "r.yaml:2:38: error: every alert has the label \"severity\": give another name, as in "
            "{event_severity: severity}\n");
  EXPECT_EQ(by("[]"),
            "r.yaml:2:38: error: \"by\" names nothing: leave it out for one alert per subject\n");
  EXPECT_EQ(by("[5]"), "r.yaml:2:39: error: \"by\" takes paths and {label: path}, not number 5\n");
}

TEST(Compile, RefusesPathsThatCannotBe) {
  const std::string list =
      "; paths are attributes (subject, type, …), data.…, content.…, metric.value and the names "
      "that extract and enrich make in this file, and those of the inventory\n";
  const auto by = [](const std::string& path) {
    return said("rules:\n- {alert: A, match: X, until: Y, by: {x: '" + path + "'}}\n");
  };
  for (const auto* path :
       {"subject", "data.a.b-c", "content.npu", "metric.value", "projectid", "data", "status"})
    EXPECT_EQ(by(path), "") << path;
  for (const auto* name : {"detailType", "detail_type"})
    EXPECT_NE(by(name).find("(did you mean \"type\"?"), std::string::npos) << by(name);
  EXPECT_EQ(by("detailtype"),
            "r.yaml:2:42: warning: \"detailtype\" is taken for an extension attribute of the event "
            "(did you mean \"type\"? EventBridge's own name for it is \"detail-type\", which "
            "\"pattern\" understands)\n");
  EXPECT_NE(by("resource_id").find("(did you mean \"subject\"?)"), std::string::npos);
  EXPECT_EQ(by("dat.a"),
            "r.yaml:2:42: error: there is no path \"dat.a\" (did you mean \"data\"?)" + list);
  EXPECT_EQ(by("Subject"),
            "r.yaml:2:42: error: there is no path \"Subject\" (did you mean \"subject\"?)" + list);
  EXPECT_EQ(by("metric.unit"), "r.yaml:2:42: error: there is no path \"metric.unit\"" + list);
  EXPECT_EQ(by("data..a"),
            "r.yaml:2:42: error: there is no path \"data..a\" (did you mean \"data\"?)" + list);
  EXPECT_EQ(by("subject.x"),
            "r.yaml:2:42: error: there is no path \"subject.x\": \"subject\" is a single value and "
            "has no members\n");
  EXPECT_EQ(said("rules: [{alert: A, match: {detail-type: X}, until: Y}]"),
            "r.yaml:1:28: error: there is no path \"detail-type\": that is EventBridge's name: "
            "write \"type\", or \"pattern\" for \"match\"" +
                list);
}

TEST(Compile, WarnsOfWordsThatAreAlmostKnown) {
  EXPECT_EQ(said("{extract: {code: {from: data, re: '(.)'}}, rules: [{alert: A, match: {subjct: a, "
                 "projectid: b, coed: c}, until: Y}]}"),
            "r.yaml:1:71: warning: \"subjct\" is taken for an extension attribute of the event "
            "(did you mean \"subject\"?)\n"
            "r.yaml:1:96: warning: \"coed\" is taken for an extension attribute of the event (did "
            "you mean \"code\"?)\n");
}

TEST(Compile, CopiesPatternsOfTheConsole) {
  const auto set = loaded(R"(
rules:
  - alert: Json
    pattern: '{"source": ["aws.ec2"], "detail-type": ["X"], "detail": {"state": ["a"]}, "resources": [{"prefix": "arn"}], "account": ["1"], "$or": [{"detail.x": [1]}, {"region": ["r"]}]}'
    until: Y
  - alert: Yaml
    pattern:
      detail-type: [X]
      detail: {state: [a]}
    until: Y
)");
  std::vector<std::string> paths;
  for (auto rule : set.rules) {
    for_each_field(rule.match.alternatives[0],
                   [&](const FieldTest& field) { paths.push_back(field.path); });
  }
  EXPECT_EQ(paths, (std::vector<std::string>{"source", "type", "data.state", "subject", "account",
                                             "data.x", "region", "type", "data.state"}));
}

TEST(Compile, TellsWhereAPatternOfTheConsoleIsWrong) {
  EXPECT_EQ(said("rules:\n  - alert: A\n    pattern: |\n      {\"source\": [\"a\"],\n       "
                 "\"detail\": \"x\"}\n    until: Y\n"),
            "r.yaml:3:14: error: line 2, column 12 of the pattern: \"detail\" must be an object or "
            "an array, not string \"x\"\n");
  EXPECT_EQ(said("rules: [{alert: A, pattern: '{\"source\" [1]}', until: Y}]"),
            "r.yaml:1:29: error: line 1, column 11 of the pattern: not valid JSON: \":\" is needed "
            "after a member name\n");
  EXPECT_EQ(said("rules: [{alert: A, pattern: '{\"a.b\": [1]}', until: Y}]").substr(0, 50),
            "r.yaml:1:29: error: there is no path \"a.b\"; paths ");
  EXPECT_EQ(
      said("rules: [{alert: A, match: X, pattern: '{\"source\": [1]}', until: Y}]"),
      "r.yaml:1:39: error: rule \"A\" has both \"match\" and \"pattern\": keep one of them\n");
  EXPECT_EQ(
      said("rules: [{alert: A, until: Y}]"),
      "r.yaml:1:17: error: rule \"A\" says not what it matches: add \"match\" (or \"pattern\")\n");
  EXPECT_EQ(said("rules: [{alert: A, pattern: [a], until: Y}]"),
            "r.yaml:1:29: error: \"pattern\" must be an EventBridge pattern: a mapping, or JSON "
            "text, not a list\n");
}

TEST(Compile, ARuleThatNamesStatusTakesItLiterally) {
  const auto set = loaded(
      "rules: [{alert: A, match: {status: resolved}, until: Y}, {alert: B, match: {data.status: "
      "x}, until: {status: x}}]");
  EXPECT_TRUE(set.rules[0].names_status);
  EXPECT_FALSE(set.rules[1].names_status);
}

TEST(Compile, ChecksWhatTextsName) {
  const auto rule = [](const std::string& text) {
    return said("rules:\n- {alert: A, match: X, until: Y, by: [subject, {npu: content.npu}], " +
                text + "}\n");
  };
  EXPECT_EQ(rule("labels: {team: '{{npu}} ops'}, summary: '{{team}} {{alertname}} {{severity}} "
                 "{{startsAt}} {{count}} {{#data.x}}{{data.x}}{{/data.x}}'"),
            "");
  EXPECT_EQ(rule("summary: '{{stage}}'"),
            "r.yaml:2:78: error: \"summary\" names the stage, but rule \"A\" has no \"stage\"\n");
  EXPECT_EQ(rule("stage: '{{type}}', summary: '{{stage}}'"), "");
  EXPECT_EQ(rule("summary: '{{Npu}}'").substr(0, 75),
            "r.yaml:2:78: error: there is no path \"Npu\" (did you mean \"npu\"?); paths are");
  EXPECT_EQ(rule("summary: '{{nup}}'"),
            "r.yaml:2:78: warning: \"nup\" is taken for an extension attribute of the event (did "
            "you mean \"npu\"?)\n");
  EXPECT_EQ(
      rule("summary: '{{subject'"),
      "r.yaml:2:78: error: \"summary\": the tag at byte 1 is not closed: \"}}\" is missing\n");
  EXPECT_EQ(rule("summary: 007"),
            "r.yaml:2:78: error: \"summary\": YAML reads 007 as a number: quote it: \"007\"\n");
  EXPECT_EQ(rule("severity: majr"),
            "r.yaml:2:79: error: \"majr\" is not a severity (did you mean \"major\"?): critical, "
            "major, minor, warning, info or a template\n");
}

TEST(Compile, LabelsAreMadeOfWhatIsFixed) {
  const auto rule = [](const std::string& text) {
    return said(
        "rules:\n- {alert: A, match: X, until: Y, by: [subject, {npu: content.npu}], labels: {" +
        text + "}}\n");
  };
  EXPECT_EQ(rule("team: ops, tier: 5, on: true"), "");
  EXPECT_EQ(rule("a: '{{type}}'"),
            "r.yaml:2:81: error: label \"a\" cannot use \"type\": labels are fixed when the alert "
            "fires, so they are made of \"by\" and enrichment names only (subject, npu, server)\n");
  EXPECT_EQ(rule("npu: x"),
            "r.yaml:2:78: error: \"npu\" is a label from \"by\" already: choose another name\n");
  EXPECT_EQ(rule("severity: x"),
            "r.yaml:2:78: error: every alert has the label \"severity\": choose another name\n");
  EXPECT_EQ(rule("a-b: x"),
            "r.yaml:2:78: error: \"a-b\" is not a label name: use letters, digits and _, as in "
            "\"a_b\"\n");
  EXPECT_EQ(rule("a: 0x1F"),
            "r.yaml:2:81: error: \"a\": YAML reads 0x1F as a number: quote it: \"0x1F\"\n");
}

TEST(Compile, ASeverityTemplateFallsBackToTheDefault) {
  const auto set = loaded(
      "{defaults: {severity: minor}, rules: [{alert: A, match: X, until: Y, severity: "
      "'{{severity}}'}]}");
  EXPECT_EQ(set.rules[0].severity, model::Severity::minor);
  EXPECT_EQ(set.rules[0].severity_template->text(), "{{severity}}");
  EXPECT_EQ(set.rules[0].names.at("severity"), "severity");
}

TEST(Compile, NamesEveryDuplicateAlertWithBothPlaces) {
  const TextRules rules{{{"a.yaml", "rules: [{alert: A, match: X, until: Y}]"},
                         {"b.yaml", "rules:\n  - {alert: A, match: X, until: Y}\n"}},
                        {}};
  EXPECT_EQ(rules.said(),
            "b.yaml:2:13: error: duplicate alert name \"A\" (first at a.yaml:1:17)\n");
}

TEST(Compile, RefusesWrongShapes) {
  EXPECT_EQ(said("- a\n"),
            "r.yaml:1:1: error: a rule file is a mapping with \"rules\", not a list\n");
  EXPECT_EQ(said("rulez: []\n"),
            "r.yaml:1:1: error: unknown key \"rulez\" in a rule file (did you mean \"rules\"?)\n");
  EXPECT_EQ(said("rules: {}\n"),
            "r.yaml:1:8: error: \"rules\" must be a list of rules, not a mapping\n");
  EXPECT_EQ(said("rules: [A]\n"),
            "r.yaml:1:9: error: \"rules\" must be a list of rules, each a mapping with \"alert\" "
            "and \"match\", not string \"A\"\n");
  EXPECT_EQ(said("rules: [{alert: 5, match: X, until: Y}]\n"),
            "r.yaml:1:17: error: \"alert\" must be a string (quote it: \"5\"), not number 5\n");
  EXPECT_EQ(said("rules: [{alert: '', match: X, until: Y}]\n"),
            "r.yaml:1:17: error: \"alert\" must be a name of 1 to 128 bytes without control "
            "characters\n");
  EXPECT_EQ(
      said("rules: [{alert: A, match: X, resolve_after: 0}]\n"),
      "r.yaml:1:45: error: \"resolve_after\" must be a duration from 1s to 3650d, not number 0\n");
  EXPECT_EQ(said("rules: [{alert: A, match: X, until: Y, enabled: yes}]\n"),
            "r.yaml:1:49: error: \"enabled\" must be true or false, not string \"yes\"\n");
  EXPECT_EQ(said("defaults: {severity: '{{type}}', by: [x-y], lateness: 2m}\n"),
            "r.yaml:1:22: error: \"{{type}}\" is not a severity that can be a default: critical, "
            "major, minor, warning or info\n"
            "r.yaml:1:39: error: \"x-y\" gives no label name: give one, as in {x_y: x-y}\n"
            "r.yaml:1:45: error: \"lateness\" is not available in this version (defaults)\n");
  EXPECT_EQ(said(""), "");
}

TEST(Compile, ReadsJsonFiles) {
  const TextRules good{
      {{"r.json", R"({"rules": [{"alert": "A", "match": {"data.n": 1e5}, "until": "Y"}]})"}}, {}};
  EXPECT_EQ(good.said(), "");
  const TextRules twice{
      {{"r.json", R"({"rules": [{"alert": "A", "match": "X", "until": "Y", "until": "Z"}]})"}}, {}};
  EXPECT_EQ(twice.said(), "r.json:1:55: error: duplicate key \"until\" (first at 1:41)\n");
}

TEST(Compile, SaysTheSameOfTheSameTextEveryTime) {
  const std::string text =
      "{extract: {c: {from: data, re: '(.)'}, b: {from: data, re: '(.)'}}, rules: [{alert: B, "
      "match: {c: x}, until: Y}, {alert: A, match: X, until: Y}]}";
  const auto one = loaded(text), two = loaded(text);
  EXPECT_EQ(one.hash, two.hash);
  EXPECT_EQ(one.text, two.text);
  EXPECT_EQ(one.rules[0].alert, "B");
  EXPECT_EQ(one.rules[0].match.alternatives[0].fields[0].path, "#0.c");
}

}  // namespace
}  // namespace alarum::rules
