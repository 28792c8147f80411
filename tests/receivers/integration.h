#pragma once
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "config/config.h"
#include "receivers/list.h"
#include "receivers/receiver.h"
#include "receivers/text/escape.h"
#include "tests/receivers/messages.h"

/// Receivers as a config has them, and what they make of messages, for the tests of each kind.
namespace alarum::receivers {

struct ReadConfig {
  std::optional<config::Config> config;
  std::string said;
};
inline ReadConfig read_receiver(const std::string& configs) {
  Diagnostics out;
  auto config = config::parse("route: {receiver: a}\nreceivers:\n- name: a\n  " + configs + "\n",
                              "c.yaml", kinds(), out);
  return {std::move(config), out.text()};
}

/// The first of a receiver: `webhook_configs: [{url: …}]`.
inline config::Integration integration_of(const std::string& configs) {
  const auto read = read_receiver(configs);
  EXPECT_TRUE(read.config) << read.said;
  return read.config ? read.config->receivers.at(0).integrations.at(0) : config::Integration{};
}

/// An entry that has what each kind must be told, and no more.
inline std::string least_of(const std::string& kind) {
  static const std::map<std::string, std::string> kLeast{
      {"pagerduty", "{routing_key: k}"},
      {"slack", "{api_url: 'http://x'}"},
      {"smn", "{url: 'http://x', project_id: p, topic_urn: t, access_key: a, secret_key: s}"},
      {"email", "{to: a@x, from: b@x, smarthost: 'l:25'}"},
      {"opsgenie", "{api_key: k}"},
      {"discord", "{webhook_url: 'http://x'}"},
      {"telegram", "{bot_token: t, chat_id: 1}"},
      {"ntfy", "{topic: t}"},
      {"mattermost", "{webhook_url: 'http://x'}"},
      {"webex", "{room_id: r, token: t}"},
      {"pushover", "{user_key: u, token: t}"},
      {"victorops", "{api_key: k, routing_key: r}"},
      {"rocketchat", "{token: t, token_id: u, channel: c}"},
      {"sns", "{access_key: a, secret_key: s, topic_arn: 'arn:aws:sns:us-east-2:1:t'}"},
      {"incidentio", "{url: 'http://x', alert_source_token: t}"},
      {"jira", "{api_url: 'http://x', project: P, issue_type: Bug}"},
      {"nats", "{url: 'nats://x', subject: s}"},
      {"console", "{}"},
      {"file", "{path: x}"}};
  const auto found = kLeast.find(kind);
  return kind + "_configs: [" + (found == kLeast.end() ? "{url: 'http://x'}" : found->second) + "]";
}

inline model::Content content_of(const std::string& configs,
                                 const model::Message& message = firing()) {
  const auto how = integration_of(configs);
  const auto content = compose(message, {how, "http://bridge"});
  EXPECT_TRUE(content);
  return content.value_or(model::Content{});
}
inline nlohmann::json body_of(const std::string& configs,
                              const model::Message& message = firing()) {
  return nlohmann::json::parse(content_of(configs, message).body);
}

inline std::string console_lines(const model::Message& message) {
  return content_of("console_configs: [{}]", message).body;
}

/// What an attempt to send `body` looks like at that moment.
inline Attempt prepared(const std::string& configs, const std::string& body, Time now = {},
                        const std::string& id = "ntf-1") {
  const auto how = integration_of(configs);
  Attempt attempt{how.url.reveal(), {}, body};
  receiver_of(how).prepare(attempt, id, now);
  return attempt;
}

/// The whole request of a message, as far as its kind makes it.
inline Attempt request_of(const std::string& configs, const model::Message& message = firing(),
                          Time now = {}) {
  const auto how = integration_of(configs);
  const auto content = compose(message, {how, "http://bridge"}).value_or(model::Content{});
  Attempt attempt{how.url.reveal(), {}, content.body};
  receiver_of(how).prepare(attempt, "ntf-1", now);
  for (std::size_t at = 0, end = 0; (end = content.headers.find('\n', at)) != std::string::npos;
       at = end + 1)
    attempt.headers.push_back(content.headers.substr(at, end - at));
  return attempt;
}

inline Verdict judged(const std::string& kind, long status, const std::string& body) {
  return judge(integration_of(least_of(kind)), {status, body, {}});
}

}  // namespace alarum::receivers
