#include "config/config.h"
#include "config/recognize.h"

#include <gtest/gtest.h>

#include "config/auth.h"
#include "tests/config/parse.h"

namespace alarum::config::config_test {
namespace {

using namespace std::chrono_literals;

std::string said(const std::string& text) {
  Diagnostics out;
  const auto config = parse(text, "c.yaml", out);
  return config.has_value() == out.ok() ? out.text()
                                        : "parse and its diagnostics disagree\n" + out.text();
}

Config read(const std::string& text, const std::string& path = "c.yaml") {
  Diagnostics out;
  auto config = parse(text, path, out);
  EXPECT_TRUE(config) << out.text();
  return config.value_or(Config{});
}

TEST(Config, NothingSaidIsLoopbackShippedRulesAndTheConsole) {
  const Config config = read("");
  EXPECT_EQ(config.listen.text(), "127.0.0.1:9797");
  EXPECT_TRUE(config.listen.is_loopback());
  EXPECT_EQ(config.rules, std::nullopt);
  EXPECT_EQ(config.data, "var");
  EXPECT_EQ(config.receiver().name, "console");
  ASSERT_EQ(config.receiver().integrations.size(), 1U);
  EXPECT_EQ(config.receiver().integrations[0].kind, "console");
  EXPECT_EQ(config.journal.retention, 24h * 7);
  EXPECT_EQ(config.journal.max_size, 10ULL << 30);
  EXPECT_EQ(config.dedup.max, 4000000U);
  EXPECT_EQ(Config{}.data, "./var");
}

TEST(Config, ReadsEverything) {
  const auto config = read(R"(
listen: "[::1]:0"
external_url: https://alarum.example.org/x/
data: /var/lib/alarum
rules: [rules/, ../site.yaml, /abs/r.yaml]
limits: {body: 64MiB, event: 2MiB, header: 4096, depth: 64, connections: 1k, header_timeout: 5s, body_timeout: 1m, idle_timeout: 2m, engine_lag: 5m}
journal: {keep: matched, retention: 30d, max_size: 100GiB, segment_size: 128MiB}
dedup: {window: 1h, max: 1M}
ces: {strict: true}
log: {level: debug, format: json}
route: {receiver: oncall}
receivers:
  - name: oncall
    webhook_configs:
      - {url: "https://hooks.example.org/x?token=y", send_resolved: false, max_alerts: 5, timeout: 3s, retry: {max_age: 1h}}
      - {url: "http://127.0.0.1:1/", http_config: {bearer_token: abc, follow_redirects: false}}
    console_configs: [{send_resolved: false}]
)",
                           "etc/c.yaml");
  EXPECT_EQ(config.listen.host, "::1");
  EXPECT_EQ(config.listen.port, 0);
  EXPECT_EQ(config.external_url, "https://alarum.example.org/x");
  EXPECT_EQ(config.data, "/var/lib/alarum");
  EXPECT_EQ(config.rules, (std::vector<std::string>{"etc/rules/", "site.yaml", "/abs/r.yaml"}));
  EXPECT_EQ(config.limits.body, 64U << 20);
  EXPECT_EQ(config.limits.connections, 1000U);
  EXPECT_EQ(config.limits.body_timeout, 1min);
  EXPECT_EQ(config.journal.keep, Journal::Keep::matched);
  EXPECT_EQ(config.journal.segment_size, 128U << 20);
  EXPECT_EQ(config.dedup.max, 1000000U);
  EXPECT_TRUE(config.ces.strict);
  EXPECT_EQ(config.log.level, log::Level::debug);
  EXPECT_EQ(config.log.format, log::Style::json);
  const auto& oncall = config.receiver();
  ASSERT_EQ(oncall.integrations.size(), 3U);
  EXPECT_EQ(oncall.integrations[0].url.reveal(), "https://hooks.example.org/x?token=y");
  EXPECT_FALSE(oncall.integrations[0].send_resolved);
  EXPECT_EQ(oncall.integrations[0].timeout, 3s);
  EXPECT_EQ(oncall.integrations[0].retry_max_age, 1h);
  EXPECT_TRUE(oncall.integrations[0].http.authorization.empty());
  EXPECT_EQ(oncall.integrations[1].http.authorization.reveal(), "Bearer abc");
  EXPECT_FALSE(oncall.integrations[2].send_resolved);
}

TEST(Config, TellsEveryFaultAtOnce) {
  EXPECT_EQ(
      said(
          "listen: nowhere\nexternal_url: ftp://x\nrules: 5\nlimits: {body: 12, depht: "
          "3}\njournal: {keep: some, max_size: 64MiB, retention: soon}\n"
          "log: {level: loud}\nroute: {receiver: oncal}\nreceivers: [{name: oncall}]\nlimit: {}\n"),
      "c.yaml:1:9: error: \"nowhere\" is not an address to listen on: write host:port, such as "
      "127.0.0.1:9797, [::1]:9797 or 0.0.0.0:9797 (port 0 to 65535; the host in digits, or "
      "localhost)\n"
      "c.yaml:2:15: error: \"external_url\" must be an http:// or https:// URL with a host and no "
      "query, not string \"ftp://x\"\n"
      "c.yaml:3:8: error: \"rules\" must be a string (quote it: \"5\"), not number 5\n"
      "c.yaml:4:16: error: \"body\" must be a size from 1KiB to 1GiB, not number 12\n"
      "c.yaml:4:20: error: unknown key \"depht\" in limits (did you mean \"depth\"?)\n"
      "c.yaml:5:17: error: \"keep\" must be one of all, matched, not string \"some\"\n"
      "c.yaml:5:33: error: \"max_size\" must hold at least two segments of 64MiB\n"
      "c.yaml:5:51: error: \"retention\" must be a duration such as 30s, 10m or 24h, not string "
      "\"soon\"\n"
      "c.yaml:6:14: error: \"level\" must be one of debug, info, warn, error, not string \"loud\"\n"
      "c.yaml:7:19: error: there is no receiver \"oncal\" (did you mean \"oncall\"?)\n"
      "c.yaml:9:1: error: unknown key \"limit\" in the config (did you mean \"limits\"?)\n");
}

TEST(Config, RefusesWhatThisVersionDoesNotHave) {
  EXPECT_EQ(
      said("timezone: UTC\nlateness: 1h\n\n\nsources: []\ntracing: {}\n"
           "route: {receiver: a}\ninhibit_rules: [{sources: []}]\nreceivers: [{name: a, "
           "wechat_configs: []}]\n"),
      "c.yaml:1:1: error: \"timezone\" is not available in this version (the config)\n"
      "c.yaml:2:1: error: \"lateness\" is not available in this version (the config)\n"
      "c.yaml:6:1: error: \"tracing\" is not available in this version (the config)\n"
      "c.yaml:8:17: error: an inhibit rule without \"source_matchers\" would fit every alert\n"
      "c.yaml:8:18: error: \"sources\" is not available in this version (inhibit_rules)\n"
      "c.yaml:9:23: error: \"wechat_configs\" is not available in this version (receiver "
      "\"a\")\n");
}

TEST(Config, SelfMonitoringNamesAReceiver) {
  const std::string receivers = "route: {receiver: ops}\nreceivers: [{name: ops}, {name: watch}]\n";
  EXPECT_EQ(read(receivers + "self_monitoring: watch").self_monitoring, "watch");
  EXPECT_EQ(said(receivers + "self_monitoring: watch"), "")
      << "a receiver that it alone names is used";
  EXPECT_NE(said(receivers + "self_monitoring: wacht")
                .find("c.yaml:3:18: error: \"self_monitoring\" names \"wacht\", and there is no "
                      "receiver of that name (did you mean \"watch\"?)"),
            std::string::npos)
      << said(receivers + "self_monitoring: wacht");
}

TEST(Config, BeyondLoopbackNeedsAWord) {
  EXPECT_EQ(said("listen: 0.0.0.0:9797\n"),
            "c.yaml:1:9: error: 0.0.0.0:9797 can be reached from other machines, and auth has no "
            "\"ingest\": say who is allowed to send events (docs/auth.md), listen on "
            "127.0.0.1 (or [::1]), or write \"insecure: true\" if you trust everybody who can "
            "reach it\n");
  EXPECT_EQ(said("listen: 0.0.0.0:9797\ninsecure: true\n"), "");
  EXPECT_EQ(said("listen: 127.9.9.9:1\n"), "");
  EXPECT_EQ(check_exposure({"::", 1}, false, Auth{}).error().reason, "exposed");
  EXPECT_TRUE(check_exposure({"localhost", 1}, false, Auth{}));
}

TEST(Config, RefusesWrongShapes) {
  EXPECT_EQ(said("[a]"), "c.yaml:1:1: error: the config is a mapping, not a list\n");
  EXPECT_EQ(said("limits: 5\nreceivers: {}\nroute: x\nrules: ['']\n"),
            "c.yaml:1:9: error: \"limits\" must be a mapping, not number 5\n"
            "c.yaml:2:12: error: \"receivers\" must be a list of receivers, not a mapping\n"
            "c.yaml:3:8: error: \"route\" must be a mapping with \"receiver\", not string \"x\"\n"
            "c.yaml:4:9: error: \"rules\" is empty: write a path\n");
  EXPECT_EQ(said("receivers: [{name: a}, {name: a}, {}]\n"),
            "c.yaml:1:31: error: a second receiver \"a\"\n"
            "c.yaml:1:35: error: a receiver without a \"name\"\n");
  EXPECT_EQ(said("limits: {body: 4KiB, event: 8KiB}"),
            "c.yaml:1:29: error: \"event\" must not be more than \"body\" (4KiB)\n");
}

TEST(Config, APortThatIsNoneIsRefusedWhereverAUrlStands) {
  const auto receiver = [](const std::string& entry) {
    return said("route: {receiver: a}\nreceivers: [{name: a, " + entry + "}]\n");
  };
  EXPECT_EQ(receiver("webhook_configs: [{url: 'http://h:65535/x'}, {url: 'http://[::1]:1'}, {url: "
                     "'http://[::1]/'}, {url: 'http://h:/'}]"),
            "");
  for (const auto* port : {"65536", "99999", "0", "80a", "99999999999"}) {
    EXPECT_NE(receiver(fmt::format("webhook_configs: [{{url: 'http://h:{}/x'}}]", port))
                  .find("error: \"url\" has a port that is none: ports go from 1 to 65535"),
              std::string::npos)
        << port;
  }
  EXPECT_NE(receiver("email_configs: [{to: a@b.c, from: a@b.c, smarthost: 'mail:99999'}]")
                .find("\"smarthost\" has a port that is none"),
            std::string::npos);
  EXPECT_NE(
      receiver("webhook_configs: [{url: 'http://h', http_config: {proxy_url: 'http://p:70000'}}]")
          .find("\"proxy_url\" has a port that is none"),
      std::string::npos);
  EXPECT_NE(said("external_url: http://h:70000").find("\"external_url\" has a port that is none"),
            std::string::npos);
  EXPECT_NE(said("sources: [{sse: 'http://h:70000/s'}]").find("\"sse\" has a port that is none"),
            std::string::npos);
}

TEST(Config, TwoThingsAtOneAddressAreRefused) {
  EXPECT_EQ(said("sources: [{tcp: '127.0.0.1:5140'}, {udp: '127.0.0.1:5140'}, {tcp: '127.0.0.1:0', "
                 "name: a}, {tcp: '127.0.0.1:0', name: b}]"),
            "");
  EXPECT_EQ(
      said("sources: [{tcp: '127.0.0.1:5140', name: a}, {tcp: 'localhost:5140', name: b}]"),
      "c.yaml:1:45: error: source \"a\" is already at localhost:5140: give one of them another\n");
  EXPECT_EQ(said("sources: [{unix: /s, name: a}, {unix: /s, name: b}]"),
            "c.yaml:1:32: error: source \"a\" is already at /s: give one of them another\n");
  EXPECT_EQ(said("sources: [{tcp: '127.0.0.1:9797'}]"),
            "c.yaml:1:11: error: 127.0.0.1:9797 is where \"listen\" takes HTTP: give the source "
            "another port\n");
}

TEST(Recognize, AConfigIsKnownByItsKeys) {
  for (const auto* text :
       {"receivers: []\n", "# ours\nlisten: 127.0.0.1:1\nrules: [rules/]\n", "rules: [a.yaml]\n",
        "rules:\n  - rules/npu.yaml\n", "rules:\n# all\n- a\n", "global: {}\n",
        "\"route\": {receiver: a}", "{\"route\": {\"receiver\": \"a\"}}",
        "route: {receiver: \"a}\n", "data: x\nrules: []\n", "{rules: [a, b]}"}) {
    EXPECT_TRUE(looks_like_config(text)) << text;
  }
  for (const auto* text :
       {"", "# nothing\n", "rules: []\n", "rules:\n  - alert: A\n    match: {data: {a: 1}}\n",
        "rules: [{alert: A, match: x}]\n", "rules:\n- {alert: A}\n",
        "override: {A: {enabled: false}}\n", "{\"rules\": [{\"alert\": \"A\"}]}",
        "rules:\n  - &a {alert: A}\n", "rules:\n  - &a\n    alert: A\n", "rules: [&a {alert: A}]\n",
        "nonsense", "rules:\n  - alert: \"A\n", "defaults: {}\nroute: x\nrules:\n  - alert: A\n"}) {
    EXPECT_FALSE(looks_like_config(text)) << text;
  }
}

TEST(Config, AFileThatIsNotThereIsAFault) {
  Diagnostics out;
  EXPECT_FALSE(read_file("/nowhere/c.yaml", out));
  EXPECT_EQ(out.text(), "/nowhere/c.yaml: error: cannot be read: No such file or directory\n");
}

TEST(Address, ReadsHostAndPort) {
  const auto text = [](const std::string& t) {
    const auto address = parse_address(t);
    return address ? address->text() : address.error().reason;
  };
  for (const auto* good :
       {"127.0.0.1:9797", "[::1]:9797", "0.0.0.0:80", "localhost:0", "127.0.0.1:65535"})
    EXPECT_EQ(text(good), good);
  for (const auto* bad :
       {"", ":9797", "9797", "127.0.0.1", "::1:9797", "[::1]", "[x]:1", "host-1.example:9797",
        "10.0.0.300:1", "a b:1", "a:65536", "a:-1", "a:", "[]:1"})
    EXPECT_EQ(text(bad), "bad_address") << bad;
}

}  // namespace
}  // namespace alarum::config::config_test
