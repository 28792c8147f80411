#include <gtest/gtest.h>

#include "receivers/signing.h"
#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;

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
  const model::Message message{
      "ops",
      "g",
      {},
      {change_of(model::AlertState::resolved, "1"), change_of(model::AlertState::firing, "2")}};
  const auto body = body_of("webhook_configs: [{url: 'http://x', max_alerts: 1}]", message);
  EXPECT_EQ(body["status"], "firing");
  EXPECT_EQ(body["commonLabels"], (Json{{"alertname", "NpuFault"}, {"severity", "critical"}}));
  EXPECT_EQ(body["alerts"].size(), 1u);
  EXPECT_EQ(body["truncatedAlerts"], 1);
}

TEST(Webhook, ABodyOfItsOwnIsATreeThatNoValueBreaksOutOf) {
  auto message = firing();
  message.changes[0].alert.annotations["summary"] = "\"},\"evil\":{\"a\":\"\x01\xff";
  const auto body = body_of(
      "webhook_configs: [{url: 'http://x', payload: {t: '{{summary}}', n: 5, l: ['{{labels.npu}}', "
      "true], a: {$each: {w: '{{where}}'}}}}]",
      message);
  EXPECT_EQ(body.size(), 4u);
  EXPECT_EQ(body["t"], "\"},\"evil\":{\"a\":\" \xEF\xBF\xBD");
  EXPECT_EQ(body["n"], 5);
  EXPECT_EQ(body["l"], Json::parse(R"(["3", true])"));
  EXPECT_EQ(body["a"], Json::parse(R"([{"w": "npu=3"}])"));
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

// The id and the body stay, the signature and its time are the attempt's.
TEST(Webhook, IsSignedAnewEachTime) {
  const std::string configs =
      "webhook_configs: [{url: 'http://hook/x', signature: standard_webhooks, secret: "
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}]";
  const auto first = prepared(configs, "{}", Time(1s)), second = prepared(configs, "{}", Time(2s));
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(first.headers.at(0), "Webhook-Timestamp: 1");
  EXPECT_EQ(second.headers, (std::vector<std::string>{
                                "Webhook-Timestamp: 2",
                                "Webhook-Signature: " +
                                    standard_webhooks_signature("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                                                "ntf-1", "2", "{}")}));
}

TEST(Webhook, IsSignedAsGitHubDoes) {
  const auto attempt = prepared(
      "webhook_configs: [{url: 'http://x', signature: github, secret: \"It's a Secret to "
      "Everybody\"}]",
      "Hello, World!");
  EXPECT_EQ(attempt.headers,
            (std::vector<std::string>{
                "X-Hub-Signature-256: "
                "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
                "X-GitHub-Delivery: ntf-1"}));
}

TEST(Webhook, FaultsOfItsSignatureAndPayload) {
  const auto said = [](const std::string& entry) {
    return read_receiver("webhook_configs: [{url: http://x, " + entry + "}]").said;
  };
  EXPECT_EQ(said("signature: github"),
            "c.yaml:4:48: error: \"signature\" needs a \"secret\" (or \"secret_file\")\n");
  EXPECT_EQ(said("secret: s"),
            "c.yaml:4:21: error: webhook_configs of receiver \"a\" has a \"secret\" but no "
            "\"signature\": write standard_webhooks or github\n");
  EXPECT_EQ(said("signature: standard_webhooks, secret: '?s3cret?'"),
            "c.yaml:4:48: error: the secret of standard_webhooks must be base64, with or without "
            "whsec_ before it\n");
  EXPECT_EQ(said("payload: {a: ['{{sumary}}']}"),
            "c.yaml:4:51: error: \"payload\": there is no \"sumary\" to show (did you mean "
            "\"summary\"?)\n");
  EXPECT_EQ(said("payload: {$each: {a: b}, more: c}"),
            "c.yaml:4:47: error: \"$each\" must be the only key of its mapping\n");
  EXPECT_EQ(said("payload: {a: '{{labels.any}}{{#runbook}}r{{/runbook}}'}"), "");
}

TEST(Webhook, CarriesTheTraceOfTheFirstAlertThatHasOneInASpanOfItsOwn) {
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-",
                    parent = trace + "00f067aa0ba902b7-01";
  auto message = firing();
  message.changes.push_back(message.changes.front());
  auto& texts = message.changes.back().alert.annotations;
  texts["traceparent"] = parent, texts["tracestate"] = "a=b";
  for (const std::string kind : {"webhook", "cloudevents"}) {
    const auto configs = kind + "_configs: [{url: 'http://x'}]";
    const auto content = content_of(configs, message);
    EXPECT_TRUE(content.headers.ends_with("traceparent: " + parent + "\ntracestate: a=b\n"))
        << content.headers;
    const auto sent = [&](const std::string& id) {
      Attempt attempt{"http://x", {"Webhook-Id: " + id, "traceparent: " + parent}, content.body};
      receiver_of(integration_of(configs)).prepare(attempt, id, {});
      return attempt.headers[1];
    };
    EXPECT_TRUE(sent("ntf-1").starts_with("traceparent: " + trace));
    EXPECT_NE(sent("ntf-1"), "traceparent: " + parent);
    EXPECT_EQ(sent("ntf-1"), sent("ntf-1")) << "a retry and a replay send the same bytes";
    EXPECT_NE(sent("ntf-1"), sent("ntf-2"));
  }
  texts["traceparent"] = "00-nonsense\nX: y";
  EXPECT_EQ(content_of("webhook_configs: [{url: 'http://x'}]", message).headers, "");
}

}  // namespace
}  // namespace alarum::receivers
