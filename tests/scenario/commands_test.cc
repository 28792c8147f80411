#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/deprecation.h"
#include "cli/check_command.h"
#include "cli/test_command.h"
#include "config/routing.h"

namespace alarum::cli::commands_test {
namespace {

namespace fs = std::filesystem;

constexpr auto kRule = "rules:\n  - {alert: A, match: fault, until: mended}\n";

constexpr auto kTests = R"(rules: [r.yaml]
tests:
  - name: fires
    events: [{at: 0m, type: fault, subject: s1}, {at: 1m, type: mended, subject: s1}]
    expect:
      - {at: 0m, alert: A, state: firing, subject: s1}
      - {at: 1m, alert: A, state: resolved, reason: recovered}
  - name: "wrong <&> expectation"
    events: [{at: 0m, type: fault, subject: s1}, {at: 1m, type: mended, subject: s1}]
    expect:
      - {at: 0m, alert: A, state: firing, subject: s2}
      - {at: 1m, alert: A, state: resolved, reason: recovered}
)";

class Commands : public testing::Test {
 protected:
  void SetUp() override {
    auto name = (fs::temp_directory_path() / "alarum-commands-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) const {
    const auto path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }
  static std::string slurp(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  int check(const std::string& config, const std::vector<std::string>& paths, bool json = false) {
    return check_command({.config = config, .paths = paths, .json = json}, out_, err_);
  }
  // Of one check alone.
  std::string said(const CheckOptions& options, int code) {
    std::ostringstream out, err;
    EXPECT_EQ(check_command(options, out, err), code) << out.str() << err.str();
    return out.str() + err.str();
  }
  int test(const std::string& regex = "", const std::string& junit = "") {
    return test_command({.paths = {folder_.string()}, .run = regex, .junit = junit}, out_, err_);
  }

  fs::path folder_;
  std::ostringstream out_, err_;
};

// What check says of a config that has none (docs/routing.md "Without a route").
const auto kNoRoute = config::default_routing_text(config::console_routing()) + '\n';

TEST_F(Commands, CheckCountsWhatIsThere) {
  file("r.yaml", "tables: {t: {file: t.csv, key: k}}\n" + std::string(kRule));
  file("t.csv", "k,v\n1,2\n");
  EXPECT_EQ(check("", {folder_.string()}), 0);
  EXPECT_EQ(out_.str(), "1 file, 1 rule, 1 table: no faults\n");
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Commands, CheckTellsTheFaultsOfConfigAndRulesTogether) {
  const auto config = file("conf/c.yaml", "nonsense: 1\n");
  const auto rules = file("r.yaml", "rules:\n  - {alert: A, match: fault}\n");
  EXPECT_EQ(check(config, {rules}), 1);
  EXPECT_EQ(out_.str(), "");
  EXPECT_NE(err_.str().find(config + ":1:1: error: "), std::string::npos) << err_.str();
  EXPECT_NE(err_.str().find(rules + ":2:13: error: rule \"A\" has no end"), std::string::npos)
      << err_.str();
}

TEST_F(Commands, CheckTakesTheRulesThatTheConfigNames) {
  file("r.yaml", kRule);
  EXPECT_EQ(check(file("conf/c.yaml", "rules: [../r.yaml]\n"), {}), 0) << err_.str();
  EXPECT_EQ(out_.str(), (folder_ / "conf/c.yaml").string() +
                            ", 1 file, 1 rule, 0 tables: no faults\n" + kNoRoute);
}

TEST_F(Commands, CheckKnowsAConfigAmongRules) {
  const auto rules = file("rules/r.yaml", kRule);
  const auto config = file("alarum.yaml", "rules: [rules]\n");
  EXPECT_EQ(said({.paths = {config}}, 0),
            config + ", 1 file, 1 rule, 0 tables: no faults\n" + kNoRoute);
  const auto broken = file("rules/broken.yaml", "rules: [{alert: B, match: b}]\n");
  EXPECT_NE(said({.paths = {config}}, 1).find("broken.yaml:1:17: error: rule \"B\" has no end"),
            std::string::npos);
  EXPECT_NE(said({.paths = {rules, config}}, 0).find(config + ", 1 file, 1 rule"),
            std::string::npos);
  fs::remove(broken);
  EXPECT_EQ(
      said({.paths = {folder_.string()}}, 0),
      config + ", 1 file, 1 rule, 0 tables: no faults\n" + kNoRoute +
          "checked with the rules that were named, in place of those that the config names\n");
  const auto second = file("other.yaml", "receivers: []\n");
  EXPECT_NE(said({.paths = {config, second}}, 2)
                .find("which config? " + config + ", " + second + " are configs"),
            std::string::npos);
}

TEST_F(Commands, CheckJudgesWhomRulesNotify) {
  const auto rules = file(
      "rules/r.yaml", "rules:\n  - {alert: A, match: fault, until: mended, notify: [nosuch]}\n");
  const auto config = file("alarum.yaml",
                           "rules: [rules]\nroute: {receiver: oncall}\nreceivers: [{name: oncall, "
                           "console_configs: [{}]}]\n");
  EXPECT_NE(
      said({.paths = {config}}, 1)
          .find(
              rules +
              ":2:13: error: rule \"A\" notifies \"nosuch\", and the config has no such receiver"),
      std::string::npos);
  EXPECT_NE(said({.paths = {rules}}, 0)
                .find("warning: rule \"A\" notifies \"nosuch\"; whether there is such a receiver "
                      "was not checked"),
            std::string::npos);
}

TEST_F(Commands, CheckSaysWhichReceiversAreNotUsed) {
  file("rules/r.yaml", "rules:\n  - {alert: A, match: fault, until: mended, notify: [dba]}\n");
  const auto config =
      file("alarum.yaml",
           "rules: [rules]\nroute: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: "
           "'http://127.0.0.1', fallback: b}]}, {name: b, console_configs: [{}]}, {name: dba, "
           "console_configs: [{}]}, {name: c}]\n");
  EXPECT_EQ(
      said({.paths = {config}}, 0),
      config + ", 1 file, 1 rule, 0 tables: no errors, 1 warning\n" + config +
          ":3:153: warning: receiver \"c\" is not used: no route, no rule's \"notify\" and no "
          "\"fallback\" names it\n");
}

TEST_F(Commands, StrictMakesWarningsFaultsButNotDeprecations) {
  fs::create_directory(folder_ / "empty");
  EXPECT_NE(said({.paths = {(folder_ / "empty").string()}, .strict = true}, 1)
                .find("--strict: warnings count as errors"),
            std::string::npos);
  EXPECT_EQ(said({.paths = {file("r.yaml", kRule)}, .strict = true}, 0),
            "1 file, 1 rule, 0 tables: no faults\n");
  Diagnostics faults;
  deprecation(faults, {"r.yaml", 1, 1}, "\"hold\" is called \"keep_firing_for\" now");
  faults.warning({"r.yaml", 2, 1}, "strange");
  EXPECT_EQ(faults.text(),
            "r.yaml:1:1: warning: deprecated: \"hold\" is called \"keep_firing_for\" "
            "now\nr.yaml:2:1: warning: strange\n");
  EXPECT_TRUE(is_deprecation(faults.sorted()[0]));
  EXPECT_FALSE(is_deprecation(faults.sorted()[1]));
}

TEST_F(Commands, AnEmptyRuleFileIsAFaultAndAnEmptyListIsNone) {
  EXPECT_NE(said({.paths = {file("r.yaml", "# rules:\n#  - {alert: A}\n")}}, 1)
                .find("r.yaml:1:1: error: there is nothing in this rule file"),
            std::string::npos);
  EXPECT_NE(said({.paths = {file("r.yaml", "")}}, 1).find("there is nothing in this rule file"),
            std::string::npos);
  EXPECT_EQ(said({.paths = {file("r.yaml", "rules: []\n")}, .strict = true}, 0),
            "1 file, 0 rules, 0 tables: no faults\n");
  EXPECT_EQ(
      said({.paths = {file("c.yaml", "rules: []\nlisten: 127.0.0.1:0\n")}, .strict = true}, 0),
      (folder_ / "c.yaml").string() + ", 0 files, 0 rules, 0 tables: no faults\n" + kNoRoute);
  EXPECT_NE(said({.paths = {file("r.yaml", "defaults: {severity: minor}\n")}}, 0)
                .find("there are no rules: no event makes an alert"),
            std::string::npos);
}

TEST_F(Commands, CheckWritesFaultsAsJsonToStandardOutput) {
  EXPECT_EQ(check("", {file("good.yaml", kRule)}, true), 0);
  EXPECT_EQ(out_.str(), "[]\n");
  EXPECT_EQ(check("", {file("bad.yaml", "rules: 5\n")}, true), 1);
  EXPECT_NE(out_.str().find(R"("level": "error")"), std::string::npos) << out_.str();
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Commands, CheckShowsWarningsWithoutFailing) {
  EXPECT_EQ(check("", {folder_.string(), file("r.yaml", kRule)}), 0);
  EXPECT_EQ(out_.str(), "1 file, 1 rule, 0 tables: no faults\n");
  fs::create_directory(folder_ / "empty");
  EXPECT_EQ(check("", {(folder_ / "empty").string()}), 0);
  EXPECT_NE(out_.str().find("0 files, 0 rules, 0 tables: no errors, 2 warnings\n"),
            std::string::npos)
      << out_.str();
  EXPECT_NE(err_.str().find("warning: no rule files"), std::string::npos) << err_.str();
}

TEST_F(Commands, CheckOfNothingIsOfWhatServeRunsByItself) {
  EXPECT_EQ(check("", {}), 0) << err_.str();
  EXPECT_NE(out_.str().find(" tables: no faults\n"), std::string::npos) << out_.str();
}

TEST_F(Commands, TestShowsThePlaceAndTheDifferenceOfEachFailure) {
  file("r.yaml", kRule);
  const auto path = file("deep/er/../r.test.yaml", kTests);
  file("deep/r.yaml", kRule);
  EXPECT_EQ(test(), 1);
  const auto said = out_.str();
  EXPECT_NE(said.find("r.test.yaml:8:5: failed: wrong <&> expectation\n"), std::string::npos)
      << said;
  EXPECT_NE(
      said.find("    - at 0s: A firing subject=s2   (expected, line 11)\n    + at 0s: A firing"),
      std::string::npos)
      << said;
  EXPECT_TRUE(said.ends_with("2 tests in 1 file: 1 passed, 1 failed\n")) << said;
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Commands, TestRunsWhatTheExpressionChooses) {
  file("r.yaml", kRule);
  file("r.test.yaml", kTests);
  EXPECT_EQ(test("^fires$"), 0);
  EXPECT_EQ(out_.str(), "1 test in 1 file: all passed\n");
  EXPECT_EQ(test("nothing has this name"), 1);
  EXPECT_EQ(err_.str(), "no test has a name that fits\n");
  EXPECT_EQ(test("("), 2);
}

TEST_F(Commands, TestWithoutTestsFails) {
  file("r.yaml", kRule);
  EXPECT_EQ(test(), 1);
  EXPECT_NE(err_.str().find("no tests found"), std::string::npos);
  EXPECT_EQ(test_command({.paths = {(folder_ / "gone").string()}}, out_, err_), 1);
  EXPECT_NE(err_.str().find("gone: error: no such file or folder"), std::string::npos)
      << err_.str();
}

TEST_F(Commands, TestTellsWhatCannotRunAndRunsTheRest) {
  file("a/r.yaml", "rules: 5\n");
  file("a/r.test.yaml", kTests);
  file("b.test.yaml", "tests: 5\n");
  file("c/r.yaml", kRule);
  file("c/r.test.yaml", kTests);
  EXPECT_EQ(test("fires"), 1);
  EXPECT_EQ(out_.str(), "1 test in 1 file: all passed; 2 files could not run\n");
  EXPECT_NE(err_.str().find("r.yaml:1:8: error: \"rules\" must be a list"), std::string::npos)
      << err_.str();
  EXPECT_NE(err_.str().find("b.test.yaml:1:8: error: \"tests\" must be a list"), std::string::npos)
      << err_.str();
}

TEST_F(Commands, TestTellsWhatNoTestReachesAndWhichFaultsNoTestNotices) {
  file("r.yaml",
       "rules:\n  - {alert: A, match: [fault, failure], until: mended}\n  - {alert: B, match: "
       "other, resolve_after: 1h}\n");
  file("r.test.yaml", kTests);
  EXPECT_EQ(
      test_command({.paths = {folder_.string()}, .run = "fires", .coverage = true, .mutate = true},
                   out_, err_),
      3);
  const auto rules = (folder_ / "r.yaml").string();
  EXPECT_EQ(out_.str(), "1 test in 1 file: all passed\n" + rules +
                            ":2:23: not reached: A: match type \"failure\"\n" +           //
                            rules + ":3:13: not reached: B: match\n" +                    //
                            "1 of 2 rules reached, 3 of 5 alternatives\n" +               //
                            rules + ":3:5: survived: rules: B dropped\n" +                //
                            rules + ":2:31: survived: A: match: \"failure\" dropped\n" +  //
                            rules + ":3:45: survived: B: resolve_after 1h → 59m\n" +      //
                            "5 mutants: 3 survived\n");
  EXPECT_EQ(err_.str(), "");
  EXPECT_EQ(test_command({.paths = {folder_.string()}, .coverage = true}, out_, err_), 1)
      << "a test that fails comes first";
}

constexpr auto kPeople = R"(rules: [r.yaml]
tests:
  - name: three faults are one page
    events: [{at: 0s, type: fault, subject: s1}, {at: 30s, type: fault, subject: s1}, {at: 59s, type: fault, subject: s1}]
    expect_people: {at_least: 1, at_most: 1, first: {contains: [A, s1]}}
    variants: [{pace: 10}]
)";

TEST_F(Commands, TestShowsWhatOnePersonGets) {
  file("r.yaml",
       "rules: [{alert: A, match: fault, count: 3, within: 10m, by: subject, severity: major}]\n");
  file("r.test.yaml", kPeople);
  EXPECT_EQ(test_command({.paths = {folder_.string()}, .show_people = true}, out_, err_), 0)
      << out_.str() << err_.str();
  for (const auto* part :
       {"three faults are one page\n      person/console/0 gets 1 page, 0 updates (0 critical), 1 "
        "end, 0 reminders; 2 in 24 h\n",
        "three faults are one page (pace: 10)\n",
        ": page major: FIRING major A\n          A major ", "2 tests in 1 file: all passed\n"}) {
    EXPECT_NE(out_.str().find(part), std::string::npos) << part << '\n' << out_.str();
  }
}

TEST_F(Commands, MutationAsksWhatPeopleGetButNoVariants) {
  file("r.yaml",
       "rules: [{alert: A, match: fault, count: 3, within: 10m, by: subject, severity: major}]\n");
  file("r.test.yaml", kPeople);
  EXPECT_EQ(test_command({.paths = {folder_.string()}, .mutate = true}, out_, err_), 3);
  const auto said = out_.str();
  EXPECT_EQ(said.find("A dropped"), std::string::npos) << said;
  EXPECT_EQ(said.find("count 3 → 4"), std::string::npos) << said;
  EXPECT_NE(said.find("survived: A: within 10m → 9m"), std::string::npos)
      << "the variant alone would notice it\n"
      << said;
}

constexpr auto kServers =
    "inventory: {file: none.csv, keys: {host: subject}, labels: [server, rack]}\n"
    "rules: [{alert: A, match: fault, by: server, resolve_after: 1h, severity: major}]\n";

TEST_F(Commands, TestHasAnInventoryInPlaceOfTheRules) {
  file("r.yaml", kServers);
  file("mine.csv", "host,server,rack\ns1,bms-1,r17\n");
  file("r.test.yaml",
       "rules: [r.yaml]\ninventory: mine.csv\ntests:\n  - {name: t, events: [{at: 0m, type: fault, "
       "subject: s1}], expect_people: {at_most: 1, first: {contains: [bms-1, r17]}}}\n");
  EXPECT_EQ(test(), 0) << out_.str() << err_.str();
}

TEST_F(Commands, TestNamesAnInventoryOrAReceiverThatIsNotThere) {
  file("r.yaml", kServers);
  file("r.test.yaml",
       "rules: [r.yaml]\ninventory: gone.csv\ntests: [{name: t, events: [], expect_people: "
       "{receiver: nobody, at_most: 1}}]\n");
  EXPECT_EQ(test(), 1);
  EXPECT_NE(err_.str().find("cannot read the inventory " + (folder_ / "gone.csv").string()),
            std::string::npos)
      << err_.str();
  EXPECT_NE(err_.str().find("r.test.yaml:3:46: error: expect_people: there is no receiver "
                            "\"nobody\" without a \"config\""),
            std::string::npos)
      << err_.str();
}

TEST_F(Commands, NamesTheRulesOfFilesThatNoTestNames) {
  file("r.yaml", "rules: [{alert: A, match: fault, until: mended}]\n");
  file("a.test.yaml",
       "rules: [r.yaml]\ntests: [{name: t, events: [{at: 0m, type: fault, subject: s}, {at: 1m, "
       "type: mended, subject: s}], "
       "expect: [{at: 0m, alert: A, state: firing}, {at: 1m, alert: A, state: resolved}]}]\n");
  file("codes.yaml", "- {code: a}\n");
  file("s.yaml",
       "tables: {codes: {file: codes.yaml, key: code}}\nrules:\n  - {alert: B, match: other, "
       "resolve_after: 1h}\noverride:\n  A: {severity: info}\n");
  EXPECT_EQ(test_command({.paths = {folder_.string()}, .mutate = true}, out_, err_), 3);
  const auto other = (folder_ / "s.yaml").string();
  EXPECT_NE(out_.str().find(other + ":3:5: untested: B: no test file names s.yaml\n" + other +
                            ":5:3: untested: override of A: no test file names s.yaml\n"),
            std::string::npos)
      << out_.str();
  EXPECT_EQ(out_.str().find("codes.yaml"), std::string::npos) << out_.str();
  EXPECT_EQ(
      test_command({.paths = {(folder_ / "a.test.yaml").string()}, .coverage = true}, out_, err_),
      0)
      << "a file alone: only its own rules";
}

TEST_F(Commands, TestComparesRequestsWithTheReceiversOfTheConfigThatItNames) {
  file("alarum.yaml",
       "route: {receiver: oncall}\nreceivers: [{name: oncall, webhook_configs: [{url: "
       "'http://127.0.0.1:9/', send_resolved: false}]}]\n");
  file("r.yaml", kRule);
  file("r.test.yaml",
       "config: alarum.yaml\nrules: [r.yaml]\ntests:\n  - name: told once\n"
       "    events: [{at: 0m, type: fault, subject: s1}, {at: 1m, type: mended, subject: s1}]\n"
       "    expect: [{at: 0m, alert: A, state: firing}, {at: 1m, alert: A, state: resolved}]\n"
       "    expect_requests: [{at: 0m, to: oncall, body: {alerts: [{labels: {subject: s1}}]}}]\n");
  EXPECT_EQ(test(), 0) << out_.str() << err_.str();
}

TEST_F(Commands, TestWritesJunitThatHoldsEveryTest) {
  file("r.yaml", kRule);
  file("r.test.yaml", kTests);
  const auto report = folder_ / "report.xml";
  EXPECT_EQ(test("", report.string()), 1);
  const auto xml = slurp(report);
  EXPECT_NE(xml.find("tests=\"2\" failures=\"1\" errors=\"0\""), std::string::npos) << xml;
  EXPECT_NE(xml.find("name=\"fires\"/>"), std::string::npos) << xml;
  EXPECT_NE(xml.find("name=\"wrong &lt;&amp;&gt; expectation\">\n      <failure message="),
            std::string::npos)
      << xml;
  EXPECT_EQ(test("", (folder_ / "no/such/folder.xml").string()), 2);
}

TEST_F(Commands, TestOfARuleFileFindsTheTestsBesideIt) {
  file("r.yaml", kRule);
  file("r.test.yaml", kTests);
  file("other.yaml", "rules: []\n");
  const auto run = [&](const std::string& path) {
    std::ostringstream out, err;
    (void)test_command({.paths = {(folder_ / path).string()}, .run = "fires"}, out, err);
    return out.str() + err.str();
  };
  EXPECT_NE(run("r.yaml").find("1 test in 1 file: all passed"), std::string::npos) << run("r.yaml");
  EXPECT_NE(run("other.yaml").find("has no tests, and no *.test.yaml beside it names it"),
            std::string::npos)
      << run("other.yaml");
}

TEST_F(Commands, CheckNamesARuleFileOfPrometheus) {
  const auto path =
      file("p.yaml", "groups:\n- name: a\n  rules:\n  - {alert: Up, expr: up == 0, for: 5m}\n");
  const auto text = said({.paths = {path}}, 1);
  EXPECT_TRUE(text.starts_with(path + ":2:1: error: this is a rule file of Prometheus")) << text;
  EXPECT_EQ(text.find("unknown key"), std::string::npos) << text;
}

TEST_F(Commands, CheckNamesEveryTlsFileThatIsMissingWithItsPlace) {
  const auto config =
      file("c.yaml",
           "rules: []\nlisten: 127.0.0.1:1\n"
           "tls: {cert_file: a.pem, key_file: a.key}\n"
           "receivers:\n- name: x\n  webhook_configs: [{url: 'https://x', http_config: "
           "{tls_config: {ca_file: ca.pem}}}]\nroute: {receiver: x}\n");
  const auto text = said({.config = config}, 1);
  for (const auto* wanted : {":3:18: error: tls: cert_file: ", ":3:35: error: tls: key_file: ",
                             ":6:76: error: receiver x: webhook_configs: ca_file: "})
    EXPECT_NE(text.find(config + wanted), std::string::npos) << wanted << " in " << text;
}

}  // namespace
}  // namespace alarum::cli::commands_test
