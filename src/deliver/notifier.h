#pragma once
#include <optional>
#include <string>

#include "config/receiver.h"
#include "model/notification.h"

namespace alarum::deliver {

/// What a notifier knows beside the message.
struct Setting {
  const config::Integration& how;
  std::string external_url;  ///< no slash at the end
  bool colour = false;       ///< of the console
};

/// The frozen request of a message for a target of any kind; nullopt where its target is told nothing of it: only of ends that
/// `resolve_on` leaves out. Pure: the same message gives the same bytes. Signatures and secrets come at the moment of an attempt
/// (deliver/attempt.h).
std::optional<model::Content> compose(const model::Message& message, const Setting& setting);

// One file a kind. Sizes are the vendors'; what is longer is cut with a mark.
model::Content webhook_content(const model::Message& message, const config::Webhook& webhook, const Setting& setting);
model::Content cloudevents_content(const model::Message& message, const config::CloudEvents& events, const Setting& setting);
model::Content alertmanager_content(const model::Message& message, const Setting& setting);
model::Content pagerduty_content(const model::Message& message, const config::PagerDuty& duty, const Setting& setting);
model::Content slack_content(const model::Message& message, const config::Slack& slack, const Setting& setting);
model::Content teams_content(const model::Message& message, const Setting& setting);
model::Content dingtalk_content(const model::Message& message, const config::DingTalk& robot, const Setting& setting);
model::Content feishu_content(const model::Message& message, const Setting& setting);
model::Content wecom_content(const model::Message& message, const Setting& setting);
model::Content smn_content(const model::Message& message, const Setting& setting);
model::Content email_content(const model::Message& message, const config::Email& email, const Setting& setting);
model::Content file_content(const model::Message& message, const Setting& setting);

}  // namespace alarum::deliver
