// What people read of a message, wherever it goes.
#include <gtest/gtest.h>

#include "receivers/text/card.h"
#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

model::Message of_a_fleet() {
  auto message = firing();
  auto& alert = message.changes[0].alert;
  alert.labels["server"] = "bms-1", alert.labels["rack"] = "r17", alert.labels["owner"] = "team-a";
  alert.annotations["job"] = "train-7, eval-2", alert.annotations["switch"] = "tor-17",
  alert.annotations["pdu"] = "p3";
  alert.annotations["runbook"] = "look at the cable first";
  alert.last_seen = Time(3600s);
  return message;
}

// What, where, since when, how bad, whose, what runs there, what to do, and where to look.
TEST(Texts, SayWhatAnOperatorNeedsAndLinkToTheAlert) {
  const auto text = body_of(
                        "smn_configs: [{url: 'http://x', project_id: p, topic_urn: t, access_key: "
                        "a, secret_key: s}]",
                        of_a_fleet())["message"]
                        .get<std::string>();
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
  for (const auto* configs :
       {"slack_configs: [{api_url: 'http://x'}]", "teams_configs: [{url: 'http://x'}]",
        "dingtalk_configs: [{url: 'http://x'}]", "feishu_configs: [{url: 'http://x'}]",
        "wecom_configs: [{url: 'http://x'}]", "pagerduty_configs: [{routing_key: k}]",
        "webhook_configs: [{url: 'http://x'}]", "alertmanager_configs: [{url: 'http://x'}]",
        "cloudevents_configs: [{url: 'http://x'}]", "file_configs: [{path: x}]"}) {
    const auto body = content_of(configs, of_a_fleet()).body;
    for (const auto* said : {"bms-1", "r17", "team-a", "history?alert=id3", "train-7, eval-2",
                             "look at the cable first"})
      EXPECT_NE(body.find(said), std::string::npos) << configs << ": " << said << "\n" << body;
  }
  EXPECT_NE(
      console_lines(of_a_fleet())
          .find("server=bms-1 rack=r17 npu=3  NPU 3 is down [owner team-a] [job train-7, eval-2]"),
      std::string::npos)
      << console_lines(of_a_fleet());
  auto unchanged = of_a_fleet();
  unchanged.changes[0].alert.annotations["stage"] = "";
  EXPECT_EQ(console_lines(unchanged), console_lines(of_a_fleet()))
      << "a stage that says nothing is not shown";
}

TEST(Texts, OfSeveralAlertsEachHasItsLink) {
  auto message = of_a_fleet();
  message.changes.push_back(change_of(model::AlertState::firing, "4"));
  const auto text = body_of(
                        "smn_configs: [{url: 'http://x', project_id: p, topic_urn: t, access_key: "
                        "a, secret_key: s}]",
                        message)["message"]
                        .get<std::string>();
  for (const auto* link : {"Link: http://bridge/api/v1/history?alert=id3\n",
                           "Link: http://bridge/api/v1/history?alert=id4\n", "\nhttp://bridge/\n"})
    EXPECT_NE(text.find(link), std::string::npos) << text;
}

TEST(Texts, APostedAlertHasItsSendersLinkBesideOurs) {
  auto message = firing();
  message.changes[0].alert.generator_url = "http://prometheus/graph";
  const auto text = body_of(
                        "smn_configs: [{url: 'http://x', project_id: p, topic_urn: t, access_key: "
                        "a, secret_key: s}]",
                        message)["message"]
                        .get<std::string>();
  EXPECT_NE(text.find("Source: http://prometheus/graph\nhttp://bridge/api/v1/history?alert=id3\n"),
            std::string::npos)
      << text;
}

// Two mails of one Message-ID, and two events of one id, are one for whoever takes them in.
TEST(Texts, EachMessageOfAGroupHasAnIdOfItsOwn) {
  const auto message_id = [](const model::Message& message) {
    const auto mail =
        content_of("email_configs: [{to: a@b.c, from: a@b.c, smarthost: 'mail:25'}]", message).body;
    const auto begin = mail.find("Message-ID: ");
    return mail.substr(begin, mail.find('\n', begin) - begin);
  };
  const auto event_id = [](const model::Message& message) {
    return body_of("cloudevents_configs: [{url: 'http://x'}]", message)["id"].get<std::string>();
  };
  model::Message both{
      "ops",
      "g",
      {},
      {change_of(model::AlertState::firing, "1"), change_of(model::AlertState::firing, "2")}};
  model::Message one_over{
      "ops",
      "g",
      {},
      {change_of(model::AlertState::resolved, "1"), change_of(model::AlertState::firing, "2")}};
  auto reminder = both;
  for (auto& change : reminder.changes) change.kind = model::Change::Kind::reminded;
  auto later = reminder;
  for (auto& change : later.changes) change.at += 24h;
  const std::vector<model::Message> all{both, one_over, reminder, later};
  std::set<std::string> mails, events;
  for (const auto& message : all)
    mails.insert(message_id(message)), events.insert(event_id(message));
  EXPECT_EQ(mails.size(), all.size());
  EXPECT_EQ(events.size(), all.size());
  EXPECT_EQ(message_id(both), message_id(both)) << "of each attempt the same";
}

TEST(Texts, AReminderSaysWhenItWasLastReported) {
  auto message = of_a_fleet();
  message.changes[0].kind = model::Change::Kind::reminded;
  const std::string smn =
                        "smn_configs: [{url: 'http://x', project_id: p, topic_urn: t, access_key: "
                        "a, secret_key: s}]",
                    webhook = "webhook_configs: [{url: 'http://x'}]";
  auto text = body_of(smn, message)["message"].get<std::string>();
  EXPECT_TRUE(text.starts_with("STILL FIRING critical NpuFault: NPU 3 is down\n")) << text;
  EXPECT_NE(text.find("Since: 1970-01-01 00:00:00 UTC\nReported: last 1970-01-01 01:00:00 UTC\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(body_of(webhook, message)["alerts"][0]["annotations"]["last_reported"],
            "1970-01-01T01:00:00Z");
  EXPECT_NE(console_lines(message).find("REMINDER"), std::string::npos);
  message.changes[0].kind = model::Change::Kind::unconfirmed;
  text = body_of(smn, message)["message"].get<std::string>();
  EXPECT_TRUE(text.starts_with("NOT CONFIRMED critical NpuFault: NPU 3 is down\n")) << text;
  EXPECT_NE(text.find("Reported: not confirmed since 1970-01-01 01:00:00 UTC\n"), std::string::npos)
      << text;
  EXPECT_EQ(body_of(webhook, message)["alerts"][0]["annotations"]["not_confirmed_since"],
            "1970-01-01T01:00:00Z");
}

TEST(Card, SaysFirstWhatAnOperatorNeeds) {
  auto message = firing();
  message.changes[0].alert.annotations["runbook"] = "https://wiki/npu";
  const auto same = [](const std::string& text) { return text; };
  const auto card = card_of(message, {Language::en, "http://bridge"});
  EXPECT_EQ(card.title, "FIRING critical NpuFault: NPU 3 is down");
  EXPECT_EQ(body_text(card, {escape_plain, same, same, "\n"}, 1000),
            "Where: npu=3\nSince: 1970-01-01 00:00:00 UTC\nDo: "
            "https://wiki/npu\nhttp://bridge/api/v1/history?alert=id3\n");
  const auto end = card_of(resolved(), {Language::zh, ""});
  EXPECT_EQ(end.title, "已恢复 紧急 NpuFault：NPU 3 is down");
  EXPECT_EQ(body_text(end, {escape_plain, same, same, "\n"}, 1000),
            "对象：npu=3\n开始：1970-01-01 00:00:00 UTC\n结束：1970-01-01 00:01:00 UTC，持续 "
            "1m\n方式：已恢复\n");
}

// Nothing is refused for its length: it is cut, between characters, with a mark.
TEST(Sizes, AreKept) {
  auto message = firing();
  std::string chinese;
  for (int i = 0; i < 100000; ++i) chinese += "卡";
  message.changes[0].alert.annotations["description"] =
      message.changes[0].alert.annotations["summary"] = chinese;
  for (int i = 0; i < 500; ++i)
    message.changes.push_back(
        change_of(model::AlertState::firing, "x" + std::to_string(i), model::Severity::minor));
  EXPECT_LE(body_of("wecom_configs: [{url: 'http://x'}]", message)["markdown"]["content"]
                .get<std::string>()
                .size(),
            4096u);
  EXPECT_LE(content_of("dingtalk_configs: [{url: 'http://x'}]", message).body.size(), 20000u);
  EXPECT_LE(content_of("feishu_configs: [{url: 'http://x'}]", message).body.size(), 20u << 10);
  EXPECT_LE(content_of("teams_configs: [{url: 'http://x'}]", message).body.size(), 28u << 10);
  EXPECT_LE(body_of("pagerduty_configs: [{routing_key: k}]", message)["payload"]["summary"]
                .get<std::string>()
                .size(),
            1024u);
  EXPECT_LE(content_of("pagerduty_configs: [{routing_key: k}]", message).body.size(), 512u * 1000);
  const auto text = body_of("wecom_configs: [{url: 'http://x'}]", message)["markdown"]["content"]
                        .get<std::string>();
  EXPECT_NE(text.find("…"), std::string::npos);
  EXPECT_EQ(text.find("\xEF\xBF\xBD"), std::string::npos) << "cut within a character";
}

TEST(Escapes, NothingOfAnEventBeginsATagOrALink) {
  auto message = firing();
  const std::string evil =
      "<!channel> <script>alert(1)</script> [x](http://evil) <at id=all></at> @all";
  message.changes[0].alert.annotations["description"] =
      message.changes[0].alert.annotations["summary"] = evil;
  message.changes[0].alert.annotations["runbook"] = "javascript:alert(1)";
  EXPECT_EQ(content_of("slack_configs: [{url: 'http://x'}]", message).body.find("<!channel>"),
            std::string::npos);
  for (const char* kind : {"dingtalk", "feishu", "wecom", "teams"}) {
    auto json = body_of(std::string(kind) + "_configs: [{url: 'http://x'}]", message);
    if (json.contains("card")) json["card"].erase("header");  // plain text there
    const auto body = json.dump();
    EXPECT_EQ(body.find("<at"), std::string::npos) << kind;
    EXPECT_EQ(body.find("[x](http"), std::string::npos) << kind;
  }
  EXPECT_EQ(escape_html("<a href='x'>&"), "&lt;a href=&#39;x&#39;&gt;&amp;");
}

TEST(Texts, TheSameMessageGivesTheSameBytes) {
  for (const char* configs :
       {"webhook_configs: [{url: 'http://x'}]", "cloudevents_configs: [{url: 'http://x'}]",
        "email_configs: [{to: a@x, from: b@x, smarthost: 'l:25'}]"})
    EXPECT_EQ(content_of(configs).body, content_of(configs).body);
}

// A vendor's characters: 中 is one, what lies beyond U+FFFF two.
TEST(Texts, AreCutBetweenCharactersHoweverAVendorCountsThem) {
  EXPECT_EQ(cut_units("中中中", 3), "中中中");
  EXPECT_EQ(cut_units("中中中中", 3), "中中…");
  EXPECT_EQ(cut_units("\U0001F525\U0001F525", 4), "\U0001F525\U0001F525");
  EXPECT_EQ(cut_units("\U0001F525\U0001F525", 3), "\U0001F525…");
  EXPECT_EQ(cut_units("a\U0001F525b", 3), "a…") << "no half of a pair";
  EXPECT_EQ(cut_units("ab", 0), "");
}

}  // namespace
}  // namespace alarum::receivers
