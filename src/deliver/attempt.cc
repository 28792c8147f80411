#include "deliver/attempt.h"

#include <algorithm>

#include "base/json.h"
#include "base/percent.h"
#include "base/url.h"
#include "deliver/signing.h"

namespace alarum::deliver {
namespace {

using Signature = config::Webhook::Signature;

std::int64_t milliseconds(Time time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}
std::string seconds(Time time) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

// Adds to the attempt what its kind asks for at the moment it is made.
struct Signer {
  Attempt& attempt;
  const std::string& id;
  Time now;

  void operator()(const config::Webhook& webhook) const {
    if (webhook.signature == Signature::github) {
      attempt.headers.push_back("X-Hub-Signature-256: " + github_signature(webhook.secret.reveal(), attempt.body));
      attempt.headers.push_back("X-GitHub-Delivery: " + id);
    }
    if (webhook.signature != Signature::standard_webhooks) return;
    const auto timestamp = seconds(now);
    attempt.headers.push_back("Webhook-Timestamp: " + timestamp);
    attempt.headers.push_back("Webhook-Signature: " + standard_webhooks_signature(webhook.secret.reveal(), id, timestamp, attempt.body));
  }

  void operator()(const config::Alertmanager&) const {
    while (attempt.url.ends_with('/')) attempt.url.pop_back();
    if (!attempt.url.ends_with("/api/v2/alerts")) attempt.url += "/api/v2/alerts";
  }

  void operator()(const config::DingTalk& robot) const {
    if (robot.secret.empty()) return;
    const auto timestamp = std::to_string(milliseconds(now));
    attempt.url += attempt.url.find('?') == std::string::npos ? '?' : '&';
    attempt.url += "timestamp=" + timestamp + "&sign=" + percent_encode(dingtalk_sign(robot.secret.reveal(), timestamp));
  }

  // The signature stands in the body: before its first member.
  void operator()(const config::Feishu& robot) const {
    if (robot.secret.empty()) return;
    const auto timestamp = seconds(now);
    attempt.body = "{\"timestamp\":\"" + timestamp + "\",\"sign\":\"" + feishu_sign(robot.secret.reveal(), timestamp) + "\"," + attempt.body.substr(1);
  }

  // The routing key is a secret: it is not in the outbox.
  void operator()(const config::PagerDuty& duty) const {
    attempt.body = "{\"routing_key\":" + json_quote(duty.routing_key.reveal()) + "," + attempt.body.substr(1);
  }

  void operator()(const config::Smn& smn) const {
    while (attempt.url.ends_with('/')) attempt.url.pop_back();
    const Url url(attempt.url);
    SdkRequest request{"POST", url.authority, url.rest, {}, sdk_date(now), attempt.body};
    const auto publish = "/v2/" + smn.project_id + "/notifications/topics/" + smn.topic_urn + "/publish";
    request.path += publish;
    attempt.url += publish;
    attempt.headers.push_back("X-Sdk-Date: " + request.date);
    attempt.headers.push_back("X-Project-Id: " + smn.project_id);
    attempt.headers.push_back("Authorization: " + sdk_authorization(request, smn.access_key.reveal(), smn.secret_key.reveal()));
  }

  template <class Other>
  void operator()(const Other&) const {}
};

void add_lines(const std::string& lines, std::vector<std::string>& into) {
  for (std::size_t at = 0, end = 0; (end = lines.find('\n', at)) != std::string::npos; at = end + 1) into.push_back(lines.substr(at, end - at));
}

}  // namespace

Attempt attempt_of(const Target& target, const model::Notification& notification, Time now) {
  const auto& how = *target.how;
  Attempt attempt{how.url.reveal(), {}, notification.body};
  if (notification.headers.find("Content-Type:") == std::string::npos) attempt.headers.emplace_back("Content-Type: application/json");
  attempt.headers.push_back("Webhook-Id: " + notification.id);
  attempt.headers.push_back("Idempotency-Key: " + notification.id);
  add_lines(notification.headers, attempt.headers);
  if (!how.http.authorization.empty()) attempt.headers.push_back("Authorization: " + how.http.authorization.reveal());
  for (const auto& [name, value] : how.http.headers) attempt.headers.push_back(name + ": " + value.reveal());
  std::visit(Signer{attempt, notification.id, now}, how.as);
  return attempt;
}

}  // namespace alarum::deliver
