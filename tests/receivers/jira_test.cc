// The exchange of Jira's documentation: "Create issue".
#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;
using Kind = Verdict::Kind;

const std::string kJira =
    "jira_configs: [{api_url: 'https://your-domain.atlassian.net/rest/api/2/', project: ED, "
    "issue_type: Bug, priority: High, labels: 'npu, rack'}]";

TEST(Jira, CreatesAnIssue) {
  const auto request = request_of(kJira);
  EXPECT_EQ(request.url, "https://your-domain.atlassian.net/rest/api/2/issue");
  auto body = Json::parse(request.body);
  auto& labels = body["fields"]["labels"];
  ASSERT_EQ(labels.size(), 3U);
  EXPECT_EQ(labels[2].get<std::string>().size(), 23U);
  labels.erase(2);
  EXPECT_EQ(body, Json::parse(R"({"fields": {
    "project": {"key": "ED"}, "issuetype": {"name": "Bug"}, "priority": {"name": "High"},
    "labels": ["npu", "rack"], "summary": "FIRING critical NpuFault: NPU 3 is down",
    "description":
      "Where: npu=3\nSince: 1970-01-01 00:00:00 UTC\nhttp://bridge/api/v1/history?alert=id3\n"}})"));
  EXPECT_EQ(judged("jira", 201, R"({"id":"10000","key":"ED-24",
    "self":"https://your-domain.atlassian.net/rest/api/2/issue/10000"})")
                .kind,
            Kind::delivered);
}

TEST(Jira, TheThirdVersionTakesADocument) {
  const auto request =
      request_of("jira_configs: [{api_url: 'https://x/rest/api/3', project: ED, issue_type: Bug}]");
  EXPECT_EQ(request.url, "https://x/rest/api/3/issue");
  const auto document = Json::parse(request.body)["fields"]["description"];
  EXPECT_EQ(document["type"], "doc");
  EXPECT_EQ(document["version"], 1);
  ASSERT_EQ(document["content"].size(), 3U);
  EXPECT_EQ(document["content"][0], Json::parse(R"({"type": "paragraph",
    "content": [{"type": "text", "text": "Where: npu=3"}]})"));
}

TEST(Jira, NeitherAnEndNorAReminderIsAnIssue) {
  const auto how = integration_of(kJira);
  EXPECT_FALSE(how.send_resolved);
  EXPECT_FALSE(compose(resolved(), {how, ""}));
  auto message = firing();
  message.changes[0].kind = model::Change::Kind::reminded;
  EXPECT_FALSE(compose(message, {how, ""}));
  EXPECT_TRUE(compose(message, {integration_of("webhook_configs: [{url: 'http://x'}]"), ""}));
  message.changes.push_back(change_of(model::AlertState::firing, "4"));
  EXPECT_TRUE(compose(message, {how, ""})) << "another alert is news";
  EXPECT_NE(read_receiver("jira_configs: [{api_url: 'http://x', project: P, issue_type: B, "
                          "send_resolved: true}]")
                .said.find("\"send_resolved\" has no effect"),
            std::string::npos);
}

TEST(Jira, KeepsToTheSizesOfTheFields) {
  auto message = firing();
  message.changes[0].alert.annotations["description"] = std::string(50000, 'x');
  const auto fields = body_of(kJira, message)["fields"];
  EXPECT_EQ(fields["description"].get<std::string>().size(), 32767U);
}

TEST(Jira, RefusesWhatItCannotSend) {
  const auto said = [](const std::string& entry) {
    return read_receiver("jira_configs: [{" + entry + "}]").said;
  };
  EXPECT_NE(said("project: P, issue_type: B").find("has no \"api_url\""), std::string::npos);
  EXPECT_NE(said("api_url: 'http://x', issue_type: B").find("has no \"project\""),
            std::string::npos);
  EXPECT_NE(said("api_url: 'http://x', project: P").find("has no \"issue_type\""),
            std::string::npos);
  EXPECT_NE(said("api_url: 'http://x', project: P, issue_type: B, labels: [a b]")
                .find("has no blank in it"),
            std::string::npos);
}

TEST(Jira, IsJudgedByTheKeyOfTheIssue) {
  EXPECT_EQ(judged("jira", 200, "<html>log in</html>").kind, Kind::retry);
  EXPECT_EQ(judged("jira", 400, R"({"errorMessages":["Field 'priority' is required"],
    "errors":{}})")
                .kind,
            Kind::dead);
  EXPECT_TRUE(judged("jira", 429, "").slow_down);
}

}  // namespace
}  // namespace alarum::receivers
