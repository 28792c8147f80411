#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;

std::string nats(const std::string& keys) {
  return "nats_configs: [{url: 'nats://x', " + keys + "}]";
}

TEST(Nats, IsSentAStructuredCloudEvent) {
  const auto content = content_of(nats("subject: alarum.alerts, source: /alarum"));
  const auto event = Json::parse(content.body);
  EXPECT_TRUE(content.headers.starts_with("Content-Type: application/cloudevents+json"));
  EXPECT_EQ(event["type"], "alarum.alert.firing");
  EXPECT_EQ(event["source"], "/alarum");
  EXPECT_EQ(event["data"]["alerts"].size(), 1u);
  EXPECT_EQ(Json::parse(content_of(nats("subject: a")).body)["source"], "http://bridge");
}

TEST(Nats, AStreamKnowsAnAttemptThatIsMadeAgain) {
  const auto how = integration_of(nats("subject: a"));
  for (int i = 0; i < 2; ++i) {
    Attempt attempt;
    receiver_of(how).prepare(attempt, "ntf-1", Time());
    EXPECT_EQ(attempt.headers, std::vector<std::string>{"Nats-Msg-Id: ntf-1"});
  }
}

TEST(Nats, ReadsWhereAndAsWhom) {
  const auto how = integration_of(
      "nats_configs: [{url: 'tls://x:1', subject: a.b, jetstream: true, username: u, password: p, "
      "tls_config: {insecure_skip_verify: true}}]");
  const auto* publishing = receiver_of(how).publishing();
  ASSERT_TRUE(publishing);
  EXPECT_TRUE(publishing->jetstream && how.http.tls.insecure_skip_verify);
  EXPECT_EQ(publishing->subject + publishing->username + publishing->password.reveal(), "a.bup");
  EXPECT_EQ(receiver_of(how).destination(), "a.b");
  EXPECT_FALSE(receiver_of(integration_of(nats("subject: a"))).publishing()->jetstream);
}

TEST(Nats, SaysWhatIsWrong) {
  const auto says = [](const std::string& configs, const std::string& message) {
    const auto said = read_receiver(configs).said;
    EXPECT_NE(said.find(message), std::string::npos) << configs << "\n" << said;
    EXPECT_EQ(said.find("hunter2"), std::string::npos) << said;
  };
  says(nats("name: x"), "has no \"subject\"");
  for (const char* subject : {"a.>", "a.*", "'.a'", "a..b", "'a b'", "''"})
    says(nats(std::string("subject: ") + subject), "subject");
  says("nats_configs: [{url: 'http://x', subject: a}]", "nats:// or tls://");
  says("nats_configs: [{url: 'nats://u:hunter2@x', subject: a}]", "must not hold a user");
  says(nats("subject: a, password: hunter2"), "go together");
  says(nats("subject: a, token: hunter2, credentials_file: c"), "one of username, token");
}

}  // namespace
}  // namespace alarum::receivers
