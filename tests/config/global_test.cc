#include "config/global.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "config/config.h"
#include "config/payload.h"
#include "tests/config/parse.h"

namespace alarum::config {
namespace {

struct Read {
  std::optional<Config> config;
  std::string said;
  const Integration& at(std::size_t receiver, std::size_t integration = 0) const {
    return config->receivers.at(receiver).integrations.at(integration);
  }
};

Read read_config(const std::string& yaml) {
  Diagnostics out;
  auto config = parse(yaml, "c.yaml", out);
  return {std::move(config), out.text()};
}

TEST(Global, HoldsTheDefaultsOfReceivers) {
  const auto got = read_config(R"(
global: {resolve_timeout: 5m, smtp_smarthost: "mail.example.org:587", smtp_from: am@x, smtp_auth_username: u, smtp_auth_password: p, smtp_require_tls: false,
  slack_api_url: "https://hooks.example.org/s", pagerduty_url: "https://pd.example.org", http_config: {proxy_url: "http://proxy:1"}, opsgenie_api_url: https://x, smtp_hello: h}
route: {receiver: a, group_by: [alertname]}
receivers:
- name: a
  email_configs: [{to: ops@x}, {to: ops@x, from: own@x, smarthost: "own:465", require_tls: true}]
  slack_configs: [{channel: "#ops"}, {url: "https://own.example.org"}]
  pagerduty_configs: [{routing_key: k, http_config: {}}]
)");
  ASSERT_EQ(got.said, "");
  const auto& mail = *receivers::receiver_of(got.at(0, 3)).mail();
  EXPECT_EQ(got.at(0, 0).kind, "pagerduty");
  EXPECT_EQ(got.at(0, 0).url.reveal(), "https://pd.example.org");
  EXPECT_TRUE(got.at(0, 0).http.proxy_url.empty()) << "its own http_config stands for all of it";
  EXPECT_EQ(got.at(0, 1).url.reveal(), "https://hooks.example.org/s");
  EXPECT_EQ(got.at(0, 1).http.proxy_url.reveal(), "http://proxy:1");
  EXPECT_EQ(got.at(0, 2).url.reveal(), "https://own.example.org");
  EXPECT_EQ(got.at(0, 3).url.reveal(), "smtp://mail.example.org:587");
  EXPECT_EQ(mail.from + " " + mail.username + " " + mail.password.reveal(), "am@x u p");
  EXPECT_FALSE(mail.require_tls);
  EXPECT_EQ(receivers::receiver_of(got.at(0, 4)).mail()->from, "own@x");
  EXPECT_EQ(got.at(0, 4).url.reveal(), "smtps://own:465") << "TLS from the first byte at this port";
}

// A secret written out in the receiver, and its twin from a file in `global`, would be two.
TEST(Global, LeavesWhatAReceiverSaysInAnotherForm) {
  EXPECT_EQ(read_config("global: {smtp_smarthost: 'm:25', smtp_from: a@x, smtp_auth_password_file: "
                        "/nowhere}\nroute: {receiver: a, group_by: [x]}\n"
                        "receivers: [{name: a, email_configs: [{to: b@x, auth_password: p}]}]")
                .said,
            "");
}

TEST(Global, AFaultOfItIsSaidOnce) {
  EXPECT_EQ(
      read_config(
          "global: {slack_api_url: ftp://x, smtp_fron: a@x}\nroute: {receiver: a, group_by: "
          "[x]}\nreceivers: [{name: a, slack_configs: [{channel: a}, {channel: b}]}]")
          .said,
      "c.yaml:1:25: error: \"api_url\" must be an http:// or https:// URL with a host\n"
      "c.yaml:1:34: error: unknown key \"smtp_fron\" in global (did you mean \"smtp_from\"?)\n");
}

TEST(Global, IsBounded) {
  std::string text = "global: {http_config: {headers: {";
  for (int i = 0; i < 500; ++i) text += "k" + std::to_string(i) + ": x, ";
  text += "}}}\nroute: {receiver: r, group_by: [x]}\nreceivers:\n- name: r\n  webhook_configs:\n";
  for (int i = 0; i < 300; ++i) text += "  - {url: http://x}\n";
  EXPECT_TRUE(read_config(text).said.starts_with(
      "c.yaml:1:9: error: \"global\" written out for each receiver makes more than 100000 values"))
      << read_config(text).said.substr(0, 200);
}

TEST(Global, SaysWhatIsOtherwiseHere) {
  EXPECT_EQ(
      read_config("global: {resolve_timeout: 10m, smtp_auth_secret: s}\ntemplates: "
                  "[a.tmpl]\nroute: {receiver: a}\nreceivers: [{name: a}]")
          .said,
      "c.yaml:1:50: warning: \"smtp_auth_secret\" is not used by this version\n"
      "c.yaml:2:12: warning: files of Go templates are not read: Alarum's own texts are used, or "
      "what \"title\", \"text\" and \"payload\" of a receiver say, in Mustache (docs/delivery.md)\n"
      "c.yaml:3:8: warning: the route has no \"group_by\": Alertmanager puts all alerts into one "
      "group then, and here each is notified by itself; write group_by: [] for the one, "
      "group_by: ['...'] for the other\n");
  EXPECT_EQ(read_config("global: {resolve_timeout: 10m}\nroute: {receiver: a, group_by: "
                        "[]}\nreceivers: [{name: a}]")
                .config->resolve_timeout,
            std::chrono::minutes(10));
  EXPECT_NE(read_config("global: {resolve_timeout: 0s}\nroute: {receiver: a, group_by: "
                        "[]}\nreceivers: [{name: a}]")
                .said.find("resolve_timeout"),
            std::string::npos);
  EXPECT_EQ(
      read_config("global: {}\nroute: {receiver: a, group_by: []}\nreceivers: [{name: a}]").said,
      "");
  EXPECT_EQ(read_config("route: {receiver: a}\nreceivers: [{name: a}]").said, "")
      << "a config of ours";
}

TEST(Global, NullIsNoneWhereAlertmanagerReadsIt) {
  EXPECT_EQ(read_config("global:\ntemplates:\ninhibit_rules:\ntime_intervals:\nmute_time_intervals:"
                        "\nroute: {receiver: a, group_by: , group_wait: , routes: [{receiver: a, "
                        "match: , matchers: , routes: }], continue: }\n"
                        "receivers: [{name: a, webhook_configs: , slack_configs: [{api_url: "
                        "http://x, channel: , http_config: }]}]")
                .said,
            "");
  EXPECT_EQ(
      read_config(
          "inhibit_rules: [{source_matchers: [a=b], target_matchers: [c=d], equal: , target_match: "
          "}]\ntime_intervals: [{name: n, time_intervals: [{weekdays: , months: [may]}]}]")
          .said,
      "");
}

// Where null would open a door or empty a list of ours, it is a fault.
TEST(Global, NullIsAFaultElsewhere) {
  for (const auto* key : {"auth", "rules", "listen", "route", "sources", "limits"})
    EXPECT_NE(read_config(std::string(key) + ":\n").said.find("error"), std::string::npos) << key;
  EXPECT_NE(read_config("route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: }]}]")
                .said.find("\"url\" must be a string"),
            std::string::npos);
  for (const auto* text :
       {"global: {smtp_fron: }", "route: {receiver: console, mathcers: }",
        "receivers: [{name: a, webhok_configs: }]",
        "receivers: [{name: a, slack_configs: [{api_url: http://x, chanel: }]}]"})
    EXPECT_NE(read_config(text).said.find("unknown key"), std::string::npos) << text;
}

TEST(Global, MergeKeysGoThroughRoutes) {
  const auto got = read_config(
      "route: {receiver: a, routes: [{<<: &w {group_wait: 10s, receiver: a}, match: {a: b}}, {<<: "
      "*w, group_wait: 1m}]}\nreceivers: [{name: a}]");
  ASSERT_EQ(got.said, "");
  EXPECT_EQ(got.config->routing.root.routes.at(0).group_wait, std::chrono::seconds(10));
  EXPECT_EQ(got.config->routing.root.routes.at(1).group_wait, std::chrono::minutes(1));
  EXPECT_EQ(got.config->routing.root.routes.at(1).receiver, "a");
}

TEST(Global, AMissingKeyIsCalledAsItsReceiverCallsIt) {
  const auto said = [](const std::string& list) {
    return read_config("route: {receiver: a}\nreceivers: [{name: a, " + list + "}]").said;
  };
  EXPECT_NE(said("email_configs: [{to: a@x, from: b@x}]").find("has no \"smarthost\" (or \"url\")"),
            std::string::npos);
  EXPECT_NE(said("slack_configs: [{channel: a}]").find("has no \"api_url\" (or \"api_url_file\")"),
            std::string::npos);
  EXPECT_NE(said("msteamsv2_configs: [{title: a}]").find("has no \"webhook_url\""),
            std::string::npos);
}

TEST(GoTemplate, IsToldFromOurs) {
  for (const auto* text :
       {"{{ .Status }}", "{{.CommonLabels.x}}", "{{- x -}}",
        "a {{ if eq .Status \"firing\" }}b{{ end }}", "{{ template \"x\" . }}", "{{ len .Alerts }}",
        "{{ $x }}", "{{ a | toUpper }}", "{{/* c */}}", "{{else}}", "{{ range .Alerts }}"})
    EXPECT_TRUE(is_go_template(text)) << text;
  for (const auto* text : {"", "a", "{{title}}", "{{ text }}", "{{#end_reason}}a{{/end_reason}}",
                           "{{^is_firing}}x{{/is_firing}}", "{{labels.if}}", "{{{summary}}}",
                           "{{! a | b }} | {{title}}"})
    EXPECT_EQ(is_go_template(text), std::string(text).starts_with("{{! ")) << text;
}

// One message for a text of theirs, not one for each of its tags; and none is sent unchanged.
TEST(GoTemplate, IsRefusedOnceForEachText) {
  const auto said = [](const std::string& entry) {
    return read_config(
               "route: {receiver: a}\nreceivers: [{name: a, slack_configs: [{api_url: http://x, " +
               entry + "}]}]")
        .said;
  };
  const auto text = said(
      "title: '{{- if .CommonAnnotations.summary -}}x{{- else -}}{{- with index .Alerts 0 -}}y{{- "
      "end -}}{{- end -}}'");
  EXPECT_TRUE(text.starts_with("c.yaml:2:66: error: \"title\" is a Go template")) << text;
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  EXPECT_NE(said("channel: '{{ .CommonLabels.x }}'").find("\"channel\" is sent unchanged"),
            std::string::npos);
  EXPECT_NE(read_config("route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: "
                        "'http://x/{{.Status}}'}]}]")
                .said.find("takes no template"),
            std::string::npos);
}

}  // namespace
}  // namespace alarum::config
