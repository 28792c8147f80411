// What each kind of target is sent, held against the vendors' documents (../shared/reference/standards.md §5).
#include "deliver/notifier.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/node.h"
#include "config/config.h"
#include "deliver/address.h"
#include "deliver/attempt.h"
#include "deliver/card.h"
#include "deliver/console.h"
#include "tests/deliver/messages.h"

namespace alarum::deliver {
namespace {

using Json = nlohmann::json;
using model::AlertState;

// A receiver as the config has it: `webhook_configs: [{url: …}]`.
config::Integration how_of(const std::string& configs) {
  Diagnostics out;
  const auto config = config::parse("route: {receiver: a}\nreceivers:\n- name: a\n  " + configs + "\n", "c.yaml", out);
  EXPECT_TRUE(config) << out.text();
  return config ? config->receivers.at(0).integrations.at(0) : config::Integration{};
}

model::Content content_of(const std::string& configs, const model::Message& message = firing()) {
  const auto how = how_of(configs);
  const auto content = compose(message, {how, "http://bridge"});
  EXPECT_TRUE(content);
  return content.value_or(model::Content{});
}
Json body_of(const std::string& configs, const model::Message& message = firing()) { return Json::parse(content_of(configs, message).body); }

// Alertmanager's documentation, "webhook_config": the members and their forms.
TEST(Webhook, FiringHasTheBodyOfAlertmanagersVersion4) {
  const auto expected = R"({
    "version": "4", "groupKey": "NpuFault{npu=3}", "truncatedAlerts": 0, "status": "firing", "receiver": "ops",
    "groupLabels": {"alertname": "NpuFault", "npu": "3"},
    "commonLabels": {"alertname": "NpuFault", "npu": "3", "severity": "critical"},
    "commonAnnotations": {"summary": "NPU 3 is down"}, "externalURL": "http://bridge",
    "alerts": [{"status": "firing", "labels": {"alertname": "NpuFault", "npu": "3", "severity": "critical"},
      "annotations": {"summary": "NPU 3 is down"}, "startsAt": "1970-01-01T00:00:00Z", "endsAt": "0001-01-01T00:00:00Z",
      "generatorURL": "http://bridge/api/v1/history?alert=id3"}]})";
  auto body = body_of("webhook_configs: [{url: 'http://x'}]");
  EXPECT_EQ(body["alerts"][0]["fingerprint"].get<std::string>().size(), 16u);
  body["alerts"][0].erase("fingerprint");
  EXPECT_EQ(body, Json::parse(expected));
}

TEST(Webhook, ResolvedSaysHowAndWhen) {
  const auto body = body_of("webhook_configs: [{url: 'http://x'}]", resolved());
  EXPECT_EQ(body["status"], "resolved");
  EXPECT_EQ(body["alerts"][0]["endsAt"], "1970-01-01T00:01:00Z");
  EXPECT_EQ(body["alerts"][0]["annotations"]["resolved_reason"], "recovered");
}

TEST(Webhook, SharesOnlyWhatAllShareAndTellsWhatItLeftOut) {
  const model::Message message{"ops", "g", {}, {change_of(AlertState::resolved, "1"), change_of(AlertState::firing, "2")}};
  const auto body = body_of("webhook_configs: [{url: 'http://x', max_alerts: 1}]", message);
  EXPECT_EQ(body["status"], "firing");
  EXPECT_EQ(body["commonLabels"], (Json{{"alertname", "NpuFault"}, {"severity", "critical"}}));
  EXPECT_EQ(body["alerts"].size(), 1u);
  EXPECT_EQ(body["truncatedAlerts"], 1);
}

TEST(Webhook, ABodyOfItsOwnIsATreeThatNoValueBreaksOutOf) {
  auto message = firing();
  message.changes[0].alert.annotations["summary"] = "\"},\"evil\":{\"a\":\"\x01\xff";
  const auto body = body_of("webhook_configs: [{url: 'http://x', payload: {t: '{{summary}}', n: 5, l: ['{{labels.npu}}', true], a: {$each: {w: '{{where}}'}}}}]", message);
  EXPECT_EQ(body.size(), 4u);
  EXPECT_EQ(body["t"], "\"},\"evil\":{\"a\":\" \xEF\xBF\xBD");
  EXPECT_EQ(body["n"], 5);
  EXPECT_EQ(body["l"], Json::parse(R"(["3", true])"));
  EXPECT_EQ(body["a"], Json::parse(R"([{"w": "npu=3"}])"));
}

TEST(ResolveOn, LeavesOutEndsThatWereNotConfirmed) {
  auto message = resolved();
  message.changes[0].alert.reason = model::EndReason::timeout;
  const auto duty = how_of("pagerduty_configs: [{routing_key: k}]"), hook = how_of("webhook_configs: [{url: 'http://x'}]");
  EXPECT_FALSE(compose(message, {duty, ""}));
  EXPECT_TRUE(compose(message, {hook, ""}));
  EXPECT_TRUE(compose(resolved(), {duty, ""}));
  message.changes.push_back(change_of(AlertState::firing, "4"));
  EXPECT_EQ(Json::parse(compose(message, {duty, ""})->body)["event_action"], "trigger");
}

TEST(CloudEvents, InBothModes) {
  const auto structured = content_of("cloudevents_configs: [{url: 'http://x'}]");
  const auto event = Json::parse(structured.body);
  EXPECT_EQ(structured.headers, "Content-Type: application/cloudevents+json; charset=utf-8\n") << "npm's SDK refuses charset=UTF-8";
  EXPECT_EQ(event["specversion"], "1.0");
  EXPECT_EQ(event["type"], "alarum.alert.firing");
  EXPECT_EQ(event["source"], "http://bridge");
  EXPECT_EQ(event["data"]["alerts"].size(), 1u);
  auto message = firing();
  message.group_key = "Euro € 😀";
  const auto binary = content_of("cloudevents_configs: [{url: 'http://x', mode: binary}]", message);
  EXPECT_NE(binary.headers.find("ce-subject: Euro%20%E2%82%AC%20%F0%9F%98%80\n"), std::string::npos) << binary.headers;
  EXPECT_EQ(Json::parse(binary.body)["version"], "4");
}

TEST(Console, NamesAPostedAlertToo) {
  auto message = firing();
  EXPECT_NE(console_lines(message, false).find("critical  NpuFault  npu=3"), std::string::npos) << console_lines(message, false);
  message.changes[0].alert.rule.clear();
  EXPECT_NE(console_lines(message, false).find("critical  NpuFault  npu=3"), std::string::npos) << console_lines(message, false);
}

TEST(Webhook, AnyTextIsJson) {
  auto message = firing();
  message.changes[0].alert.annotations["summary"] = "\"\\\n\x01\x7f \xE5\x86\x8D \xFF";
  for (const char* config : {"webhook_configs: [{url: 'http://x/'}]",
                             "alertmanager_configs: [{url: 'http://am:9093/'}]"}) {
    const auto body = content_of(config, message).body;
    EXPECT_NE(body.find(R"("summary":"\"\\\n\u0001)"
                        "\x7f \xE5\x86\x8D \xEF\xBF\xBD\""),
              std::string::npos)
        << body;
    EXPECT_EQ(nlohmann::ordered_json::parse(body).dump(), body);
  }
}

TEST(Alertmanager, PostsAnArray) {
  const auto body = body_of("alertmanager_configs: [{url: 'http://am:9093/'}]", resolved());
  ASSERT_TRUE(body.is_array());
  EXPECT_EQ(body[0]["endsAt"], "1970-01-01T00:01:00Z");
  EXPECT_FALSE(body_of("alertmanager_configs: [{url: 'http://am:9093/'}]")[0].contains("endsAt"));
  model::Notification notification;
  notification.body = "[]";
  EXPECT_EQ(attempt_of(target_of("x", how_of("alertmanager_configs: [{url: 'http://am:9093/'}]")), notification, {}).url, "http://am:9093/api/v2/alerts");
}

TEST(PagerDuty, TriggersAndResolvesUnderOneKey) {
  const std::string configs = "pagerduty_configs: [{routing_key: 'k\"ey'}]";
  const auto trigger = body_of(configs), resolve = body_of(configs, resolved());
  EXPECT_EQ(trigger["event_action"], "trigger");
  EXPECT_EQ(trigger["payload"]["severity"], "critical");
  EXPECT_EQ(trigger["dedup_key"], resolve["dedup_key"]);
  EXPECT_EQ(resolve["event_action"], "resolve");
  EXPECT_FALSE(trigger.contains("routing_key")) << "a secret does not go into the outbox";
  model::Notification notification;
  notification.body = content_of(configs).body;
  EXPECT_EQ(Json::parse(attempt_of(target_of("x", how_of(configs)), notification, {}).body)["routing_key"], "k\"ey");
}

TEST(Chat, EachVendorsBody) {
  EXPECT_EQ(body_of("slack_configs: [{api_url: 'http://x', channel: '#ops'}]")["channel"], "#ops");
  const auto teams = body_of("teams_configs: [{url: 'http://x'}]");
  EXPECT_EQ(teams["attachments"][0]["contentType"], "application/vnd.microsoft.card.adaptive");
  EXPECT_EQ(teams["attachments"][0]["content"]["version"], "1.4");
  const auto ding = body_of("dingtalk_configs: [{url: 'http://x', at_mobiles: ['138']}]");
  EXPECT_EQ(ding["msgtype"], "markdown");
  EXPECT_NE(ding["markdown"]["text"].get<std::string>().find("@138"), std::string::npos);
  EXPECT_EQ(body_of("feishu_configs: [{url: 'http://x'}]")["card"]["header"]["template"], "red");
  EXPECT_EQ(body_of("wecom_configs: [{url: 'http://x'}]")["msgtype"], "markdown");
  EXPECT_EQ(body_of("smn_configs: [{url: 'http://x', project_id: p, topic_urn: t, access_key: a, secret_key: s}]")["subject"], "FIRING critical NpuFault: NPU 3 is down");
}

model::Message of_a_fleet() {
  auto message = firing();
  auto& alert = message.changes[0].alert;
  alert.labels["server"] = "bms-1", alert.labels["rack"] = "r17", alert.labels["owner"] = "team-a";
  alert.annotations["job"] = "train-7, eval-2", alert.annotations["switch"] = "tor-17", alert.annotations["pdu"] = "p3";
  alert.annotations["runbook"] = "look at the cable first";
  alert.last_seen = Time(3600s);
  return message;
}

// What, where, since when, how bad, whose, what runs there, what to do, and where to look.
TEST(Texts, SayWhatAnOperatorNeedsAndLinkToTheAlert) {
  const auto text = body_of("smn_configs: [{url: 'http://x', project_id: p, topic_urn: t, access_key: a, secret_key: s}]", of_a_fleet())["message"].get<std::string>();
  EXPECT_EQ(text,
            "FIRING critical NpuFault: NPU 3 is down\n"
            "Where: server=bms-1 rack=r17 npu=3\n"
            "Since: 1970-01-01 00:00:00 UTC\n"
            "Owner: team-a\n"
            "Runs there: train-7, eval-2\n"
            "Switch: tor-17\n"
            "PDU: p3\n"
            "Do: look at the cable first\n"
            "http://bridge/api/v1/history?alert=id3\n");
  for (const auto* configs : {"slack_configs: [{api_url: 'http://x'}]", "teams_configs: [{url: 'http://x'}]", "dingtalk_configs: [{url: 'http://x'}]", "feishu_configs: [{url: 'http://x'}]",
                              "wecom_configs: [{url: 'http://x'}]", "pagerduty_configs: [{routing_key: k}]", "webhook_configs: [{url: 'http://x'}]", "alertmanager_configs: [{url: 'http://x'}]",
                              "cloudevents_configs: [{url: 'http://x'}]", "file_configs: [{path: x}]"}) {
    const auto body = content_of(configs, of_a_fleet()).body;
    for (const auto* said : {"bms-1", "r17", "team-a", "history?alert=id3", "train-7, eval-2", "look at the cable first"}) EXPECT_NE(body.find(said), std::string::npos) << configs << ": " << said << "\n" << body;
  }
  EXPECT_NE(console_lines(of_a_fleet(), false).find("server=bms-1 rack=r17 npu=3  NPU 3 is down [owner team-a] [job train-7, eval-2]"), std::string::npos) << console_lines(of_a_fleet(), false);
  auto unchanged = of_a_fleet();
  unchanged.changes[0].alert.annotations["stage"] = "";
  EXPECT_EQ(console_lines(unchanged, false), console_lines(of_a_fleet(), false)) << "a stage that says nothing is not shown";
}

TEST(Texts, OfSeveralAlertsEachHasItsLink) {
  auto message = of_a_fleet();
  message.changes.push_back(change_of(AlertState::firing, "4"));
  const auto text = body_of("smn_configs: [{url: 'http://x', project_id: p, topic_urn: t, access_key: a, secret_key: s}]", message)["message"].get<std::string>();
  for (const auto* link : {"Link: http://bridge/api/v1/history?alert=id3\n", "Link: http://bridge/api/v1/history?alert=id4\n", "\nhttp://bridge/\n"}) EXPECT_NE(text.find(link), std::string::npos) << text;
}

TEST(Texts, APostedAlertHasItsSendersLinkBesideOurs) {
  auto message = firing();
  message.changes[0].alert.generator_url = "http://prometheus/graph";
  const auto text = body_of("smn_configs: [{url: 'http://x', project_id: p, topic_urn: t, access_key: a, secret_key: s}]", message)["message"].get<std::string>();
  EXPECT_NE(text.find("Source: http://prometheus/graph\nhttp://bridge/api/v1/history?alert=id3\n"), std::string::npos) << text;
}

// Two mails of one Message-ID, and two events of one id, are one for whoever takes them in.
TEST(Texts, EachMessageOfAGroupHasAnIdOfItsOwn) {
  const auto message_id = [](const model::Message& message) {
    const auto mail = content_of("email_configs: [{to: a@b.c, from: a@b.c, smarthost: 'mail:25'}]", message).body;
    const auto begin = mail.find("Message-ID: ");
    return mail.substr(begin, mail.find('\n', begin) - begin);
  };
  const auto event_id = [](const model::Message& message) { return body_of("cloudevents_configs: [{url: 'http://x'}]", message)["id"].get<std::string>(); };
  model::Message both{"ops", "g", {}, {change_of(AlertState::firing, "1"), change_of(AlertState::firing, "2")}};
  model::Message one_over{"ops", "g", {}, {change_of(AlertState::resolved, "1"), change_of(AlertState::firing, "2")}};
  auto reminder = both;
  for (auto& change : reminder.changes) change.kind = model::Change::Kind::reminded;
  auto later = reminder;
  for (auto& change : later.changes) change.at += 24h;
  const std::vector<model::Message> all{both, one_over, reminder, later};
  std::set<std::string> mails, events;
  for (const auto& message : all) mails.insert(message_id(message)), events.insert(event_id(message));
  EXPECT_EQ(mails.size(), all.size());
  EXPECT_EQ(events.size(), all.size());
  EXPECT_EQ(message_id(both), message_id(both)) << "of each attempt the same";
}

TEST(Texts, AReminderSaysWhenItWasLastReported) {
  auto message = of_a_fleet();
  message.changes[0].kind = model::Change::Kind::reminded;
  const std::string smn = "smn_configs: [{url: 'http://x', project_id: p, topic_urn: t, access_key: a, secret_key: s}]", webhook = "webhook_configs: [{url: 'http://x'}]";
  auto text = body_of(smn, message)["message"].get<std::string>();
  EXPECT_TRUE(text.starts_with("STILL FIRING critical NpuFault: NPU 3 is down\n")) << text;
  EXPECT_NE(text.find("Since: 1970-01-01 00:00:00 UTC\nReported: last 1970-01-01 01:00:00 UTC\n"), std::string::npos) << text;
  EXPECT_EQ(body_of(webhook, message)["alerts"][0]["annotations"]["last_reported"], "1970-01-01T01:00:00Z");
  EXPECT_NE(console_lines(message, false).find("REMINDER"), std::string::npos);
  message.changes[0].kind = model::Change::Kind::unconfirmed;
  text = body_of(smn, message)["message"].get<std::string>();
  EXPECT_TRUE(text.starts_with("NOT CONFIRMED critical NpuFault: NPU 3 is down\n")) << text;
  EXPECT_NE(text.find("Reported: not confirmed since 1970-01-01 01:00:00 UTC\n"), std::string::npos) << text;
  EXPECT_EQ(body_of(webhook, message)["alerts"][0]["annotations"]["not_confirmed_since"], "1970-01-01T01:00:00Z");
}

TEST(Feishu, SignsInTheBody) {
  const std::string configs = "feishu_configs: [{url: 'http://x', secret: demo}]";
  model::Notification notification;
  notification.body = content_of(configs).body;
  const auto body = Json::parse(attempt_of(target_of("x", how_of(configs)), notification, Time(1599360473s)).body);
  EXPECT_EQ(body["timestamp"], "1599360473");
  EXPECT_EQ(body["sign"], "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
}

TEST(Card, SaysFirstWhatAnOperatorNeeds) {
  auto message = firing();
  message.changes[0].alert.annotations["runbook"] = "https://wiki/npu";
  const auto same = [](const std::string& text) { return text; };
  const auto card = card_of(message, {Language::en, "http://bridge"});
  EXPECT_EQ(card.title, "FIRING critical NpuFault: NPU 3 is down");
  EXPECT_EQ(body_text(card, {escape_plain, same, same, "\n"}, 1000), "Where: npu=3\nSince: 1970-01-01 00:00:00 UTC\nDo: https://wiki/npu\nhttp://bridge/api/v1/history?alert=id3\n");
  const auto end = card_of(resolved(), {Language::zh, ""});
  EXPECT_EQ(end.title, "已恢复 紧急 NpuFault：NPU 3 is down");
  EXPECT_EQ(body_text(end, {escape_plain, same, same, "\n"}, 1000), "对象：npu=3\n开始：1970-01-01 00:00:00 UTC\n结束：1970-01-01 00:01:00 UTC，持续 1m\n方式：已恢复\n");
}

// Nothing is refused for its length: it is cut, between characters, with a mark.
TEST(Sizes, AreKept) {
  auto message = firing();
  std::string chinese;
  for (int i = 0; i < 100000; ++i) chinese += "卡";
  message.changes[0].alert.annotations["description"] = message.changes[0].alert.annotations["summary"] = chinese;
  for (int i = 0; i < 500; ++i) message.changes.push_back(change_of(AlertState::firing, "x" + std::to_string(i), model::Severity::minor));
  EXPECT_LE(body_of("wecom_configs: [{url: 'http://x'}]", message)["markdown"]["content"].get<std::string>().size(), 4096u);
  EXPECT_LE(content_of("dingtalk_configs: [{url: 'http://x'}]", message).body.size(), 20000u);
  EXPECT_LE(content_of("feishu_configs: [{url: 'http://x'}]", message).body.size(), 20u << 10);
  EXPECT_LE(content_of("teams_configs: [{url: 'http://x'}]", message).body.size(), 28u << 10);
  EXPECT_LE(body_of("pagerduty_configs: [{routing_key: k}]", message)["payload"]["summary"].get<std::string>().size(), 1024u);
  EXPECT_LE(content_of("pagerduty_configs: [{routing_key: k}]", message).body.size(), 512u * 1000);
  const auto text = body_of("wecom_configs: [{url: 'http://x'}]", message)["markdown"]["content"].get<std::string>();
  EXPECT_NE(text.find("…"), std::string::npos);
  EXPECT_EQ(text.find("\xEF\xBF\xBD"), std::string::npos) << "cut within a character";
}

TEST(Escapes, NothingOfAnEventBeginsATagOrALink) {
  auto message = firing();
  const std::string evil = "<!channel> <script>alert(1)</script> [x](http://evil) <at id=all></at> @all";
  message.changes[0].alert.annotations["description"] = message.changes[0].alert.annotations["summary"] = evil;
  message.changes[0].alert.annotations["runbook"] = "javascript:alert(1)";
  EXPECT_EQ(content_of("slack_configs: [{url: 'http://x'}]", message).body.find("<!channel>"), std::string::npos);
  for (const char* kind : {"dingtalk", "feishu", "wecom", "teams"}) {
    auto json = body_of(std::string(kind) + "_configs: [{url: 'http://x'}]", message);
    if (json.contains("card")) json["card"].erase("header");  // plain text there
    const auto body = json.dump();
    EXPECT_EQ(body.find("<at"), std::string::npos) << kind;
    EXPECT_EQ(body.find("[x](http"), std::string::npos) << kind;
  }
  EXPECT_EQ(escape_html("<a href='x'>&"), "&lt;a href=&#39;x&#39;&gt;&amp;");
}

TEST(Email, IsTextAndHtmlAndNoHeaderCanBeAdded) {
  auto message = firing();
  message.changes[0].alert.annotations["summary"] = "断 \r\nBcc: evil@example.org\r\n\r\n.\r\n";
  const auto mail = content_of("email_configs: [{to: 'a@x, b@x', from: alarum@x, smarthost: 'localhost:25'}]", message).body;
  EXPECT_NE(mail.find("To: a@x, b@x\r\n"), std::string::npos);
  EXPECT_NE(mail.find("Content-Type: multipart/alternative"), std::string::npos);
  EXPECT_NE(mail.find("Content-Type: text/html"), std::string::npos);
  EXPECT_EQ(mail.find("Bcc:"), std::string::npos);
  EXPECT_EQ(mail.find("\r\n.\r\n"), std::string::npos);
  EXPECT_NE(mail.find("Date: Thu, 01 Jan 1970 00:01:40 +0000\r\n"), std::string::npos) << mail;
}

TEST(Notifier, TheSameMessageGivesTheSameBytes) {
  for (const char* configs : {"webhook_configs: [{url: 'http://x'}]", "cloudevents_configs: [{url: 'http://x'}]", "email_configs: [{to: a@x, from: b@x, smarthost: 'l:25'}]"})
    EXPECT_EQ(content_of(configs).body, content_of(configs).body);
}

TEST(Address, OfMetadataServicesIsForbiddenInEverySpelling) {
  for (const char* ip : {"169.254.169.254", "169.254.1.1", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "fe80::1", "100.100.100.200",
                         "fd00:ec2::254", "0.0.0.0", "::", "nonsense", ""})
    EXPECT_TRUE(is_forbidden_address(ip)) << ip;
  for (const char* ip : {"127.0.0.1", "10.0.0.1", "192.168.1.1", "::1", "2001:db8::1", "100.100.100.201", "169.253.0.1"})
    EXPECT_FALSE(is_forbidden_address(ip)) << ip;
}

}  // namespace
}  // namespace alarum::deliver
